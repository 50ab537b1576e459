"""Who somebody says he is who is not let in yet: by it guesses are counted. Hashed, for it may be an e-mail address.

Nothing here is proved; security does that. A body that does not say is security's to refuse.
"""

import base64
import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import parse_qsl

from gateway.bodies import Body

LOG_INS: Mapping[str, tuple[str, ...]] = {
    "/api/security/v1/staff-sessions": ("login",),
    "/api/security/v1/player-sessions": ("casino_id", "email"),
    "/api/security/v1/browser-sessions": ("login", "casino_id", "email"),
}
"""Where people log in, and the fields that together name the account."""

TOKENS = "/api/security/v1/oauth/token"
"""Where partners' programs ask for tokens."""

_MOST_FIELDS = 20


def account(template: str, body: Body) -> str | None:
    """The account somebody wants to log in to; None when the body does not say."""
    told = _object(body) if isinstance(body, bytes) else None
    if told is None:
        return None
    return _hashed(str(told.get(name, "")).strip().casefold() for name in LOG_INS[template])


def program(body: Body) -> str:
    """The partner's program that asks for a token (RFC 7523, section 3): the subject of its assertion, or its id."""
    try:
        form = dict(parse_qsl(body.decode("ascii"), max_num_fields=_MOST_FIELDS)) if isinstance(body, bytes) else {}
        _, claims, _ = form.get("client_assertion", "..").split(".")
        told = _object(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))
    except ValueError:
        form, told = {}, None
    return _hashed([str((told or {}).get("sub") or form.get("client_id", ""))])


def _object(text: bytes) -> dict[str, Any] | None:
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return told if isinstance(told, dict) else None


def _hashed(named: Iterable[str]) -> str:
    return hashlib.sha256("\x00".join(named).encode("utf-8", "surrogatepass")).hexdigest()
