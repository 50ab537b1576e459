"""Messages that were set aside: who sees them, what of them, and what becomes of them."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from chassis.db import Database
from chassis.db.engine import driver
from chassis.messaging import Consumer, Message
from chassis.messaging.bus import Record
from chassis.messaging.processing import Processor
from chassis.parked import parked_permissions
from chassis.runtime import Service, http_application
from chassis.settings import ServiceSettings
from chassis.store import Application, EventTypes, UnitOfWork
from chassis.tasks import TaskRunner
from chassis.testing.client import client as started
from chassis.testing.environment import make_settings
from chassis.testing.postgres import CHASSIS, Databases, opened
from chassis.testing.problems import problem
from chassis.testing.tokens import bearer, make_token, test_verifier
from contracts.backoffice.events import DepositLimitSet
from contracts.envelope import Envelope
from contracts.event import ContractEvent
from contracts.platform.events import SettingChanged

from . import example as bus

PATH = "/api/example/v1/parked-messages"
A, B, SUBJECT = UUID(int=0xA), UUID(int=0xB), UUID(int=0x5)


class House:
    """A started service whose handler fails as long as a test says so."""

    def __init__(self, db: Database) -> None:
        self.failing = True
        self.handled: list[str] = []
        self.db = db
        self.app = Application(db, EventTypes(), source="example")
        handlers: dict[type[ContractEvent], Any] = {SettingChanged: self.handle, DepositLimitSet: self.handle}
        self.consumer = Consumer("example", handlers=handlers, attempts=1, on_parked="block_key")
        self.service = Service(
            name="example",
            settings=make_settings(ServiceSettings),
            db=db,
            application=self.app,
            consumer=self.consumer,
            permissions=parked_permissions("example"),
            verifier=test_verifier(),
        )
        self.client: httpx.AsyncClient

    async def handle(self, _: UnitOfWork, envelope: Envelope, __: Any) -> None:
        if self.failing:
            raise ZeroDivisionError("somebody@example.com does not fit")
        self.handled.append(str(envelope.id))

    async def receive(self, *messages: Message) -> None:
        records = [Record(one.topic, 0, place, one.key, one.value) for place, one in enumerate(messages)]
        await Processor(self.consumer, self.app)(records)

    def as_(self, *actions: str, casinos: list[Any] | None = None, modes: Any = None) -> dict[str, str]:
        permissions = [f"example.parked.{one}" for one in actions]
        return bearer(make_token(permissions=permissions, casinos=casinos or ["*"], subject=SUBJECT, modes=modes or {}))

    async def rows(self, query: str = "", **who: Any) -> list[dict[str, Any]]:
        answer = await self.client.get(f"{PATH}?{query}", headers=self.as_("list", **who))
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = answer.json()
        return found

    async def post(self, parked_id: str, action: str, headers: dict[str, str], key: str = "") -> httpx.Response:
        headers = {**headers, "Idempotency-Key": key or uuid4().hex}
        body = {"reason": "the fault was mended"}
        return await self.client.post(f"{PATH}/{parked_id}/{action}", json=body, headers=headers)

    async def work(self) -> None:
        await TaskRunner(self.db, self.service.tasks).run_due()

    async def recorded(self) -> list[dict[str, Any]]:
        async with self.db.read() as connection:
            raw = await driver(connection)
            rows = await raw.fetch("SELECT envelope FROM outbox WHERE topic = 'platform.access.events' ORDER BY id")
        return [json.loads(row["envelope"]) for row in rows]


@asynccontextmanager
async def opened_house(databases: Databases) -> AsyncIterator[House]:
    async with opened(await databases.create(CHASSIS)) as db:
        house = House(db)
        async with started(http_application(house.service)) as client:
            house.client = client
            yield house


@pytest.fixture
async def house(databases: Databases) -> AsyncIterator[House]:
    async with opened_house(databases) as found:
        yield found


def setting(key: str, what: str, casino: UUID | None = A) -> Message:
    return bus.message(bus.envelope(key, what, casinoid=casino))


def limit() -> Message:
    player = uuid4()
    data = {
        "player_id": str(player), "casino_id": str(A), "period": "day", "amount_minor": 100_00, "currency": "EUR",
        "effective_from": "2026-01-02T00:00:00Z", "by_player": True,
    }  # fmt: skip
    made = bus.envelope(str(player), "x", casinoid=A)
    return Message(
        DepositLimitSet.topic,
        str(player),
        made.model_copy(update={"type": DepositLimitSet.type, "typeversion": DepositLimitSet.version, "data": data})
        .to_json(),
    )  # fmt: skip


async def test_a_message_is_listed_with_where_it_came_from_and_a_word_for_why(house: House) -> None:
    await house.receive(setting("k", "1"), setting("k", "2"))
    second, first = await house.rows()
    assert (first["code"], first["attempts"]) == ("ZeroDivisionError", 1)
    assert (second["code"], second["attempts"]) == ("waits_behind", 0)
    assert first["type"] == SettingChanged.type
    assert (first["consumer"], first["topic"], first["key"]) == ("example", SettingChanged.topic, "k")
    assert first["resolved_at"] is None
    assert "somebody@example.com" not in json.dumps([first, second])


async def test_what_is_no_envelope_is_listed_for_the_whole_operator_alone(house: House) -> None:
    await house.receive(Message(SettingChanged.topic, "k", b"{not json"))
    assert [one["code"] for one in await house.rows()] == ["no_envelope"]
    assert await house.rows(casinos=[A]) == []


async def test_another_casino_s_message_is_nowhere(house: House) -> None:
    await house.receive(setting("k", "1", A))
    (row,) = await house.rows(casinos=[A])
    assert await house.rows(casinos=[B]) == []
    elsewhere = house.as_("view", "replay", "discard", casinos=[B])
    problem(await house.client.get(f"{PATH}/{row['id']}", headers=elsewhere), 404, "not_found")
    for action in ("replay", "discard"):
        problem(await house.post(row["id"], action, elsewhere), 404, "not_found")


async def test_what_is_in_it_takes_a_permission_of_its_own_and_leaves_a_trace(house: House) -> None:
    await house.receive(setting("k", "1"))
    (row,) = await house.rows()
    problem(await house.client.get(f"{PATH}/{row['id']}", headers=house.as_("list")), 403, "forbidden")
    answer = await house.client.get(f"{PATH}/{row['id']}", headers=house.as_("view"))
    assert (answer.json()["shown"], answer.json()["data"]["element_id"]) == ("whole", "1")
    (seen,) = await house.recorded()
    assert seen["data"]["action"] == "parked.view"
    assert seen["data"]["subject_id"] == str(row["id"])


async def test_no_value_is_shown_of_what_does_not_keep_its_promise(house: House) -> None:
    broken = bus.envelope("k", "1").model_copy(
        update={"data": {"element": "k", "element_id": 5, "before": "somebody@example.com", "e-mail": "x@example.com"}}
    )
    await house.receive(bus.message(broken))
    (row,) = await house.rows()
    assert row["code"] == "not_as_promised"
    answer = await house.client.get(f"{PATH}/{row['id']}", headers=house.as_("view"))
    assert answer.json()["data"] == {"element": "str", "element_id": "int", "before": "str"}
    assert "example.com" not in answer.text


async def test_a_message_of_a_guarded_kind_is_there_for_whoever_sees_that_kind(house: House) -> None:
    await house.receive(limit())
    assert await house.rows() == []
    (row,) = await house.rows(modes={"rg": "clear"})
    problem(await house.client.get(f"{PATH}/{row['id']}", headers=house.as_("view")), 404, "not_found")
    seeing = house.as_("view", modes={"rg": "clear"})
    assert "amount_minor" not in (await house.client.get(f"{PATH}/{row['id']}", headers=seeing)).json()["data"]
    clear = house.as_("view", modes={"rg": "clear", "financial": "clear"})
    assert (await house.client.get(f"{PATH}/{row['id']}", headers=clear)).json()["data"]["amount_minor"] == 100_00


async def test_a_replay_handles_it_and_what_waits_behind_it(house: House) -> None:
    await house.receive(setting("k", "1"), setting("k", "2"))
    second, first = await house.rows()
    house.failing = False
    answer = await house.post(second["id"], "replay", house.as_("replay"))
    assert answer.status_code == 202
    await house.work()
    assert house.handled == [first["event_id"], second["event_id"]]
    assert await house.rows("resolved_at=is.null") == []
    (asked,) = await house.recorded()
    assert (asked["data"]["action"], asked["reason"]) == ("parked.replay", "the fault was mended")


async def test_a_replay_that_fails_again_counts_an_attempt(house: House) -> None:
    await house.receive(setting("k", "1"))
    (row,) = await house.rows()
    assert (await house.post(row["id"], "replay", house.as_("replay"))).status_code == 202
    await house.work()
    (row,) = await house.rows()
    assert (row["attempts"], row["resolved_at"]) == (2, None)


async def test_what_was_given_up_is_said_so_and_cannot_be_replayed(house: House) -> None:
    await house.receive(setting("k", "1"), setting("k", "2"))
    second, first = await house.rows()
    answer = await house.post(first["id"], "discard", house.as_("discard"))
    assert answer.json()["given_up"] is True
    for action in ("discard", "replay"):
        problem(await house.post(first["id"], action, house.as_("discard", "replay")), 409, "parked_resolved")
    house.failing = False
    await house.post(second["id"], "replay", house.as_("replay"))
    await house.work()
    assert house.handled == [second["event_id"]]


async def test_the_same_wish_twice_is_one(house: House) -> None:
    await house.receive(setting("k", "1"))
    (row,) = await house.rows()
    for _ in range(2):
        assert (await house.post(row["id"], "discard", house.as_("discard"), "one-key-0001")).status_code == 200
    assert len(await house.recorded()) == 1


@pytest.mark.parametrize("parked_id", ["7", "x", "null"])
async def test_an_id_that_is_none_is_refused(house: House, parked_id: str) -> None:
    answer = await house.client.get(f"{PATH}/{parked_id}", headers=house.as_("view"))
    problem(answer, 422, "invalid_request")


async def test_our_own_that_no_bus_took_goes_to_the_bus_again(house: House) -> None:
    envelope = setting("k", "1").value.decode()
    async with house.db.write() as connection:
        raw = await driver(connection)
        await raw.execute(
            "INSERT INTO parked_message (consumer, topic, key, envelope, reason, attempts, code)"
            " VALUES ('outbox', $1, 'k', $2, 'too large', 1, 'undeliverable')",
            SettingChanged.topic,
            envelope.encode(),
        )
    (row,) = await house.rows()
    await house.post(row["id"], "replay", house.as_("replay"))
    await house.work()
    async with house.db.read() as connection:
        raw = await driver(connection)
        assert await raw.fetchval("SELECT count(*) FROM outbox WHERE envelope = $1", envelope) == 1
