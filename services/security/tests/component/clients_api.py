"""Partners' programs as the tests know them: their keys, and the calls most of these tests begin with."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import jwt
from joserfc.jwk import ECKey, OKPKey, RSAKey

from chassis.testing.tokens import bearer

from .api import V1, key

TOKEN = f"{V1}/oauth/token"
ISSUER = "http://127.0.0.1:8000"
JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
CASINO = "0190f5fe-7c00-7a00-8000-000000000001"


def made(algorithm: str) -> ECKey | OKPKey | RSAKey:
    """A new key pair."""
    if algorithm == "ES256":
        return ECKey.generate_key("P-256")
    return OKPKey.generate_key("Ed25519") if algorithm == "EdDSA" else RSAKey.generate_key(2048)


@dataclass(frozen=True, slots=True)
class Program:
    """A partner's program; it makes its assertions with PyJWT, which shares no code with what checks them."""

    algorithm: str = "EdDSA"
    kid: str = field(default_factory=lambda: f"key-{uuid4()}")
    pair: Any = None
    client_id: str = ""

    @classmethod
    def new(cls, algorithm: str = "EdDSA", client_id: str = "") -> "Program":
        return cls(algorithm=algorithm, pair=made(algorithm), client_id=client_id)

    @property
    def jwk(self) -> dict[str, Any]:
        """The public half, as it is registered."""
        return {**self.pair.as_dict(private=False), "kid": self.kid}

    def called(self, client_id: str) -> "Program":
        return Program(algorithm=self.algorithm, kid=self.kid, pair=self.pair, client_id=client_id)

    def claims(self, **changes: Any) -> dict[str, Any]:
        """The claims of a good assertion, with some changed; None takes one away."""
        now = datetime.now(UTC)
        good = {
            "iss": self.client_id,
            "sub": self.client_id,
            "aud": ISSUER + TOKEN,
            "iat": now - timedelta(minutes=1),  # The service's clock stands still, and a test may take its time.
            "exp": now + timedelta(minutes=2),
            "jti": str(uuid4()),
        }
        return {name: value for name, value in {**good, **changes}.items() if value is not None}

    def assertion(self, *, header: dict[str, Any] | None = None, algorithm: str | None = None, **changes: Any) -> str:
        return jwt.encode(
            self.claims(**changes),
            self.pair.as_pem(private=True),
            algorithm=algorithm or self.algorithm,
            headers={"kid": self.kid, **(header or {})},
        )


def form(assertion: str, **changes: str) -> dict[str, str]:
    good = {
        "grant_type": "client_credentials",
        "client_assertion_type": JWT_BEARER,
        "client_assertion": assertion,
    }
    return {**good, **changes}


async def ask(client: httpx.AsyncClient, assertion: str, **changes: str) -> httpx.Response:
    """Ask for a token."""
    return await client.post(TOKEN, data=form(assertion, **changes))


def terms(**changes: Any) -> dict[str, Any]:
    good = {
        "contact": "integration@regulator.example",
        "casinos": [CASINO],
        "addresses": [],
        "rate_tier": "standard",
        "expires_at": (datetime.now(UTC) + timedelta(days=200)).isoformat(),
        "reason": "contract 4711",
    }
    return {**good, **changes}


def registration(*programs: Program, **changes: Any) -> dict[str, Any]:
    return {"name": f"regulator-{uuid4()}", "keys": [one.jwk for one in programs], **terms(**changes)}


async def register(client: httpx.AsyncClient, token: str, program: Program, **changes: Any) -> Program:
    """Have the program registered; returns it with its client id."""
    body = registration(program, **changes)
    answer = await client.post(f"{V1}/clients", json=body, headers={**bearer(token), **key()})
    assert answer.status_code == 201, answer.text
    return program.called(str(UUID(answer.json()["client_id"])))
