"""Whatever is asked, in whatever spelling: identity travels in the token alone, and no path opens another route."""

import asyncio
import re
import string
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import ECKey

from chassis.http import RequestProblem
from chassis.testing.tokens import bearer, default_maker, make_token
from gateway.routes import Route, RouteTable, load_routes
from gateway.target import canonical_path, forwarded_path

from .conftest import Upstream, talking

ROUNDS = "/api/games/v1/rounds"
ROUTES = load_routes()
TABLE = RouteTable(ROUTES)

NAMES = [
    "X-Internal-User", "X-Internal-Token", "X-User-Id", "X-User", "X-Casino-Id", "X-Role", "X-Permissions", "X-Actor",
    "Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-User", "X-Real-IP",
    "X-Original-URL", "X-Rewrite-URL", "X-HTTP-Method-Override", "True-Client-IP", "CF-Connecting-IP", "Via", "Proxy",
    "Proxy-Authorization", "TE", "Trailer", "Keep-Alive", "Cookie", "traceparent", "tracestate", "baggage",
    "X-Request-Id", "X-Correlation-Id", "X-CSRF-Token", "Origin", "Expect", "Upgrade",
]  # fmt: skip
SPELLINGS = {
    "plain": "{name}: {value}\r\n",
    "underscore": "{under}: {value}\r\n",
    "double": "{name}: {value}\r\n{name}: {value}2\r\n",
    "mixed case": "{mixed}: {value}\r\n",
    "trailing space": "{name} : {value}\r\n",
    "trailing tab": "{name}\t: {value}\r\n",
    "connection-listed": "{name}: {value}\r\nConnection: {name}\r\n",
    "comma-joined": "{name}: harmless, {value}\r\n",
    "folded": "{name}: harmless\r\n {value}\r\n",
}


async def raw(port: int, request: str) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request.encode("latin-1"))
    try:
        return await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 20)
    finally:
        writer.close()


@pytest.mark.parametrize("spelling", SPELLINGS.values(), ids=SPELLINGS.keys())
@pytest.mark.parametrize("name", NAMES)
async def test_no_spelling_of_a_header_makes_somebody_of_a_client(
    long_lived: tuple[int, Upstream], name: str, spelling: str
) -> None:
    gateway, upstream = long_lived
    upstream.seen.clear()
    mixed = "".join(one.upper() if at % 2 else one.lower() for at, one in enumerate(name))
    told = spelling.format(name=name, under=name.replace("-", "_"), mixed=mixed, value="0f7e-evil-0f7e")
    head = f"GET {ROUNDS} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {make_token()}\r\n"
    end = "" if "Connection" in told else "Connection: close\r\n"
    answer = await raw(gateway, f"{head}{told}{end}\r\n")
    status = int(answer.split(b" ", 2)[1])
    assert status in {200, 400}
    assert len(upstream.seen) == (status == 200)
    assert all("evil" not in key + value for seen in upstream.seen for key, value in seen["headers"])
    if "\r\n " in told or " :" in told or "\t:" in told or "_" in told:
        assert status == 400
    if "Connection: " in told and name not in ("Keep-Alive", "Upgrade"):
        assert status == 400


async def test_what_the_gateway_says_is_said_once(gateway: int, upstream: Upstream) -> None:
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{gateway}") as client:
        given = {"X-Request-Id": "a-client-s-own-id", "traceparent": f"00-{'ab' * 16}-{'cd' * 8}-01"}
        answer = await client.get(ROUNDS, headers={**bearer(make_token()), **given})
    names = [name for name, _ in upstream.seen[0]["headers"]]
    assert len(names) == len(set(names))
    headers = dict(upstream.seen[0]["headers"])
    assert re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", headers["x-request-id"])
    assert answer.headers["x-request-id"] == headers["x-request-id"]
    assert headers["traceparent"].split("-")[1] != "ab" * 16, "nobody outside names our traces"


def naive(method: str, path: str) -> set[tuple[str | None, str]]:
    """The permission and template of every route a path could mean, found by pattern, each template by itself."""
    found = []
    for route in ROUTES:
        pattern = "/".join("[^/]+" if part.startswith("{") else re.escape(part) for part in route.template.split("/"))
        if re.fullmatch(pattern, path, re.DOTALL) and route.method in {method, "GET" if method == "HEAD" else method}:
            found.append(route)
    literal = min((route.template.count("{") for route in found), default=0)
    return {(route.permission, route.template) for route in found if route.template.count("{") == literal}


WORDS = sorted({part for route in ROUTES for part in route.template.split("/") if part and not part.startswith("{")})
TRICKS = [
    "..",
    ".",
    "",
    "%2e%2e",
    "%2f",
    "%5c",
    "%00",
    "%25",
    ";",
    "\\\\",
    "%ff",
    "%c0%ae",
    "a%20b",
    "%C3%A9",
    "~",
    "x" * 40,
]


def spelt(draw: st.DrawFn, text: str) -> str:
    """The same text, some of its letters in percent."""
    return "".join(
        f"%{ord(one):02{draw(st.sampled_from('xX'))}}" if draw(st.integers(0, 9)) == 0 else one for one in text
    )


@st.composite
def targets(draw: st.DrawFn) -> str:
    route: Route = draw(st.sampled_from(ROUTES))
    free = st.one_of(
        st.sampled_from(WORDS), st.sampled_from(TRICKS), st.text(string.ascii_letters, min_size=1, max_size=8)
    )
    parts = [draw(free) if part.startswith("{") else part for part in route.template.split("/")[1:]]
    for _ in range(draw(st.integers(0, 2))):
        at = draw(st.integers(0, len(parts)))
        parts[at:at] = [draw(free)]
    return "/" + "/".join(spelt(draw, part) if part not in TRICKS else part for part in parts)


@given(targets(), st.sampled_from(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]))
@settings(max_examples=1500, deadline=None)
def test_no_path_reaches_another_permission_than_the_one_it_names(target: str, method: str) -> None:
    try:
        path = canonical_path(target.encode("latin-1"))
        route = TABLE.match(method, path)
    except RequestProblem as problem:
        if problem.status_code == 404:
            assert naive(method, path) == set()
        return
    assert (route.permission, route.template) in naive(method, path)
    assert canonical_path(forwarded_path(path).encode("latin-1")) == path, "what is forwarded is what was matched"
    assert TABLE.match(method, canonical_path(forwarded_path(path).encode("latin-1"))) is route


@given(st.text(max_size=40).map(lambda text: "/" + text))
@settings(max_examples=500, deadline=None)
def test_any_path_is_refused_or_has_one_reading(text: str) -> None:
    raw_path = text.encode("utf-8", "surrogatepass")
    try:
        path = canonical_path(raw_path)
    except RequestProblem as problem:
        assert (problem.status_code, problem.code) == (400, "ambiguous_path")  # noqa: PT017
        return
    assert ".." not in path.split("/")
    assert not {"\\", ";", "%", "\x00"} & set(path)
    assert path == "/" or "" not in path.split("/")[1:]


MAKER = default_maker()
STRANGER = ECKey.generate_key("P-256", {"kid": MAKER.kid, "use": "sig"}, private=True)
GOOD = make_token()
HEADER, CLAIMS, SIGNATURE = GOOD.split(".")
CLAIMED = jwt.decode(GOOD, MAKER.key, algorithms=["ES256"]).claims
TOKENS: dict[str, str | bytes] = {
    "nothing": "",
    "no scheme": GOOD,
    "another scheme": f"Basic {GOOD}",
    "two spaces": f"Bearer  {GOOD}",
    "a tab": f"Bearer\t{GOOD}",
    "something behind": f"Bearer {GOOD} x",
    "two in a list": f"Bearer {GOOD},Bearer {GOOD}",
    "no signature": f"Bearer {HEADER}.{CLAIMS}.",
    "two parts": f"Bearer {HEADER}.{CLAIMS}",
    "four parts": f"Bearer {GOOD}.x",
    "five parts": "Bearer a.b.c.d.e",
    "another's claims": f"Bearer {HEADER}.{make_token().split('.')[1]}.{SIGNATURE}",
    "a changed signature": f"Bearer {HEADER}.{CLAIMS}.{'A' * len(SIGNATURE)}",
    "padding": f"Bearer {GOOD}==",
    "letters that are none": "Bearer é.é.é".encode(),
    "huge": f"Bearer {'a' * 12_000}",
    "no algorithm": "Bearer eyJhbGciOiJub25lIn0." + CLAIMS + ".",
    "expired": f"Bearer {make_token(lifetime_s=-10)}",
    "not yet": f"Bearer {make_token(nbf=2**39)}",
    "issued tomorrow": f"Bearer {make_token(iat=2**39, exp=2**39 + 10)}",
    "for somebody else": f"Bearer {make_token(aud='another')}",
    "by somebody else": f"Bearer {make_token(iss='another')}",
    "no expiry": f"Bearer {make_token(exp=None)}",
    "an expiry in words": f"Bearer {make_token(exp='never')}",
    "a kind there is not": f"Bearer {make_token(kind='root')}",
    "nobody": f"Bearer {make_token(sub='')}",
    "no session": f"Bearer {make_token(sid=None)}",
    "a player of a casino that is none": f"Bearer {MAKER.sign({**CLAIMED, 'kind': 'player', 'casino': 'x'})}",
}


@pytest.mark.parametrize("given", TOKENS.values(), ids=TOKENS.keys())
async def test_a_token_that_is_none_opens_nothing(long_lived: tuple[int, Upstream], given: str | bytes) -> None:
    gateway, upstream = long_lived
    upstream.seen.clear()
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{gateway}") as client:
        headers: Any = {"Authorization": given}
        answers = [await client.get(path, headers=headers) for path in (ROUNDS, "/openapi.json")]
    for answer in answers:
        assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")
        assert answer.headers["www-authenticate"] == "Bearer"
        assert GOOD[:20] not in answer.text
    assert upstream.seen == []


async def test_a_token_of_another_s_key_opens_nothing(gateway: int, upstream: Upstream) -> None:
    forged = jwt.encode({"alg": "ES256", "kid": MAKER.kid}, CLAIMED, STRANGER, algorithms=["ES256"])
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{gateway}") as client:
        assert (await client.get(ROUNDS, headers=bearer(forged))).status_code == 401
    assert upstream.seen == []


async def test_every_route_of_the_table_is_forwarded_as_itself_and_asks_for_a_token_unless_it_is_public(
    upstream: Upstream,
) -> None:
    unlimited: dict[str, Any] = {"requests_per_second_per_ip": 100_000, "log_ins_per_minute_per_ip": 100_000}
    async with talking(upstream.url, **unlimited) as client:
        for route in ROUTES:
            path = re.sub(r"\{[^}]*\}", "a-value", route.template)
            without = await client.request(route.method, path)
            assert without.status_code == (200 if route.public else 401), route
            assert (await client.request(route.method, path, headers=bearer(make_token()))).status_code == 200, route
            assert (upstream.seen[-1]["method"], upstream.seen[-1]["path"]) == (route.method, path)
