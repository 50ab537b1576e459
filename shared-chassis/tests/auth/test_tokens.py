"""Access tokens: what is believed, what is not, and that verifying asks nobody."""

import base64
import hashlib
import hmac
import json
import time
from typing import Any
from uuid import uuid4

import httpx
import jwt as pyjwt
import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from joserfc.jwk import ECKey

from chassis.auth import Caller, Unauthenticated
from chassis.auth.jwks import KeysUnavailable, LocalKeys, RemoteKeys, parse_keys
from chassis.auth.tokens import TokenVerifier
from chassis.testing.tokens import TokenMaker

MAKER = TokenMaker()


def part(value: dict[str, Any] | bytes) -> str:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def claims(**changes: Any) -> dict[str, Any]:
    now = int(time.time())
    good = {
        "iss": "pitboss-security",
        "aud": "pitboss",
        "sub": str(uuid4()),
        "sid": str(uuid4()),
        "kind": "staff",
        "iat": now,
        "exp": now + 300,
        "pv": 7,
    }
    good.update(changes)
    return {name: value for name, value in good.items() if value is not None}


async def verify(token: str) -> Caller:
    return await MAKER.verifier().verify(token)


async def refused(token: str) -> None:
    with pytest.raises(Unauthenticated):
        await verify(token)


async def test_a_good_token_names_its_caller() -> None:
    made = claims()
    caller = await verify(MAKER.sign(made))
    assert (caller.kind, str(caller.id), str(caller.session_id)) == ("staff", made["sub"], made["sid"])
    assert caller.policy_version == 7
    assert not caller.must_change_password


async def test_a_token_tells_when_and_how_it_was_proved_who_it_is() -> None:
    caller = await verify(MAKER.sign(claims(auth_time=1_700_000_000, amr=["pwd", "otp", "mfa"])))
    assert caller.authenticated_at == 1_700_000_000
    assert caller.amr == {"pwd", "otp", "mfa"}
    old = await verify(MAKER.sign(claims()))
    assert old.authenticated_at is None
    assert old.amr == frozenset()


async def test_a_token_tells_how_often_a_program_may_ask() -> None:
    assert (await verify(MAKER.sign(claims(kind="client", tier="low")))).rate_tier == "low"
    assert (await verify(MAKER.sign(claims(kind="client")))).rate_tier == "standard"


@pytest.mark.parametrize("tier", ["unlimited", "", 3, ["high"], {"high": 1}])
async def test_a_tier_that_is_none_makes_no_token(tier: Any) -> None:
    await refused(MAKER.sign(claims(kind="client", tier=tier)))


async def test_a_token_tells_who_looks_at_things_as_the_player_does() -> None:
    ann = uuid4()
    caller = await verify(MAKER.token(kind="player", casino=uuid4(), act={"sub": str(ann)}))
    assert caller.acting_for == ann


@pytest.mark.parametrize("twice", ['"kind": "staff"', '"exp": 4102444800', '"sub": "x"', '"new": 1, "new": 1'])
async def test_a_claim_that_is_given_twice_is_refused(twice: str) -> None:
    signing = (
        f"{part({'alg': 'ES256', 'kid': MAKER.kid})}.{part((json.dumps(claims())[:-1] + f', {twice}}}').encode())}"
    )
    await refused(f"{signing}.{part(_signed(signing))}")


def _signed(signing: str) -> bytes:
    private = MAKER.key.private_key
    assert private is not None
    der = private.sign(signing.encode(), ec.ECDSA(hashes.SHA256()))
    r, s = decode_dss_signature(der)
    return r.to_bytes(32) + s.to_bytes(32)


async def test_a_token_made_by_hand_is_good_when_all_is_right() -> None:
    signing = f"{part({'alg': 'ES256', 'kid': MAKER.kid})}.{part(claims())}"
    assert (await verify(f"{signing}.{part(_signed(signing))}")).policy_version == 7
    await refused(f"{signing}.{part(_signed(signing)[:-1])}")
    await refused(f"{signing}.{part(bytes(64))}")
    await refused(f"{signing}.{part(_signed(signing)).replace('A', '!', 1)}!")
    await refused(f"{signing}.{part(_signed(signing))}=")


@pytest.mark.parametrize("algorithm", ["ES384", "ES512", "RS256", "PS256", "HS384", "EdDSA", "es256", "ES256K"])
async def test_another_algorithm_is_refused_whatever_signed_it(algorithm: str) -> None:
    signing = f"{part({'alg': algorithm, 'kid': MAKER.kid})}.{part(claims())}"
    await refused(f"{signing}.{part(_signed(signing))}")


@pytest.mark.parametrize("payload", [b"[]", b"7", b"null", b"{", b"\xff\xfe", b'{"iss":' * 50], ids=range(6))
async def test_a_payload_that_is_no_object_is_refused(payload: bytes) -> None:
    signing = f"{part({'alg': 'ES256', 'kid': MAKER.kid})}.{part(payload)}"
    await refused(f"{signing}.{part(_signed(signing))}")


async def test_a_players_token_names_the_casino() -> None:
    casino = uuid4()
    assert (await verify(MAKER.token(kind="player", casino=casino))).casino_id == casino


async def test_permissions_in_a_token_count_for_nothing() -> None:
    grants = [{"casinos": ["*"], "permissions": ["a.b.c"]}]
    caller = (await verify(MAKER.sign(claims(grants=grants)))).by(None)
    assert not caller.may("a.b.c")


async def test_another_library_makes_tokens_we_believe() -> None:
    pem = MAKER.key.as_pem(private=True)
    token = pyjwt.encode(claims(), pem, algorithm="ES256", headers={"kid": MAKER.kid})
    assert (await verify(token)).policy_version == 7


def test_another_library_believes_the_tokens_we_make() -> None:
    public = MAKER.key.as_pem(private=False)
    decoded = pyjwt.decode(MAKER.token(), public, algorithms=["ES256"], audience="pitboss", issuer="pitboss-security")
    assert decoded["kind"] == "staff"


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "somebody"},
        {"iss": None},
        {"aud": "another"},
        {"aud": ["pitboss"]},
        {"aud": None},
        {"exp": int(time.time()) - 1},
        {"exp": None},
        {"exp": "tomorrow"},
        {"exp": 10**30 * 1.5},
        {"exp": True},
        {"exp": 10**400},
        {"iat": -1},
        {"iat": int(time.time()) + 3600},
        {"iat": None},
        {"nbf": int(time.time()) + 3600},
        {"nbf": "later"},
        {"kind": "service"},
        {"kind": ["staff"]},
        {"kind": None},
        {"sub": "not a uuid"},
        {"sub": None},
        {"sub": 7},
        {"sid": None},
        {"kind": "player"},
        {"casino": str(uuid4())},
        {"kind": "player", "casino": "everywhere"},
        {"pv": -1},
        {"pv": "7"},
        {"pv": True},
        {"auth_time": "now"},
        {"auth_time": None, "amr": "pwd"},
        {"amr": [1]},
        {"act": {"sub": str(uuid4())}},
        {"act": "somebody"},
        {"kind": "player", "casino": str(uuid4()), "act": {}},
        {"kind": "player", "casino": str(uuid4()), "act": {"sub": "x"}},
    ],
    ids=[str(n) for n in range(36)],
)
async def test_a_wrong_claim_is_refused(changes: dict[str, Any]) -> None:
    await refused(MAKER.sign(claims(**changes)))


async def test_a_token_without_a_signature_is_refused() -> None:
    for algorithm in ("none", "None", "NONE", ""):
        await refused(f"{part({'alg': algorithm, 'kid': MAKER.kid})}.{part(claims())}.")


async def test_the_public_key_is_no_hmac_secret() -> None:
    head, body = part({"alg": "HS256", "kid": MAKER.kid}), part(claims())
    for secret in (
        MAKER.key.as_pem(private=False),
        MAKER.key.as_pem(private=False).strip(),
        json.dumps(MAKER.jwks()["keys"][0]).encode(),
        MAKER.key.public_key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo),
        b"",
    ):
        mac = hmac.new(secret, f"{head}.{body}".encode(), hashlib.sha256).digest()
        await refused(f"{head}.{body}.{part(mac)}")


async def test_another_key_with_the_same_name_is_refused() -> None:
    await refused(TokenMaker(MAKER.kid).token())


async def test_a_changed_payload_is_refused() -> None:
    head, _, signature = MAKER.token().split(".")
    await refused(f"{head}.{part(claims())}.{signature}")


@pytest.mark.parametrize("kid", [None, "", "other", "../../etc/passwd", 7, ["a"]], ids=str)
async def test_an_unknown_key_id_is_refused(kid: Any) -> None:
    head = {"alg": "ES256", **({"kid": kid} if kid is not None else {})}
    _, body, signature = MAKER.token().split(".")
    await refused(f"{part(head)}.{body}.{signature}")


async def test_a_key_inside_the_token_is_never_used() -> None:
    mine = ECKey.generate_key("P-256")
    head = {"alg": "ES256", "kid": MAKER.kid, "jwk": mine.as_dict(private=False), "jku": "http://evil.test/jwks"}
    token = pyjwt.encode(claims(), mine.as_pem(private=True), algorithm="ES256", headers=head)
    await refused(token)


@pytest.mark.parametrize("token", ["", ".", "..", "...", "a.b.c", "é.é.é", "x" * 20_000, "eyJ.eyJ.", "\x00"])
async def test_what_is_no_token_is_refused(token: str) -> None:
    await refused(token)


async def test_critical_extensions_are_refused() -> None:
    await refused(MAKER.sign(claims(), header={"b64": True, "crit": ["b64"]}))


class Counting(LocalKeys):
    def __init__(self) -> None:
        super().__init__(lambda: {MAKER.kid: MAKER.key})
        self.asked = 0

    async def key(self, kid: str) -> ECKey | None:
        self.asked += 1
        return await super().key(kid)


async def test_a_verified_token_is_remembered_for_thirty_seconds_and_never_past_its_end() -> None:
    moment = time.time()
    keys = Counting()
    verifier = TokenVerifier(keys, now=lambda: moment)
    token = MAKER.token(lifetime_s=40)
    first = await verifier.verify(token)
    moment += 29
    assert await verifier.verify(token) is first
    assert keys.asked == 1
    moment += 2
    await verifier.verify(token)
    assert keys.asked == 2
    moment += 10
    with pytest.raises(Unauthenticated):
        await verifier.verify(token)


async def test_refused_tokens_are_not_remembered() -> None:
    keys = Counting()
    verifier = TokenVerifier(keys)
    for _ in range(3):
        with pytest.raises(Unauthenticated):
            await verifier.verify(MAKER.sign(claims(aud="x")))
    assert keys.asked == 3


class Security:
    """A stand-in for the service, with a switch."""

    def __init__(self, *makers: TokenMaker) -> None:
        self.makers = list(makers)
        self.up = True
        self.answer: httpx.Response | None = None
        self.asked = 0
        self.moment = 1000.0
        self.keys = RemoteKeys(
            "http://security.test", transport=httpx.MockTransport(self._serve), monotonic=lambda: self.moment
        )

    def _serve(self, request: httpx.Request) -> httpx.Response:
        assert request.url.path == "/.well-known/jwks.json"
        self.asked += 1
        if not self.up:
            raise httpx.ConnectError("down")
        return self.answer or httpx.Response(200, json={"keys": [m.jwks()["keys"][0] for m in self.makers]})

    async def knows(self, kid: str) -> bool:
        known = await self.keys.key(kid) is not None
        if self.keys._renewal is not None:
            await self.keys._renewal
        return known


async def test_keys_are_fetched_once() -> None:
    security = Security(MAKER)
    assert [await security.knows(MAKER.kid) for _ in range(3)] == [True] * 3
    assert security.asked == 1


async def test_a_rotated_key_is_fetched_at_once_but_forged_ids_do_not_hammer_security() -> None:
    security = Security(MAKER)
    assert await security.knows(MAKER.kid)
    security.moment += 10
    security.makers.append(TokenMaker("next"))
    assert await security.knows("next")
    for forged in range(50):
        assert not await security.knows(f"forged-{forged}")
    assert security.asked == 2
    security.moment += 4
    assert not await security.knows("forged")
    assert security.asked == 3


async def test_old_keys_stay_while_security_is_down() -> None:
    security = Security(MAKER)
    assert await security.knows(MAKER.kid)
    security.up = False
    security.moment += 100_000
    assert await security.knows(MAKER.kid)
    assert not await security.knows("other")
    security.up = True
    security.makers = [TokenMaker("next")]
    security.moment += 4
    assert await security.knows("next")
    assert not await security.knows(MAKER.kid), "a withdrawn key is not believed for ever"


async def test_without_any_key_the_answer_is_503_and_not_401() -> None:
    security = Security(MAKER)
    security.up = False
    with pytest.raises(KeysUnavailable) as unavailable:
        await TokenVerifier(security.keys).verify(MAKER.token())
    assert unavailable.value.status == 503
    security.up = True
    security.moment += 4
    assert (await TokenVerifier(security.keys).verify(MAKER.token())).kind == "staff"


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(500),
        httpx.Response(200, text="<html>"),
        httpx.Response(200, json={"keys": "none"}),
        httpx.Response(200, json=[]),
        httpx.Response(200, json={"keys": []}),
        httpx.Response(200, json={"keys": [{"kty": "EC", "crv": "P-256", "kid": "x", "x": "!", "y": "!"}]}),
        httpx.Response(302, headers={"location": "http://evil.test/"}),
    ],
    ids=lambda answer: f"{answer.status_code} {answer.text[:20]}",
)
async def test_nonsense_from_security_changes_nothing(answer: httpx.Response) -> None:
    security = Security(MAKER)
    assert await security.knows(MAKER.kid)
    security.answer = answer
    security.moment += 1000
    assert await security.knows(MAKER.kid)


def test_only_signing_keys_on_our_curve_are_taken() -> None:
    good = MAKER.jwks()["keys"][0]
    other = ECKey.generate_key("P-384", {"kid": "p384"}).as_dict(private=False)
    hmac_key = {"kty": "oct", "kid": "oct", "k": "c2VjcmV0"}
    nameless = {name: value for name, value in good.items() if name != "kid"}
    encryption = {**good, "kid": "enc", "use": "enc"}
    assert list(parse_keys({"keys": [other, hmac_key, nameless, encryption, "x", good]})) == [MAKER.kid]


def test_private_parts_of_a_key_are_never_read() -> None:
    keys = parse_keys({"keys": [{**MAKER.key.as_dict(private=True), "use": "sig"}]})
    assert not keys[MAKER.kid].is_private


async def test_a_slow_security_delays_nobody_whose_key_is_known() -> None:
    security = Security(MAKER)
    assert await security.knows(MAKER.kid)
    security.moment += 1000
    assert await security.keys.key(MAKER.kid) is not None
    assert security.asked == 1, "the key was given before security was asked again"
    assert await security.knows(MAKER.kid)
    assert security.asked == 2
