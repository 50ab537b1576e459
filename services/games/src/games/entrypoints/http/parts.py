"""How an endpoint gets at the use cases."""

from typing import Annotated

from fastapi import Depends
from starlette.requests import HTTPConnection

from games.application.use_cases import UseCases


async def _use_cases(request: HTTPConnection) -> UseCases:
    found: UseCases = request.app.state.games
    return found


Games = Annotated[UseCases, Depends(_use_cases)]
"""The use cases, put together in main.py."""
