"""What endpoints of deposits, withdrawals and settings ask for beside the caller."""

from typing import Annotated, Any

from fastapi import Depends
from starlette.requests import HTTPConnection

from payments.application.desk import Desk


async def _desk(request: HTTPConnection) -> Any:
    return request.app.state.desk


TheDesk = Annotated[Desk, Depends(_desk)]
"""The ports of the use cases: `async def approve(..., desk: TheDesk)`."""
