"""Requests that a partner's program signs (RFC 9421, HTTP Message Signatures), checked here without asking anybody.

What is signed is the method, the path, the query, the body by its digest (RFC 9530), the moment, a nonce and the key's
id, with Ed25519. A request is good for five minutes and once. The public keys are security's to tell.

    Signature-Input: sig1=("@method" "@path" "@query" "content-digest");created=1767225600;nonce="uJ8y...";
        keyid="<client id>/<kid>";alg="ed25519";tag="pitboss"
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Protocol
from uuid import UUID

import http_sf
import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from http_message_signatures import (
    HTTPMessageSignaturesException,
    HTTPMessageVerifier,
    HTTPSignatureKeyResolver,
    InvalidSignature,
)
from http_message_signatures.algorithms import ED25519
from starlette.requests import HTTPConnection, Request

from chassis.auth.errors import Unauthenticated
from chassis.auth.networks import comes_from
from chassis.domain import Clock

log = structlog.get_logger(__name__)

TAG: Final = "pitboss"
SKEW: Final = timedelta(seconds=300)
REMEMBERED: Final = timedelta(minutes=10)
"""How long a nonce is: as long as a request with it could be good, on both sides of our clock."""

COVERED: Final = ("@method", "@path", "@query")
"""What every signature is over; one over a request with a body is over `content-digest` as well."""

_MAY_BE_COVERED: Final = frozenset({*COVERED, "content-digest", "content-type", "idempotency-key"})
_PARAMETERS: Final = frozenset({"created", "nonce", "keyid", "alg", "tag"})
_NONCE: Final = re.compile(r"[A-Za-z0-9_-]{16,64}")
_KEY_ID: Final = re.compile(r"([0-9a-f-]{36})/([A-Za-z0-9._-]{1,64})")
_NO_BODY: Final = "its body was not read as a whole"
_LONGEST: Final = 1024
"""Characters of either header."""


@dataclass(frozen=True, slots=True)
class SigningClient:
    """Whose key it is.

    Attributes:
        networks: where its requests come from; none: from anywhere.
    """

    client_id: UUID
    key: Ed25519PublicKey
    networks: tuple[str, ...] = ()


class SignatureRefused(Unauthenticated):
    """The caller hears nothing of what is here.

    Attributes:
        why: one of a few sentences of ours; nothing that the caller wrote is in it.
        client_id: whose key the request names, if that is anybody's; not that it was he who sent it.
    """

    def __init__(self, why: str, client_id: UUID | None = None) -> None:
        super().__init__("The request is not signed by a client that may come in.")
        self.why = why
        self.client_id = client_id


class _Refused(InvalidSignature):
    """What it says is ours alone."""


class ClientKeys(Protocol):
    """Where the public keys of clients come from."""

    async def key(self, client_id: UUID, kid: str) -> SigningClient | None:
        """The client with this key; None when there is none, or it is not good now."""
        ...


class Nonces(Protocol):
    """Remembers what came once, for every process of a service."""

    async def use(self, client_id: UUID, nonce: str, until: datetime) -> bool:
        """Whether it is new; from now on it is not."""
        ...


@dataclass(frozen=True, slots=True)
class RawRequest:
    """A request as it came, before anything of it was parsed.

    Attributes:
        target: path and query as they stand in the request line.
    """

    method: str
    target: str
    headers: Sequence[tuple[str, str]]
    body: bytes = b""
    address: str | None = None


class SignedRequests:
    """Tells which client signed a request."""

    def __init__(self, keys: ClientKeys, nonces: Nonces, clock: Clock) -> None:
        self._keys = keys
        self._nonces = nonces
        self._clock = clock

    async def verify(self, request: RawRequest) -> SigningClient:
        """The client; SignatureRefused when it cannot be believed. Why is in our log and the audit log alone."""
        client = None
        try:
            signed = _parameters(request.headers)
            client = await self._keys.key(*_named(signed["keyid"]))
            return await self._verified(request, signed, client)
        except (InvalidSignature, HTTPMessageSignaturesException, ValueError, TypeError, KeyError) as error:
            log.warning("signature_refused", why=str(error)[:200], address=request.address)
            why = str(error) if isinstance(error, _Refused) else "it does not hold, or cannot be read"
            raise SignatureRefused(why, client.client_id if client is not None else None) from error

    async def _verified(
        self, request: RawRequest, signed: dict[str, Any], client: SigningClient | None
    ) -> SigningClient:
        now = self._clock.now()
        if client is None:
            raise _Refused("no such key")
        [checked] = _Verifier(client.key, now).verify(
            _Message(request), max_age=None, expect_tag=TAG, require_components=COVERED, body=request.body
        )
        if checked.parameters != signed:
            raise _Refused("read in two ways")
        if client.networks and not comes_from(client.networks, request.address):
            raise _Refused("from an address that is not its own")
        if not await self._nonces.use(client.client_id, signed["nonce"], now + REMEMBERED):
            raise _Refused("its nonce was used before")
        return client


def is_signed(headers: Iterable[tuple[str, str]]) -> bool:
    """Whether a request claims to be signed, rightly or not."""
    return any(name.lower() in ("signature", "signature-input") for name, _ in headers)


async def raw(request: HTTPConnection) -> RawRequest:
    """A request as it came. SignatureRefused when its body was not read as a whole: nobody could say what is signed."""
    scope, body = request.scope, b""
    try:
        if isinstance(request, Request):
            body = await request.body()
        elif scope.get("method") not in ("GET", "HEAD"):
            raise SignatureRefused(_NO_BODY)
    except RuntimeError:  # It was read as a form.
        raise SignatureRefused(_NO_BODY) from None
    query = scope["query_string"]
    return RawRequest(
        method=scope["method"],
        target=(scope["raw_path"] + (b"?" + query if query else b"")).decode("latin-1"),
        headers=[(name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]],
        body=body,
        address=request.client.host if request.client else None,
    )


class _Headers:
    """The header fields in the shape the library reads: every line, in order."""

    def __init__(self, lines: Sequence[tuple[str, str]]) -> None:
        self._lines = lines

    def items(self) -> Sequence[tuple[str, str]]:
        return self._lines


class _Message:
    """A request in the shape the library reads. The host is not signed: the gateway's is not the one we are called."""

    def __init__(self, request: RawRequest) -> None:
        self.method = request.method
        self.url = f"http://service{request.target}"
        self.headers = _Headers(request.headers)
        self.request_target = request.target


class _Resolver(HTTPSignatureKeyResolver):
    def __init__(self, key: Ed25519PublicKey) -> None:
        self._key = key

    def resolve_public_key(self, key_id: str) -> Ed25519PublicKey:  # noqa: ARG002 - it was looked up by this id
        return self._key


class _Verifier(HTTPMessageVerifier):
    """The library's, by the clock that is handed in."""

    def __init__(self, key: Ed25519PublicKey, now: datetime) -> None:
        super().__init__(signature_algorithm=ED25519, key_resolver=_Resolver(key))
        self._now = now

    def validate_created_and_expires(self, sig_input: Any, max_age: timedelta | None = None) -> None:  # noqa: ARG002
        if abs(sig_input.params["created"] - self._now.timestamp()) > SKEW.total_seconds():
            raise _Refused("made too long ago, or too far ahead")


def _parameters(headers: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """What the one signature of a request says about itself; InvalidSignature or ValueError when it is none of ours."""
    [given] = [value for name, value in headers if name.lower() == "signature-input"]
    [signature] = [value for name, value in headers if name.lower() == "signature"]
    if max(len(given), len(signature)) > _LONGEST:
        raise _Refused("too long")
    parsed: Any = http_sf.parse(given.encode("ascii"), tltype="dictionary")
    [(components, parameters)] = parsed.values()
    if not isinstance(components, list) or any(qualified for _, qualified in components):
        raise _Refused("it covers a part of a field")
    if not {name for name, _ in components} <= _MAY_BE_COVERED or set(parameters) != _PARAMETERS:
        raise _Refused("it covers, or says, something else than is understood")
    if type(parameters["created"]) is not int or not _NONCE.fullmatch(parameters["nonce"]):
        raise _Refused("its moment or nonce is none")
    if parameters["alg"] != ED25519.algorithm_id or parameters["tag"] != TAG:
        raise _Refused("another algorithm, or made for another purpose")
    return dict(parameters)


def _named(key_id: str) -> tuple[UUID, str]:
    match = _KEY_ID.fullmatch(key_id)
    if match is None:
        raise _Refused("its key id is none of ours")
    return UUID(match[1]), match[2]
