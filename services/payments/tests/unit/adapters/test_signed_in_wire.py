"""Signing in at a provider: once for many calls, anew when the token is over or refused, and never without one."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from chassis.domain import FixedClock
from payments.adapters.signed_in_wire import SignedInWire
from payments.application.ports import AccessToken, HttpAnswer, HttpCall, Login, NotSent

HOUR = timedelta(hours=1)


class Provider:
    """Gives a new token for every login, one secret's only while it may be `let_in`, and refuses those in `refused`."""

    def __init__(self) -> None:
        self.logins: list[HttpCall] = []
        self.seen: list[str | None] = []
        self.refused: set[str] = set()
        self.open = True
        self.asked, self.let_in = asyncio.Event(), asyncio.Event()
        self.let_in.set()

    async def send(self, call: HttpCall) -> HttpAnswer | None:
        await asyncio.sleep(0)
        if call.url.endswith("/token"):
            self.logins.append(call)
            if call.body.endswith(b"s1") and not self.let_in.is_set():
                self.asked.set()
                await self.let_in.wait()
            return HttpAnswer(200, b"t%d" % len(self.logins)) if self.open else HttpAnswer(400, b"invalid_client")
        self.seen.append(call.headers.get("Authorization"))
        return HttpAnswer(401 if self.seen[-1] in self.refused else 200, b"done")

    async def close(self) -> None:
        return


def read(answer: HttpAnswer) -> AccessToken | None:
    return AccessToken(answer.body.decode(), HOUR) if answer.status == 200 else None


LOGIN = Login(HttpCall("POST", "https://auth.example/token", {}, b"client_secret=s1"), read)
CALL = HttpCall("POST", "https://api.example/pay", {"Idempotency-Key": "1"}, b"{}", key="1", login=LOGIN)


@pytest.fixture
def provider() -> Provider:
    return Provider()


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(datetime(2026, 3, 1, tzinfo=UTC))


@pytest.fixture
def wire(provider: Provider, clock: FixedClock) -> SignedInWire:
    return SignedInWire(provider, clock)


async def test_a_call_without_a_login_goes_out_as_it_is(wire: SignedInWire, provider: Provider) -> None:
    assert await wire.send(replace(CALL, login=None)) == HttpAnswer(200, b"done")
    assert (provider.logins, provider.seen) == ([], [None])


async def test_one_token_serves_many_calls(wire: SignedInWire, provider: Provider) -> None:
    for _ in range(3):
        assert await wire.send(CALL) == HttpAnswer(200, b"done")
    assert (len(provider.logins), provider.seen) == (1, ["Bearer t1"] * 3)


async def test_calls_at_the_same_time_sign_in_once(wire: SignedInWire, provider: Provider) -> None:
    await asyncio.gather(*(wire.send(CALL) for _ in range(5)))
    assert (len(provider.logins), set(provider.seen)) == (1, {"Bearer t1"})


@pytest.mark.parametrize(("age", "logins"), [(timedelta(minutes=58), 1), (timedelta(minutes=59), 2), (HOUR, 2)])
async def test_a_token_is_renewed_a_minute_before_it_is_over(
    wire: SignedInWire, provider: Provider, clock: FixedClock, age: timedelta, logins: int
) -> None:
    await wire.send(CALL)
    clock.advance(age)
    await wire.send(CALL)
    assert (len(provider.logins), provider.seen[-1]) == (logins, f"Bearer t{logins}")


async def test_a_kept_token_that_is_refused_is_had_anew_and_the_call_made_once_more(
    wire: SignedInWire, provider: Provider
) -> None:
    await wire.send(CALL)
    provider.refused.add("Bearer t1")
    assert await wire.send(CALL) == HttpAnswer(200, b"done")
    assert provider.seen == ["Bearer t1", "Bearer t1", "Bearer t2"]


async def test_a_new_token_that_is_refused_is_the_answer(wire: SignedInWire, provider: Provider) -> None:
    provider.refused |= {"Bearer t1", "Bearer t2"}
    assert await wire.send(CALL) == HttpAnswer(401, b"done")
    assert await wire.send(CALL) == HttpAnswer(401, b"done")
    assert len(provider.logins) == 2


async def test_without_a_token_nothing_is_sent(wire: SignedInWire, provider: Provider) -> None:
    provider.open = False
    assert await wire.send(CALL) == NotSent(by_us=False)
    assert provider.seen == []


async def test_another_secret_signs_in_by_itself(wire: SignedInWire, provider: Provider) -> None:
    await wire.send(CALL)
    rotated = Login(replace(LOGIN.call, body=b"client_secret=s2"), read)
    await wire.send(replace(CALL, login=rotated))
    await wire.send(CALL)
    assert provider.seen == ["Bearer t1", "Bearer t2", "Bearer t1"]


async def test_a_login_that_lasts_while_another_forgets_what_is_over_is_kept(
    wire: SignedInWire, provider: Provider, clock: FixedClock
) -> None:
    rotated = replace(CALL, login=Login(replace(LOGIN.call, body=b"client_secret=s2"), read))
    await wire.send(CALL)
    clock.advance(HOUR)
    provider.let_in.clear()
    renewing = asyncio.create_task(wire.send(CALL))
    await provider.asked.wait()
    assert await wire.send(rotated) == HttpAnswer(200, b"done")
    provider.let_in.set()
    assert await renewing == HttpAnswer(200, b"done")
    clock.advance(HOUR)
    assert await wire.send(rotated) == HttpAnswer(200, b"done")


def test_a_token_is_not_shown() -> None:
    assert "secret" not in repr(AccessToken("secret", HOUR))
    assert "s1" not in repr(CALL)
