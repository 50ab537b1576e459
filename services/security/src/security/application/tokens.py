"""Access tokens: short-lived ES256 JWTs that say who, which session, and what is allowed where."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from joserfc import jwt
from joserfc.jwk import ECKey

from chassis.auth.tokens import AUDIENCE, ISSUER


def access_token(
    key: tuple[str, ECKey],
    *,
    kind: Literal["staff", "player"],
    subject_id: UUID,
    session_id: UUID,
    now: datetime,
    lifetime: timedelta,
    casino_id: UUID | None = None,
    grants: Sequence[dict[str, Any]] = (),
    must_change_password: bool = False,
) -> str:
    """A signed token. A person who must change the password gets no grants with it."""
    kid, private = key
    claims: dict[str, Any] = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": str(subject_id),
        "kind": kind,
        "sid": str(session_id),
        "iat": int(now.timestamp()),
        "exp": int((now + lifetime).timestamp()),
    }
    if casino_id is not None:
        claims["casino"] = str(casino_id)
    if must_change_password:
        claims["pwc"] = True
    elif grants:
        claims["grants"] = list(grants)
    return jwt.encode({"alg": "ES256", "kid": kid, "typ": "JWT"}, claims, private)
