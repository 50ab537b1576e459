"""A service with a flag per casino, that takes two people to raise."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel
from sqlalchemy import BigInteger, Column, Identity, MetaData, Table, Text, Uuid, select
from sqlalchemy.dialects.postgresql import insert
from starlette.responses import Response

from chassis.approvals import PROPOSED, FourEyes, GuardedCommand, Proposing, Size, Subject
from chassis.auth import Caller, PermissionSpec, Requires
from chassis.auth.errors import PolicyStale
from chassis.auth.policy.model import Wish
from chassis.db import Database
from chassis.domain import Clock, DomainError, uuid7
from chassis.http import Once, StrictModel
from chassis.runtime import Service
from chassis.settings import ServiceSettings
from chassis.store import Application, EventTypes, UnitOfWork
from chassis.testing.tokens import test_verifier

RAISE, APPROVE, LIST = "mast.flag.raise", "mast.flag.approve", "mast.approval.list"
READ = "mast.flag.view_reason"
PERMISSIONS = (
    PermissionSpec(RAISE, "Raise a flag", "critical", four_eyes=True),
    PermissionSpec(APPROVE, "Approve a flag", "critical"),
    PermissionSpec(LIST, "See what waits", "normal"),
    PermissionSpec(READ, "Read why flags are raised", "normal"),
)
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)

metadata = MetaData()
flag = Table("flag", metadata, Column("casino_id", Uuid, primary_key=True), Column("colour", Text, nullable=False))
raised = Table(
    "raised",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("casino_id", Uuid, nullable=False),
    Column("colour", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("authorised_by", Text),
)
"""What was done, in whose name, and who had approved it."""


class ColourRefused(DomainError):
    code = "colour_refused"


class RaiseFlag(StrictModel):
    casino_id: UUID
    colour: str
    cents: int = 100
    beneficiary: UUID | None = None
    last_editor: UUID | None = None


class HoistPennant(StrictModel):
    pennant_id: UUID
    casino_id: UUID
    colour: str


class Raised(BaseModel):
    colour: str


@dataclass
class Accident:
    """What goes wrong in the middle of doing it."""

    refuse: bool = False
    crash: bool = False


class Crash(Exception):
    """The process died."""


@dataclass
class People:
    """What people hold, as a policy would say it."""

    held: dict[UUID, set[str]] = field(default_factory=dict)
    disabled: set[UUID] = field(default_factory=set)
    unknown: bool = False
    tied: set[frozenset[UUID]] = field(default_factory=set)
    most: dict[UUID, int] = field(default_factory=dict)

    async def look(self) -> None:
        """See Authority."""

    def may(self, subject_id: UUID, wish: Wish, *, since: datetime, now: datetime) -> bool:
        """See Authority."""
        if self.unknown:
            raise PolicyStale
        most = self.most.get(subject_id)
        within = most is None or wish.amount_minor is None or wish.amount_minor <= most
        return within and self.holds(subject_id, wish.permission)

    def apart(self, one: UUID, other: UUID, *, now: datetime) -> bool:
        """See Authority."""
        return one != other and frozenset({one, other}) not in self.tied

    def holds(self, subject_id: UUID, permission: str) -> bool:
        """Whether they are active and hold it, as they do unless something else was said of them."""
        return subject_id not in self.disabled and permission in self.held.get(subject_id, {RAISE, APPROVE})


router = APIRouter(prefix="/api/mast/v1/casinos/{casino_id}", tags=["flags"])


class FlagBody(StrictModel):
    colour: str
    cents: int = 100
    beneficiary: UUID | None = None
    last_editor: UUID | None = None


class PennantBody(StrictModel):
    colour: str = "blue"
    reason: str = "a feast"


@router.put("/flag", **PROPOSED)
async def put_flag(
    caller: Annotated[Caller, Requires(RAISE, proposes=True)], casino_id: UUID, body: FlagBody, proposing: Proposing
) -> Response:
    caller.must_see(casino_id)
    payload = RaiseFlag(casino_id=casino_id, **body.model_dump())
    return await proposing(caller, "mast.raise_flag", payload, reason="a feast")


@router.post("/flags", **PROPOSED)
async def post_flag(
    caller: Annotated[Caller, Requires(RAISE, proposes=True)],
    casino_id: UUID,
    body: FlagBody,
    once: Once,
    proposing: Proposing,
) -> Response:
    caller.must_see(casino_id)
    payload = RaiseFlag(casino_id=casino_id, **body.model_dump())
    return await proposing(caller, "mast.raise_flag", payload, once=once)


@router.post("/pennants", **PROPOSED)
async def post_pennant(
    caller: Annotated[Caller, Requires(RAISE, proposes=True)],
    casino_id: UUID,
    body: PennantBody,
    once: Once,
    proposing: Proposing,
) -> Response:
    caller.must_see(casino_id)
    payload = HoistPennant(pennant_id=uuid7(), casino_id=casino_id, colour=body.colour)
    return await proposing(caller, "mast.hoist_pennant", payload, reason=body.reason, once=once)


def hoist_pennant() -> GuardedCommand[HoistPennant]:
    """There may be as many as are wanted: each has an id of its own."""

    async def describe(uow: UnitOfWork, payload: HoistPennant) -> Subject:
        return Subject(
            casino_id=payload.casino_id,
            kind="pennant",
            id=str(payload.pennant_id),
            summary="A pennant",
            after={"colour": payload.colour},
        )

    async def execute(uow: UnitOfWork, payload: HoistPennant) -> None:
        values = {"casino_id": payload.casino_id, "colour": payload.colour, "actor": uow.ctx.actor.id}
        await uow.connection.execute(insert(raised).values(**values, authorised_by=uow.ctx.authorised_by))

    return GuardedCommand(
        name="mast.hoist_pennant",
        rule=FourEyes(permission=RAISE),
        payload=HoistPennant,
        describe=describe,
        execute=execute,
        own_id=True,
    )


def raise_flag(accident: Accident, needed: int = 1) -> GuardedCommand[RaiseFlag]:
    """The command, with what goes wrong in it."""

    async def describe(uow: UnitOfWork, payload: RaiseFlag) -> Subject:
        statement = select(flag.c.colour).where(flag.c.casino_id == payload.casino_id).with_for_update()
        colour = (await uow.connection.execute(statement)).scalar_one_or_none()
        return Subject(
            casino_id=payload.casino_id,
            kind="flag",
            id=str(payload.casino_id),
            summary=f"A {payload.colour} flag",
            before=None if colour is None else {"colour": colour},
            after={"colour": payload.colour},
            beneficiary=payload.beneficiary,
            last_editor=payload.last_editor,
            size=Size("EUR", payload.cents),
        )

    async def execute(uow: UnitOfWork, payload: RaiseFlag) -> Raised:
        ctx, casino_id, colour = uow.ctx, payload.casino_id, payload.colour
        new = insert(flag).values(casino_id=casino_id, colour=colour)
        await uow.connection.execute(new.on_conflict_do_update(index_elements=["casino_id"], set_={"colour": colour}))
        await uow.connection.execute(
            insert(raised).values(
                casino_id=casino_id, colour=colour, actor=ctx.actor.id, authorised_by=ctx.authorised_by
            )
        )
        if accident.crash:
            raise Crash
        if accident.refuse:
            raise ColourRefused
        return Raised(colour=colour)

    return GuardedCommand(
        name="mast.raise_flag",
        rule=FourEyes(permission=RAISE, threshold={"EUR": 2}, expires=timedelta(hours=24), needed=needed),
        payload=RaiseFlag,
        describe=describe,
        execute=execute,
        reason_permission=READ,
    )


@contextmanager
def accidentally(accident: Accident, **what: bool) -> Iterator[None]:
    """Something goes wrong while the block lasts."""
    for name, value in what.items():
        setattr(accident, name, value)
    yield
    accident.refuse = accident.crash = False


def build(
    db: Database, settings: ServiceSettings, clock: Clock, people: People | None, accident: Accident, **more: Any
) -> Service:
    """The service; built again it is the service after a restart."""
    return Service(
        name="mast",
        settings=settings,
        db=db,
        application=Application(db, EventTypes(), source="mast", clock=clock),
        routers=[router],
        permissions=PERMISSIONS,
        four_eyes=[raise_flag(accident, **more), hoist_pennant()],
        authority=people,
        verifier=test_verifier(),
    )
