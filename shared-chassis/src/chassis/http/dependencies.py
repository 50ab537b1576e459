"""What endpoints may ask for beside the caller."""

from typing import Annotated, Any

from fastapi import Depends
from starlette.requests import HTTPConnection

from chassis.db import Database
from chassis.store import Application


async def _app(request: HTTPConnection) -> Any:
    return request.app.state.application


async def _db(request: HTTPConnection) -> Any:
    return request.app.state.db


App = Annotated[Application, Depends(_app)]
"""The service's Application: `async def approve(..., app: App)`."""

Db = Annotated[Database, Depends(_db)]
"""The service's Database, for reading lists."""
