"""Browsers: two cookies, a short token for the one, and what the other must match."""

from datetime import timedelta
from http.cookies import SimpleCookie
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import select

from chassis.auth import ServiceTokens
from chassis.domain import FixedClock
from chassis.runtime import Service
from chassis.testing.problems import problem
from chassis.testing.tokens import bearer
from contracts.backoffice.events import PlayerBlocked
from security.adapters.tables import session

from .api import PASSWORD, V1
from .factors import Person
from .test_players import EMAIL, RIGHT, Casino
from .test_sessions import causes, claims

ADMIN = "admin@example.com"
SESSIONS = f"{V1}/browser-sessions"


class Browser:
    """Keeps cookies, and talks to the gateway, which is played here."""

    def __init__(self, client: httpx.AsyncClient, service: Service) -> None:
        self._client = client
        self._gateway = bearer(ServiceTokens("gateway", service.settings.internal_key).mint("security"))
        self.cookies: SimpleCookie = SimpleCookie()

    async def post(self, path: str, body: Any, headers: dict[str, str] | None = None) -> httpx.Response:
        return self.keeps(await self._client.post(path, json=body, headers=headers))

    def keeps(self, answer: httpx.Response) -> httpx.Response:
        for header in answer.headers.get_list("set-cookie"):
            self.cookies.load(header)
        self._client.cookies.clear()
        return answer

    async def logs_in(self, **body: Any) -> httpx.Response:
        return await self.post(SESSIONS, body)

    @property
    def sid(self) -> str:
        return self.cookies["__Host-sid"].value

    async def exchanged(self, sid: str | None = None) -> httpx.Response:
        """What the gateway gets for the cookie."""
        body = {"sid": sid or self.sid}
        return await self._client.post("/internal/v1/session-tokens", json=body, headers=self._gateway)

    async def bearer(self) -> dict[str, str]:
        answer = await self.exchanged()
        assert answer.status_code == 200, answer.text
        return bearer(answer.json()["access_token"])


@pytest.fixture
def browser(client: httpx.AsyncClient, service: Service) -> Browser:
    return Browser(client, service)


@pytest.fixture
async def inside(browser: Browser, person: Person) -> Browser:
    answer = await browser.logs_in(login=ADMIN, password=PASSWORD)
    assert answer.status_code == 200, answer.text
    return browser


async def test_the_secret_is_in_a_cookie_no_script_reads_and_nowhere_else(browser: Browser, person: Person) -> None:
    answer = await browser.logs_in(login=ADMIN, password=PASSWORD)
    sid, csrf = browser.cookies["__Host-sid"], browser.cookies["__Host-csrf"]
    assert (sid["path"], sid["secure"], sid["httponly"], sid["samesite"]) == ("/", True, True, "strict")
    assert (csrf["path"], csrf["secure"], csrf["httponly"], csrf["samesite"]) == ("/", True, "", "strict")
    assert (sid["domain"], csrf["domain"]) == ("", "")
    assert sid.value not in answer.text
    assert answer.json()["csrf_token"] == csrf.value
    assert "access_token" not in answer.json()


async def test_the_gateway_gets_a_short_token_for_the_cookie(inside: Browser, client: httpx.AsyncClient) -> None:
    answer = (await inside.exchanged()).json()
    said = claims(answer["access_token"])
    assert (answer["expires_in_s"], said["exp"] - said["iat"]) == (60, 60)
    assert (answer["session_id"], answer["csrf_token"]) == (said["sid"], inside.cookies["__Host-csrf"].value)
    assert (await client.get(f"{V1}/staff", headers=bearer(answer["access_token"]))).status_code == 200


@pytest.mark.parametrize("caller", ["backoffice", "games"])
async def test_only_the_gateway_swaps_cookies(
    inside: Browser, client: httpx.AsyncClient, service: Service, caller: str
) -> None:
    other = bearer(ServiceTokens(caller, service.settings.internal_key).mint("security"))
    answer = await client.post("/internal/v1/session-tokens", json={"sid": inside.sid}, headers=other)
    problem(answer, 403, "forbidden")


@pytest.mark.parametrize("sid", ["x" * 43, "x" * 20, "é" * 43, "' OR 1=1 --' OR 1=1 --"])
async def test_a_made_up_cookie_opens_nothing(inside: Browser, sid: str) -> None:
    problem(await inside.exchanged(sid), 401, "session_over")


@pytest.mark.parametrize("sid", ["short", "x" * 101])
async def test_what_is_no_cookie_is_422(inside: Browser, sid: str) -> None:
    problem(await inside.exchanged(sid), 422, "invalid_request")


@pytest.mark.parametrize(
    "body",
    [
        {"password": "x"},
        {"login": ADMIN, "email": EMAIL, "password": "x"},
        {"email": EMAIL, "password": "x"},
        {"login": ADMIN, "casino_id": str(uuid4()), "password": "x"},
        {"login": ADMIN},
    ],
    ids=range(5),
)
async def test_a_browser_logs_in_as_one_person(browser: Browser, body: dict[str, Any]) -> None:
    problem(await browser.logs_in(**body), 422, "invalid_request")
    assert not browser.cookies


async def test_each_log_in_makes_another_secret(inside: Browser) -> None:
    first = inside.sid
    await inside.logs_in(login=ADMIN, password=PASSWORD)
    assert inside.sid != first


async def test_a_wrong_password_sets_no_cookie(browser: Browser, person: Person) -> None:
    problem(await browser.logs_in(login=ADMIN, password="wrong wrong wrong"), 401, "log_in_refused")
    assert not browser.cookies


async def test_stepping_up_changes_the_cookies_and_the_old_ones_open_nothing(inside: Browser) -> None:
    old, csrf = inside.sid, inside.cookies["__Host-csrf"].value
    token = await inside.bearer()
    answer = await inside.post(f"{V1}/step-up", {"password": PASSWORD}, token)
    assert answer.status_code == 200
    assert inside.sid != old
    assert inside.cookies["__Host-csrf"].value != csrf
    problem(await inside.exchanged(old), 401, "session_over")
    assert (await inside.exchanged()).status_code == 200


async def test_logging_out_ends_the_session_and_clears_the_cookies(inside: Browser, client: httpx.AsyncClient) -> None:
    sid = inside.sid
    inside.keeps(await client.delete(SESSIONS, headers=await inside.bearer()))
    assert {one.value for one in inside.cookies.values()} == {""}
    problem(await inside.exchanged(sid), 401, "session_over")


async def test_a_second_factor_comes_before_the_cookies(browser: Browser, with_phone: Person) -> None:
    first = await browser.logs_in(login=ADMIN, password=PASSWORD)
    assert first.status_code == 202
    assert not browser.cookies
    body = {"ticket": first.json()["ticket"], "code": with_phone.code()}
    wrong = await browser.post(f"{V1}/staff-sessions/factor", body)
    problem(wrong, 401, "log_in_refused")
    assert (await browser.post(f"{SESSIONS}/factor", body)).status_code == 200
    assert claims((await browser.exchanged()).json()["access_token"])["acr"] == "aal2"


async def test_use_keeps_a_session_alive_and_is_written_once_a_minute(
    inside: Browser, clock: FixedClock, service: Service
) -> None:
    async def seen() -> Any:
        async with service.db.read() as connection:
            return (await connection.execute(select(session.c.last_seen_at).where(session.c.browser))).scalar_one()

    began = await seen()
    clock.advance(timedelta(seconds=59))
    await inside.exchanged()
    assert await seen() == began
    clock.advance(timedelta(seconds=1))
    await inside.exchanged()
    assert await seen() == clock.now()
    clock.advance(timedelta(minutes=29))
    assert (await inside.exchanged()).status_code == 200
    clock.advance(timedelta(minutes=30))
    problem(await inside.exchanged(), 401, "session_over")
    assert (await causes(service))[-1] == "idle"


async def test_no_use_keeps_a_session_alive_for_more_than_half_a_day(
    inside: Browser, clock: FixedClock, service: Service
) -> None:
    for _ in range(24):
        clock.advance(timedelta(minutes=29))
        assert (await inside.exchanged()).status_code == 200
    clock.advance(timedelta(minutes=29))
    problem(await inside.exchanged(), 401, "session_over")
    assert (await causes(service))[-1] == "expired"


async def test_a_player_has_a_browser_too_until_he_is_blocked(
    browser: Browser, client: httpx.AsyncClient, service: Service
) -> None:
    casino, ann = Casino(client, service), uuid4()
    await casino.put(ann, RIGHT)
    await casino.registered(ann)
    answer = await browser.logs_in(casino_id=str(casino.id), email=EMAIL, password=RIGHT)
    assert answer.status_code == 200, answer.text
    said = claims((await browser.exchanged()).json()["access_token"])
    assert (said["kind"], said["sub"], said["casino"]) == ("player", str(ann), str(casino.id))
    await casino.tell(PlayerBlocked(player_id=ann, casino_id=casino.id))
    problem(await browser.exchanged(), 401, "session_over")
