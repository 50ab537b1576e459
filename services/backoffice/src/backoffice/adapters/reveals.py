"""How often colleagues look at players' data in clear, as this service counts it."""

from typing import Annotated, Any

from fastapi import Depends
from starlette.requests import Request

from backoffice.application.schema import metadata
from chassis.reveals import Reveals, reveal_tables

REVEAL_TABLES = reveal_tables(metadata)


async def _counted(request: Request) -> Any:
    return request.app.state.reveals


Counted = Annotated[Reveals, Depends(_counted)]
"""What an endpoint that reveals does it with."""
