"""Access tokens of partners' programs: as those of people, and with the networks they are good from."""

from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from joserfc import jwt
from joserfc.jwk import ECKey

from chassis.auth.tokens import AUDIENCE, ISSUER
from chassis.domain import uuid7

TOKEN_PATH: Final = "/api/security/v1/oauth/token"  # noqa: S105 - an address


def client_token(
    key: tuple[str, ECKey],
    *,
    client_id: UUID,
    now: datetime,
    lifetime: timedelta,
    addresses: tuple[str, ...],
    rate_tier: str,
) -> str:
    """A signed token of kind `client`. `net`: the networks it is good from, `tier`: how often it may be used."""
    kid, private = key
    claims: dict[str, Any] = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": str(client_id),
        "kind": "client",
        "sid": str(uuid7()),
        "iat": int(now.timestamp()),
        "exp": int((now + lifetime).timestamp()),
        "tier": rate_tier,
    }
    if addresses:
        claims["net"] = list(addresses)
    return jwt.encode({"alg": "ES256", "kid": kid, "typ": "JWT"}, claims, private)
