"""A request sent twice has one effect and one answer, however it is sent twice."""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import APIRouter, FastAPI
from pydantic import BaseModel
from sqlalchemy import Column, MetaData, Table, Text, Uuid, func, insert, select
from starlette.responses import Response

from chassis.auth import Caller, PermissionSpec, Requires
from chassis.db import Database, tables
from chassis.domain import DomainError
from chassis.http import Once, StrictModel, create_service
from chassis.settings import HttpSettings
from chassis.store import Application, EventTypes, UnitOfWork
from chassis.testing.client import client as started
from chassis.testing.environment import make_settings
from chassis.testing.postgres import CHASSIS, Databases, opened
from chassis.testing.problems import fields, problem
from chassis.testing.tokens import bearer, make_token, test_verifier

metadata = MetaData()
note = Table("note", metadata, Column("id", Uuid, primary_key=True), Column("text", Text, nullable=False))
WRITE = PermissionSpec("example.note.write", "Write notes")
router = APIRouter(prefix="/api/example/v1")
KEY = "Idempotency-Key"


class NewNote(StrictModel):
    text: str


class Note(BaseModel):
    id: UUID
    text: str
    actor: str


class NoteRefused(DomainError):
    code = "note_refused"


@router.post("/notes", status_code=201, response_model=Note)
async def write_note(body: NewNote, caller: Annotated[Caller, Requires(WRITE.id)], once: Once) -> Response:
    async def work(uow: UnitOfWork) -> Note:
        made = Note(id=uuid4(), text=body.text, actor=uow.ctx.actor.id)
        await uow.connection.execute(insert(note).values(id=made.id, text=made.text))
        if body.text == "refuse":
            raise NoteRefused
        return made

    return await once(caller, work)


@router.post("/pings")
async def ping(caller: Annotated[Caller, Requires(WRITE.id)], once: Once) -> Response:
    async def work(uow: UnitOfWork) -> None:
        await uow.connection.execute(insert(note).values(id=uuid4(), text="ping"))

    return await once(caller, work, status=202)


@pytest.fixture
async def db(databases: Databases) -> AsyncIterator[Database]:
    async with opened(await databases.create(CHASSIS), pool_size=20) as db:
        async with db.write() as connection:
            await connection.run_sync(metadata.create_all)
        yield db


@pytest.fixture
def app(db: Database) -> FastAPI:
    return create_service(
        "example",
        settings=make_settings(HttpSettings),
        routers=[router],
        permissions=[WRITE],
        verifier=test_verifier(),
        state={"application": Application(db, EventTypes(), source="example"), "db": db},
    )


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with started(app, token=make_token(permissions=[WRITE.id])) as client:
        yield client


async def notes(db: Database) -> int:
    async with db.read() as connection:
        return int((await connection.execute(select(func.count()).select_from(note))).scalar_one())


async def write(client: httpx.AsyncClient, text: str, key: str, **headers: str) -> httpx.Response:
    return await client.post("/api/example/v1/notes", json={"text": text}, headers={KEY: key, **headers})


async def test_a_repeat_is_answered_with_the_first_answer(client: httpx.AsyncClient, db: Database) -> None:
    first = await write(client, "Ann \N{PARTY POPPER}", "key-number-1")
    again = await write(client, "Ann \N{PARTY POPPER}", "key-number-1")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert first.json()["text"] == "Ann \N{PARTY POPPER}"
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"
    assert await notes(db) == 1


async def test_other_keys_are_other_requests(client: httpx.AsyncClient, db: Database) -> None:
    await write(client, "a", "key-number-1")
    await write(client, "a", "key-number-2")
    assert await notes(db) == 2


async def test_a_key_with_another_body_is_refused(client: httpx.AsyncClient, db: Database) -> None:
    await write(client, "a", "key-number-1")
    problem(await write(client, "b", "key-number-1"), 409, "idempotency_key_reused")
    assert await notes(db) == 1


async def test_a_key_on_another_path_or_query_is_refused(client: httpx.AsyncClient, db: Database) -> None:
    key = {KEY: "key-number-1"}
    assert (await client.post("/api/example/v1/pings", headers=key)).status_code == 202
    assert (await client.post("/api/example/v1/pings", headers=key)).headers["idempotency-replayed"] == "true"
    problem(await client.post("/api/example/v1/pings?x=1", headers=key), 409, "idempotency_key_reused")
    problem(await write(client, "a", "key-number-1"), 409, "idempotency_key_reused")
    assert await notes(db) == 1


async def test_two_callers_may_choose_the_same_key(client: httpx.AsyncClient, db: Database) -> None:
    other = bearer(make_token(permissions=[WRITE.id]))
    first = await write(client, "a", "key-number-1")
    second = await write(client, "b", "key-number-1", **other)
    assert (first.json()["text"], second.json()["text"]) == ("a", "b")
    assert await notes(db) == 2


async def test_twenty_at_once_have_one_effect(client: httpx.AsyncClient, db: Database) -> None:
    answers = await asyncio.gather(*(write(client, "a", "key-number-1") for _ in range(20)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert sum("idempotency-replayed" not in answer.headers for answer in answers) == 1
    assert await notes(db) == 1


async def test_a_refusal_writes_nothing_and_leaves_the_key_free(client: httpx.AsyncClient, db: Database) -> None:
    problem(await write(client, "refuse", "key-number-1"), 409, "note_refused")
    assert await notes(db) == 0
    assert (await write(client, "corrected", "key-number-1")).status_code == 201


async def test_a_body_that_does_not_validate_leaves_the_key_free(client: httpx.AsyncClient, db: Database) -> None:
    answer = await client.post("/api/example/v1/notes", json={"text": 5}, headers={KEY: "key-number-1"})
    problem(answer, 422, "invalid_request")
    async with db.read() as connection:
        assert (await connection.execute(select(tables.idempotency.c.key))).all() == []


async def test_a_key_is_required(client: httpx.AsyncClient) -> None:
    document = problem(await client.post("/api/example/v1/notes", json={"text": "a"}), 400, "idempotency_key_missing")
    assert fields(document) == {"header.Idempotency-Key": "idempotency_key_missing"}
    assert "8 to 128 characters" in document["detail"]


@pytest.mark.parametrize(
    "key", ["", "short", "x" * 129, "with blank", "with/slash", "a" * 8 + ";", "ключ-ключ", "a" * 8 + "\x7f"]
)
async def test_an_ill_formed_key_is_refused(client: httpx.AsyncClient, key: str) -> None:
    headers = [(KEY.encode(), key.encode())]
    answer = await client.post("/api/example/v1/notes", json={"text": "a"}, headers=headers)
    problem(answer, 400, "idempotency_key_invalid")


async def test_two_keys_are_refused(client: httpx.AsyncClient) -> None:
    headers = [(KEY.encode(), b"key-number-1"), (KEY.encode(), b"key-number-2")]
    answer = await client.post("/api/example/v1/notes", json={"text": "a"}, headers=headers)
    problem(answer, 400, "idempotency_key_invalid")


async def test_strangers_are_sent_away_before_their_key_is_looked_at(app: FastAPI) -> None:
    async with started(app) as client:
        problem(await client.post("/api/example/v1/notes", json={"text": "a"}), 401, "unauthenticated")


def test_the_description_tells_of_the_key(app: FastAPI) -> None:
    operation = app.openapi()["paths"]["/api/example/v1/notes"]["post"]
    (header,) = operation["parameters"]
    assert (header["name"], header["in"], header["required"]) == (KEY, "header", True)
