"""Access tokens: short-lived ES256 JWTs that say who, which session, how it was proved, under which policy."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from joserfc import jwt
from joserfc.jwk import ECKey

from chassis.auth.tokens import AUDIENCE, ISSUER
from security.application.factors import acr_of


def access_token(
    key: tuple[str, ECKey],
    *,
    kind: Literal["staff", "player"],
    subject_id: UUID,
    session_id: UUID,
    now: datetime,
    lifetime: timedelta,
    authenticated_at: datetime,
    amr: Iterable[str],
    casino_id: UUID | None = None,
    policy_version: int | None = None,
    must_change_password: bool = False,
    must_add_factor: bool = False,
    acting: UUID | None = None,
    emergency: UUID | None = None,
) -> str:
    """A signed token. What its bearer may do is not in it, but in the policy.

    Args:
        authenticated_at: when it was last proved who this is; a refresh does not change it.
        amr: by which methods (RFC 8176).
        policy_version: the policy that held when it was made; whoever decides must not hold an older one.
        acting: the member of staff who looks at things as the player does (RFC 8693 section 4.1).
        emergency: the emergency access that is open.
    """
    kid, private = key
    methods = list(amr)
    claims: dict[str, Any] = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": str(subject_id),
        "kind": kind,
        "sid": str(session_id),
        "iat": int(now.timestamp()),
        "exp": int((now + lifetime).timestamp()),
        "auth_time": int(authenticated_at.timestamp()),
        "amr": methods,
        "acr": acr_of(methods),
    }
    if casino_id is not None:
        claims["casino"] = str(casino_id)
    if acting is not None:
        claims["act"] = {"sub": str(acting)}
    if emergency is not None:
        claims["bg"] = str(emergency)
    if must_change_password:
        claims["pwc"] = True
    elif must_add_factor:
        claims["fac"] = True
    if policy_version is not None:
        claims["pv"] = policy_version
    return jwt.encode({"alg": "ES256", "kid": kid, "typ": "JWT"}, claims, private)
