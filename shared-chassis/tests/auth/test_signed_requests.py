"""Signed requests: what was signed comes in once; whatever differs in a single bit does not.

The signatures are made by hand as RFC 9421 says, and share no code with what checks them.
"""

import asyncio
import base64
import hashlib
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from http_message_signatures import HTTPMessageSigner, MappingKeyResolver
from http_message_signatures.algorithms import ED25519
from hypothesis import given, settings
from hypothesis import strategies as st

from chassis.auth.errors import Unauthenticated
from chassis.auth.nonces import PostgresNonces
from chassis.auth.signed_requests import RawRequest, SignedRequests, SigningClient, is_signed
from chassis.db import Database
from chassis.domain import FixedClock
from chassis.testing.postgres import CHASSIS, Databases

CLIENT = UUID("0190f5fe-7c00-7a00-8000-0000000000c1")
KEY = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(b"a partner").digest())
KEY_ID = f"{CLIENT}/2026-03"
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
TARGET = "/api/payments/v1/withdrawals?status=eq.paid&limit=10"
BODY = b'{"reason": "ok"}'


class Keys:
    """One client with one key."""

    def __init__(self, *networks: str) -> None:
        self._client = SigningClient(CLIENT, KEY.public_key(), networks)

    async def key(self, client_id: UUID, kid: str) -> SigningClient | None:
        return self._client if (client_id, kid) == (CLIENT, "2026-03") else None


@dataclass
class Memory:
    """Nonces of one process."""

    used: set[str] = field(default_factory=set)

    async def use(self, client_id: UUID, nonce: str, until: datetime) -> bool:
        new = nonce not in self.used
        self.used.add(nonce)
        return new


def door(*networks: str, now: datetime = NOW, nonces: Any = None) -> SignedRequests:
    return SignedRequests(Keys(*networks), nonces or Memory(), FixedClock(now))


def signed(
    method: str = "GET",
    target: str = TARGET,
    body: bytes = b"",
    *,
    covered: str | None = None,
    key: Ed25519PrivateKey = KEY,
    address: str | None = "192.0.2.7",
    **parameters: str,
) -> RawRequest:
    """A request signed by hand (RFC 9421 section 2.5)."""
    path, _, query = target.partition("?")
    digest = f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode()}:"
    names = covered or ('"@method" "@path" "@query"' + (' "content-digest"' if body else ""))
    said = {
        "created": str(int(NOW.timestamp())),
        "nonce": f'"{uuid4().hex}"',
        "keyid": f'"{KEY_ID}"',
        "alg": '"ed25519"',
        "tag": '"pitboss"',
        **parameters,
    }
    about = f"({names});" + ";".join(f"{name}={value}" for name, value in said.items() if value)
    values = {"@method": method, "@path": path, "@query": f"?{query}", "content-digest": digest, "host": "x"}
    lines = [f'"{name}": {values[name]}' for name in re.findall(r'(?:^| )"([^"]+)"', names)]
    base = "\n".join([*lines, f'"@signature-params": {about}'])
    signature = base64.b64encode(key.sign(base.encode())).decode()
    headers = [("signature-input", f"sig1={about}"), ("signature", f"sig1=:{signature}:"), ("host", "x")]
    return RawRequest(method, target, [*headers, ("content-digest", digest)] if body else headers, body, address)


async def assert_refused(request: RawRequest, by: SignedRequests | None = None) -> None:
    with pytest.raises(Unauthenticated):
        await (by or door()).verify(request)


@pytest.mark.parametrize("body", [b"", BODY], ids=["without a body", "with a body"])
async def test_what_a_client_signed_comes_in(body: bytes) -> None:
    client = await door().verify(signed("POST" if body else "GET", body=body))
    assert client.client_id == CLIENT


async def test_a_request_without_a_query_has_an_empty_one() -> None:
    assert (await door().verify(signed(target="/api/reports/v1/reports"))).client_id == CLIENT


async def test_the_librarys_signer_is_understood() -> None:
    request = httpx.Request("POST", f"http://service{TARGET}", content=BODY)
    signer = HTTPMessageSigner(
        signature_algorithm=ED25519, key_resolver=MappingKeyResolver(public_keys={}, private_keys={KEY_ID: KEY})
    )
    signer.sign(
        request,
        key_id=KEY_ID,
        created=NOW,
        nonce=uuid4().hex,
        tag="pitboss",
        covered_component_ids=("@method", "@path", "@query"),
        body=BODY,
    )
    raw = RawRequest("POST", TARGET, list(request.headers.items()), BODY)
    assert (await door().verify(raw)).client_id == CLIENT


async def test_a_request_comes_in_once() -> None:
    here, request = door(), signed()
    await here.verify(request)
    await assert_refused(request, here)


@pytest.mark.parametrize("away", [-301, 301])
async def test_a_request_is_good_for_five_minutes(away: int) -> None:
    await assert_refused(signed(), door(now=NOW + timedelta(seconds=away)))
    inside = away - 1 if away > 0 else away + 1
    assert (await door(now=NOW + timedelta(seconds=inside)).verify(signed())).client_id == CLIENT


async def test_a_client_is_heard_from_its_own_addresses_alone() -> None:
    assert (await door("192.0.2.0/24").verify(signed())).client_id == CLIENT
    await assert_refused(signed(), door("203.0.113.0/24"))
    await assert_refused(signed(address=None), door("203.0.113.0/24"))
    await assert_refused(signed(address="unix:"), door("203.0.113.0/24"))


BAD = {
    "another key": {"key": Ed25519PrivateKey.from_private_bytes(b"x" * 32)},
    "an unknown key": {"keyid": f'"{CLIENT}/retired"'},
    "the key of nobody": {"keyid": f'"{UUID(int=0)}/2026-03"'},
    "no key id": {"keyid": ""},
    "a strange key id": {"keyid": '"../../key"'},
    "a key id that is a number": {"keyid": "7"},
    "no moment": {"created": ""},
    "a moment that is a text": {"created": '"now"'},
    "a moment with a fraction": {"created": "1.5"},
    "a moment beyond all clocks": {"created": "999999999999999"},
    "no nonce": {"nonce": ""},
    "a short nonce": {"nonce": '"abc"'},
    "an endless nonce": {"nonce": f'"{"a" * 65}"'},
    "a nonce that is a number": {"nonce": "1234567890123456"},
    "no algorithm": {"alg": ""},
    "HMAC with the public key": {"alg": '"hmac-sha256"'},
    "another purpose": {"tag": '"other"'},
    "an end": {"expires": "1767225600"},
    "something unknown": {"scope": '"all"'},
    "no method": {"covered": '"@path" "@query"'},
    "no path": {"covered": '"@method" "@query"'},
    "no query": {"covered": '"@method" "@path"'},
    "nothing": {"covered": " "},
    "a field twice": {"covered": '"@method" "@method" "@path" "@query"'},
    "a part of a field": {"covered": '"@method" "@path" "@query" "content-digest";key="sha-256"'},
    "a field we do not look at": {"covered": '"@method" "@path" "@query" "host"'},
}


@pytest.mark.parametrize("how", BAD.values(), ids=list(BAD))
async def test_a_signature_of_another_kind_is_refused(how: dict[str, Any]) -> None:
    await assert_refused(signed(**how))


async def test_a_body_is_always_signed() -> None:
    unsigned = signed("POST", body=BODY, covered='"@method" "@path" "@query"')
    await assert_refused(unsigned)
    await assert_refused(replace(signed("POST"), body=BODY))
    await assert_refused(replace(signed("POST", body=BODY), body=b""))


def with_header(request: RawRequest, name: str, value: str | None) -> RawRequest:
    kept = [one for one in request.headers if one[0] != name]
    return replace(request, headers=kept if value is None else [*kept, (name, value)])


GARBAGE = [
    "",
    "sig1",
    "sig1=?1",
    "sig1=()",
    "sig1=:AAAA:",
    "((((",
    "sig1=(" + '"a" ' * 400 + ")",
    "ü",
    "\x00",
    "=",
    ",",
]


@pytest.mark.parametrize("name", ["signature", "signature-input"])
@pytest.mark.parametrize("value", [None, *GARBAGE], ids=lambda value: "none" if value is None else repr(value[:9]))
async def test_headers_that_are_none_are_refused(name: str, value: str | None) -> None:
    await assert_refused(with_header(signed(), name, value))


async def test_a_header_is_given_once_and_holds_one_signature() -> None:
    request = signed()
    for name in ("signature", "signature-input"):
        [value] = [value for known, value in request.headers if known == name]
        await assert_refused(replace(request, headers=[*request.headers, (name, value)]))
        await assert_refused(with_header(request, name, f"{value}, {value.replace('sig1', 'sig2')}"))


PARTS = ["method", "target", "body", "signature", "signature-input", "content-digest"]


def flipped(request: RawRequest, part: str, place: int, bit: int) -> RawRequest:
    def flip(text: str) -> str:
        raw = bytearray(text.encode())
        raw[place % len(raw)] ^= 1 << bit
        return raw.decode("latin-1")

    if part == "method":
        return replace(request, method=flip(request.method))
    if part == "target":
        return replace(request, target=flip(request.target))
    if part == "body":
        return replace(request, body=flip(request.body.decode()).encode("latin-1"))
    [value] = [value for name, value in request.headers if name == part]
    return with_header(request, part, flip(value))


@settings(max_examples=400, deadline=None)
@given(part=st.sampled_from(PARTS), place=st.integers(0, 500), bit=st.integers(0, 7))
def test_a_request_with_any_bit_flipped_is_refused(part: str, place: int, bit: int) -> None:
    request = signed("POST", body=BODY)
    altered = flipped(request, part, place, bit)
    if part.startswith("signature") and _same_label(request, altered, part):
        return
    asyncio.run(assert_refused(altered))


def _same_label(request: RawRequest, altered: RawRequest, part: str) -> bool:
    """Bits of base64 that stand for nothing: the padding's unused ones spell the same signature."""
    [before], [after] = ([value for name, value in one.headers if name == part] for one in (request, altered))
    if part == "signature-input" or not re.fullmatch(r"sig1=:[A-Za-z0-9+/]+=*:", after):
        return False
    return base64.b64decode(before[6:-1]) == base64.b64decode(after[6:-1])


def test_a_request_that_claims_to_be_signed_is_known() -> None:
    assert is_signed([("Host", "x"), ("Signature", "sig1=:AA:")])
    assert is_signed([("signature-input", "sig1=()")])
    assert not is_signed([("authorization", "Bearer x")])


@pytest.fixture
async def db(databases: Databases) -> AsyncIterator[Database]:
    made = Database(await databases.create(CHASSIS), application_name="tests")
    yield made
    await made.close()


async def test_a_nonce_is_taken_once_by_all_processes_together(db: Database) -> None:
    doors, request = [door(nonces=PostgresNonces(db)) for _ in range(3)], signed()
    answers = await asyncio.gather(*(one.verify(request) for one in doors for _ in range(3)), return_exceptions=True)
    came_in = [answer for answer in answers if isinstance(answer, SigningClient)]
    assert len(came_in) == 1
    assert all(isinstance(answer, SigningClient | Unauthenticated) for answer in answers)
