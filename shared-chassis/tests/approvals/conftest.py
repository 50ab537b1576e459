"""The example service with its database, and people who talk to it."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from chassis.db import Database
from chassis.db.engine import driver
from chassis.domain import FixedClock
from chassis.runtime import Service, http_application
from chassis.settings import ServiceSettings
from chassis.tasks import TaskRunner
from chassis.testing.client import client as talking
from chassis.testing.environment import make_settings
from chassis.testing.logs import logged_lines
from chassis.testing.postgres import CHASSIS, Databases, opened
from chassis.testing.tokens import bearer, make_token

from . import example
from .example import APPROVE, LIST, NOW, RAISE, Accident, People

Headers = dict[str, str]


class Mast:
    """A started service, and what a test asks of it."""

    def __init__(
        self, service: Service, client: httpx.AsyncClient, clock: FixedClock, people: People, accident: Accident
    ) -> None:
        self.service = service
        self.client = client
        self.clock = clock
        self.people, self.accident = people, accident
        self.casino = uuid4()
        self.ann, self.bob, self.eve = uuid4(), uuid4(), uuid4()
        self.needed = 1

    def as_(self, who: UUID, *permissions: str, casino: UUID | None = None, **claims: Any) -> Headers:
        """A session of this person; every call is another one."""
        held = permissions or (RAISE, APPROVE, LIST)
        return bearer(make_token(subject=who, permissions=held, casinos=[casino or self.casino], **claims))

    async def propose(self, who: UUID | None = None, colour: str = "blue", **more: Any) -> Any:
        answer = await self.client.put(self.flag, json={"colour": colour, **more}, headers=self.as_(who or self.ann))
        assert answer.status_code == 202, answer.text
        return answer.json()

    @property
    def flag(self) -> str:
        return f"/api/mast/v1/casinos/{self.casino}/flag"

    async def approve(self, proposal: Any, who: UUID | None = None, **body: Any) -> httpx.Response:
        seen = {"payload_sha256": proposal["payload_sha256"], **body}
        return await self.client.post(f"{proposal['href']}/approve", json=seen, headers=self.as_(who or self.bob))

    async def show(self, proposal: Any, headers: Headers | None = None) -> Any:
        return (await self.client.get(proposal["href"], headers=headers or self.as_(self.bob))).json()

    async def raised(self) -> list[tuple[str, str, str | None]]:
        """(colour, in whose name, authorised by) of every flag that was raised."""
        async with self.service.db.read() as connection:
            raw = await driver(connection)
            rows = await raw.fetch(_RAISED, self.casino)
        return [tuple(row) for row in rows]

    async def executed(self) -> set[str]:
        """The proposals about the flag that say that they were executed."""
        async with self.service.db.read() as connection:
            rows = await (await driver(connection)).fetch(_EXECUTED, self.casino)
        return {str(row["id"]) for row in rows}

    async def approvers(self) -> set[tuple[str, UUID]]:
        """(proposal, who) of every approval about the flag that counts, or did when the proposal ended."""
        async with self.service.db.read() as connection:
            rows = await (await driver(connection)).fetch(_APPROVERS, self.casino)
        return {(str(row["id"]), UUID(row["who"])) for row in rows}

    async def waits(self, proposal: Any) -> bool:
        """Whether it can still come to something."""
        async with self.service.db.read() as connection:
            state = await (await driver(connection)).fetchval(_STATE, UUID(proposal["approval_id"]))
        return state in ("waiting", "approved")

    @classmethod
    def bare(cls, db: Database, settings: ServiceSettings) -> "Mast":
        """Not started: whoever has it closes the database."""
        clock, people, accident = FixedClock(NOW), People(), Accident()
        service = example.build(db, settings, clock, people, accident)
        return cls(service, _to(service), clock, people, accident)

    def restart(self) -> None:
        """The service as another process would build it."""
        one = self.service
        self.service = example.build(one.db, one.settings, self.clock, self.people, self.accident, needed=self.needed)
        self.client = _to(self.service)

    async def run_tasks(self) -> None:
        await TaskRunner(self.service.db, self.service.tasks, clock=self.clock).run_due()


def _to(service: Service) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(http_application(service))
    return httpx.AsyncClient(transport=transport, base_url="http://service.test")


async def create(db: Database) -> None:
    """The tables of the example."""
    async with db.write() as connection:
        await connection.run_sync(example.metadata.create_all)


_EXECUTED = "SELECT id FROM rm_approval_list WHERE casino_id = $1 AND state = 'executed'"
_APPROVERS = "SELECT id, jsonb_array_elements_text(approved_by) AS who FROM rm_approval_list WHERE casino_id = $1"
_STATE = "SELECT state FROM rm_approval_list WHERE id = $1"
_RAISED = "SELECT colour, actor, authorised_by FROM raised WHERE casino_id = $1 ORDER BY id"


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Log lines go nowhere."""
    with logged_lines():
        yield


@pytest.fixture
async def db(databases: Databases) -> AsyncIterator[Database]:
    async with opened(await databases.create(CHASSIS), pool_size=20) as db:
        await create(db)
        yield db


@pytest.fixture
def settings() -> ServiceSettings:
    return make_settings(ServiceSettings)


@asynccontextmanager
async def started(db: Database, settings: ServiceSettings, **rule: Any) -> AsyncIterator[Mast]:
    """The service with its database, for as long as the block lasts."""
    clock, people, accident = FixedClock(NOW), People(), Accident()
    service = example.build(db, settings, clock, people, accident, **rule)
    async with talking(http_application(service)) as client:
        yield Mast(service, client, clock, people, accident)


@pytest.fixture
async def mast(db: Database, settings: ServiceSettings) -> AsyncIterator[Mast]:
    async with started(db, settings) as mast:
        yield mast
