"""The two cookies of a browser (RFC 6265bis): a secret that no script can read, and what its page must show with it."""

import hashlib
import hmac
from typing import Final

from fastapi import Response

from security.application.door import DoorKeeper

SID: Final = "__Host-sid"
CSRF: Final = "__Host-csrf"


def csrf_token(door: DoorKeeper, sid: str) -> str:
    """What a page shows in `X-CSRF-Token`: made from the secret in the cookie, so that nobody can plant a pair."""
    return hmac.new(door.csrf_key, sid.encode(), hashlib.sha256).hexdigest()


def set_cookies(response: Response, door: DoorKeeper, sid: str) -> None:
    """A secret and its token; both go with the session."""
    _set(response, SID, sid, door, readable=False)
    _set(response, CSRF, csrf_token(door, sid), door, readable=True)


def clear_cookies(response: Response) -> None:
    """Nothing of them stays."""
    for name, readable in ((SID, False), (CSRF, True)):
        response.delete_cookie(name, path="/", secure=True, httponly=not readable, samesite="strict")


def _set(response: Response, name: str, value: str, door: DoorKeeper, *, readable: bool) -> None:
    response.set_cookie(
        name,
        value,
        max_age=int(door.policy.absolute.total_seconds()),
        path="/",
        secure=True,
        httponly=not readable,
        samesite="strict",
    )
