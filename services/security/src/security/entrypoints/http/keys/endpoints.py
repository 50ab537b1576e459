"""The public keys with which anybody can check our tokens."""

from typing import Any

from fastapi import APIRouter, Request, Response

from chassis.auth import Public
from security.adapters.keys import SigningKeys

router = APIRouter(tags=["keys"])


@router.get("/.well-known/jwks.json", dependencies=[Public("public keys are for everybody")])
async def jwks(request: Request, response: Response) -> dict[str, Any]:
    """The JWKS document (RFC 7517)."""
    keys: SigningKeys = request.app.state.keys
    await keys.current()
    response.headers["Cache-Control"] = "public, max-age=60"
    return keys.document()
