"""Passwords on their way to security: what its refusals mean to somebody who registers."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import httpx
import pytest
from pydantic import SecretStr

from backoffice.adapters.credentials import SecurityCredentials
from backoffice.application.ports import PasswordRefused
from chassis.service_client import ServiceClient, UpstreamProblem

PLAYER, CASINO = UUID(int=1), UUID(int=2)


@asynccontextmanager
async def credentials(answer: Callable[[httpx.Request], httpx.Response]) -> AsyncIterator[SecurityCredentials]:
    transport = httpx.MockTransport(answer)
    key = SecretStr("k" * 43)
    async with ServiceClient("http://security.test", "security", key, caller="backoffice", transport=transport) as http:
        yield SecurityCredentials(http)


def refused(status: int, code: str) -> Callable[[httpx.Request], httpx.Response]:
    return lambda _: httpx.Response(status, json={"status": status, "code": code, "detail": "", "errors": []})


async def test_a_password_is_kept_under_the_players_id_with_the_index_of_his_email() -> None:
    asked: list[httpx.Request] = []

    def keep(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(200, json={})

    async with credentials(keep) as security:
        assert await security.keep(PLAYER, CASINO, "an index", "a long enough password")
    [request] = asked
    assert (request.method, request.url.path) == ("PUT", f"/internal/v1/player-credentials/{PLAYER}")
    assert json.loads(request.content) == {
        "casino_id": str(CASINO),
        "email_index": "an index",
        "password": "a long enough password",
        "try_only": False,
    }


@pytest.mark.parametrize(
    ("status", "code", "meaning"),
    [
        (422, "password_too_weak", PasswordRefused),
        (422, "invalid", UpstreamProblem),
    ],
)
async def test_a_refusal_of_security_is_told_in_words_of_a_registration(status: int, code: str, meaning: Any) -> None:
    async with credentials(refused(status, code)) as security:
        with pytest.raises(meaning):
            await security.keep(PLAYER, CASINO, "an index", "password")


async def test_a_password_is_not_kept_for_an_email_that_is_taken_nor_when_it_is_tried_only() -> None:
    async with credentials(refused(409, "email_taken")) as security:
        assert not await security.keep(PLAYER, CASINO, "an index", "password")
    async with credentials(lambda _: httpx.Response(200, json={})) as security:
        assert not await security.keep(PLAYER, CASINO, "an index", "password", try_only=True)


async def test_a_weak_password_names_its_field() -> None:
    async with credentials(refused(422, "password_too_weak")) as security:
        with pytest.raises(PasswordRefused) as refusal:
            await security.keep(PLAYER, CASINO, "an index", "password")
    assert (refusal.value.status, refusal.value.field) == (422, "password")
