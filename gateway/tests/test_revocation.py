"""Whose session is over, or who is disabled, is refused at the door at once, whatever his token says."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import httpx
import pytest

from chassis.auth import TokenVerifier
from chassis.auth.jwks import LocalKeys
from chassis.auth.policy.local import LocalPolicy
from chassis.testing.tokens import bearer, default_maker, make_token, policy_of

from .conftest import Scripted, Upstream, gateway_before

ROUNDS = "/api/games/v1/rounds"
PERMISSION = "games.round.list"
ANN, SESSION = uuid4(), uuid4()
POLICY = policy_of(ANN, [{"casinos": ["*"], "permissions": [PERMISSION]}])
TOKEN = make_token(subject=ANN, session=SESSION)
COOKIE = {"Cookie": "__Host-sid=secret-of-ann; __Host-csrf=proof"}


async def security(head: bytes, writer: asyncio.StreamWriter) -> None:
    """Every cookie is of the same session."""
    told = {"access_token": TOKEN, "expires_in_s": 300, "session_id": str(SESSION), "csrf_token": "proof"}
    body = json.dumps(told).encode()
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body))
    await writer.drain()


@dataclass
class Setting:
    client: httpx.AsyncClient
    policy: LocalPolicy
    security: Scripted

    async def asked(self, headers: dict[str, str]) -> tuple[int, str | None]:
        """Status and code of a question."""
        answer = await self.client.get(ROUNDS, headers=headers)
        return answer.status_code, answer.json().get("code")

    def change(self, **subject: object) -> None:
        """The policy says something else about Ann."""
        ann = replace(POLICY.subjects[ANN], **subject)  # type: ignore[arg-type]
        self.policy.hold(replace(POLICY, version=2, subjects={ANN: ann}))


@pytest.fixture
async def setting(upstream: Upstream) -> AsyncIterator[Setting]:
    policy, maker = LocalPolicy.holding(POLICY), default_maker()
    verifier = TokenVerifier(LocalKeys(lambda: {maker.kid: maker.key}))
    async with Scripted(security).listening() as behind:
        async with gateway_before(upstream.url, verifier=verifier, policy=policy, security_url=behind.url) as port:
            async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
                yield Setting(client, policy, behind)


REFUSED = (401, "unauthenticated")


async def test_a_session_that_is_over_opens_nothing_though_its_token_was_good_before(
    setting: Setting, upstream: Upstream
) -> None:
    assert (await setting.asked(bearer(TOKEN)))[0] == 200
    setting.policy.end(SESSION, datetime.now(UTC))
    assert await setting.asked(bearer(TOKEN)) == REFUSED
    assert (await setting.asked(bearer(make_token(subject=ANN))))[0] == 200, "another session of hers goes on"
    assert len(upstream.seen) == 2


async def test_a_players_session_that_is_over_opens_nothing(setting: Setting) -> None:
    session = uuid4()
    token = bearer(make_token(kind="player", session=session))
    assert (await setting.asked(token))[0] == 200
    setting.policy.end(session, datetime.now(UTC))
    assert await setting.asked(token) == REFUSED


async def test_a_person_who_is_disabled_is_refused(setting: Setting) -> None:
    setting.change(active=False)
    assert await setting.asked(bearer(TOKEN)) == REFUSED
    assert await setting.asked(COOKIE) == REFUSED


async def test_whoever_has_all_sessions_ended_needs_a_new_one(setting: Setting) -> None:
    setting.change(sessions_from=datetime.now(UTC) + timedelta(seconds=2))
    assert await setting.asked(bearer(TOKEN)) == REFUSED
    assert (await setting.asked(bearer(make_token(subject=ANN, iat=int(datetime.now(UTC).timestamp()) + 3))))[0] == 200


async def test_the_token_of_a_cookie_is_forgotten_when_its_session_is_over(setting: Setting) -> None:
    assert [(await setting.asked(COOKIE))[0] for _ in range(3)] == [200] * 3
    assert len(setting.security.heads) == 1
    setting.policy.end(SESSION, datetime.now(UTC))
    assert await setting.asked(COOKIE) == REFUSED
    assert await setting.asked(COOKIE) == REFUSED
    assert len(setting.security.heads) == 2, "the next one asks security"


@pytest.mark.parametrize("path", ["/api/security/v1/step-up", "/api/security/v1/own-sessions"])
async def test_the_token_of_a_cookie_is_asked_for_anew_after_something_changed_at_security(
    setting: Setting, path: str
) -> None:
    headers = {**COOKIE, "X-CSRF-Token": "proof"}
    assert (await setting.asked(COOKIE))[0] == 200
    method = "DELETE" if path.endswith("sessions") else "POST"
    assert (await setting.client.request(method, path, headers=headers)).status_code == 200
    assert (await setting.asked(COOKIE))[0] == 200
    asked = [head for head in setting.security.heads if b"session-tokens" in head]
    assert len(asked) == 2


async def test_what_is_shown_is_what_the_policy_says_now(setting: Setting) -> None:
    async def shown() -> set[str]:
        return set((await setting.client.get("/openapi.json", headers=bearer(TOKEN))).json()["paths"])

    assert ROUNDS in await shown()
    setting.change(assignments=())
    assert ROUNDS not in await shown()
    setting.change(active=False)
    assert (await setting.client.get("/openapi.json", headers=bearer(TOKEN))).status_code == 401


async def test_without_a_policy_nobody_is_believed(upstream: Upstream) -> None:
    maker = default_maker()
    verifier = TokenVerifier(LocalKeys(lambda: {maker.kid: maker.key}))
    async with gateway_before(upstream.url, verifier=verifier, policy=LocalPolicy()) as port:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
            for token in (TOKEN, make_token(kind="player")):
                answer = await client.get(ROUNDS, headers=bearer(token))
                assert (answer.status_code, answer.json()["code"]) == (503, "policy_stale")
    assert upstream.seen == []


async def test_a_token_of_a_later_policy_changes_nothing_until_it_is_here(setting: Setting) -> None:
    later = bearer(make_token(subject=ANN, pv=9))
    answer = await setting.client.post(ROUNDS + "/query", json={}, headers=later)
    assert (answer.status_code, answer.json()["code"]) == (503, "policy_stale")
    assert (await setting.asked(later))[0] == 200
