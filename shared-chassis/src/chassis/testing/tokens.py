"""Tokens for tests, signed with a key that is made when it is first needed and thrown away with the process."""

import time
from collections.abc import Iterable
from functools import cache
from typing import Any, Literal
from uuid import UUID, uuid4

import httpx
from joserfc import jwt
from joserfc.jwk import ECKey

from chassis.auth.jwks import LocalKeys
from chassis.auth.tokens import AUDIENCE, ISSUER, TokenVerifier

EVERYWHERE = "*"


class TokenMaker:
    """A stand-in for security: one signing key, its JWKS, and tokens with whatever claims a test wants."""

    def __init__(self, kid: str = "test-key") -> None:
        self.key = ECKey.generate_key("P-256", {"kid": kid, "use": "sig"}, private=True)
        self.kid = kid

    def verifier(self) -> TokenVerifier:
        """What `create_service(verifier=...)` takes: it believes this maker's tokens."""
        return TokenVerifier(LocalKeys(lambda: {self.kid: self.key}))

    def jwks(self) -> dict[str, Any]:
        """The public keys as security serves them."""
        return {"keys": [self.key.as_dict(private=False)]}

    def transport(self) -> httpx.MockTransport:
        """A transport that answers every request with the JWKS, for `RemoteKeys`."""
        return httpx.MockTransport(lambda _request: httpx.Response(200, json=self.jwks()))

    def sign(self, claims: dict[str, Any], *, header: dict[str, Any] | None = None) -> str:
        """A token with exactly these claims."""
        return jwt.encode({"alg": "ES256", "kid": self.kid, **(header or {})}, claims, self.key, algorithms=["ES256"])

    def token(
        self,
        *,
        kind: Literal["staff", "player"] = "staff",
        subject: UUID | None = None,
        session: UUID | None = None,
        permissions: Iterable[str] = (),
        casinos: Iterable[UUID | str] = (EVERYWHERE,),
        casino: UUID | None = None,
        must_change_password: bool = False,
        lifetime_s: int = 86_400,
        **claims: Any,
    ) -> str:
        """A token of a member of staff with `permissions` at `casinos`, or of a player at `casino`.

        Further claims override what is made up here; None takes a claim away.
        """
        now = int(time.time())
        made: dict[str, Any] = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": str(subject or uuid4()),
            "sid": str(session or uuid4()),
            "kind": kind,
            "iat": now,
            "exp": now + lifetime_s,
        }
        if kind == "player":
            made["casino"] = str(casino or uuid4())
        else:
            made["grants"] = [{"casinos": [str(one) for one in casinos], "permissions": [str(p) for p in permissions]}]
        if must_change_password:
            made["pwc"] = True
        made.update(claims)
        return self.sign({name: value for name, value in made.items() if value is not None})


@cache
def default_maker() -> TokenMaker:
    """The maker all tests of a process share."""
    return TokenMaker()


def make_token(**options: Any) -> str:
    """A token of the shared maker; see `TokenMaker.token`."""
    return default_maker().token(**options)


def test_verifier() -> TokenVerifier:
    """A verifier that believes the shared maker's tokens: `create_service(..., verifier=test_verifier())`."""
    return default_maker().verifier()


test_verifier.__test__ = False  # type: ignore[attr-defined]


def bearer(token: str) -> dict[str, str]:
    """The header that carries a token."""
    return {"Authorization": f"Bearer {token}"}
