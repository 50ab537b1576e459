"""Commands that take two people and differ in what they do alone: money moved by hand, and casinos' rules."""

from abc import abstractmethod
from collections.abc import Awaitable, Callable
from typing import Any, ClassVar, TypeVar
from uuid import UUID

from pydantic import BaseModel

from chassis.approvals import FourEyes, GuardedCommand, Size, Subject
from chassis.store import UnitOfWork
from contracts.payments.permissions import PaymentsPermission as P
from payments.application.casino_policies import CasinoPolicy, set_casino_policy
from payments.application.desk import Desk


class ByHand(BaseModel):
    """What shall be done with a player's money: beside a body its path. The reason is the proposal's.

    Attributes:
        KEY: the field with the id of what it becomes, which is a `KIND`.
    """

    KIND: ClassVar[str]
    KEY: ClassVar[str]
    casino_id: UUID
    player_id: UUID

    @abstractmethod
    def fact(self) -> Any:
        """The same for the application."""

    @abstractmethod
    def summary(self) -> str:
        """What approvers read first; nobody's name and no amount."""

    @abstractmethod
    def size(self) -> Size:
        """How much of which money it is about."""


class Policy(BaseModel):
    """What a casino's rule shall be: beside a body its path."""

    SUMMARY: ClassVar[str]
    casino_id: UUID

    @abstractmethod
    def value(self) -> Any:
        """The same for the application."""


M = TypeVar("M", bound=ByHand)
R = TypeVar("R", bound=Policy)
Check = Callable[[Desk, UnitOfWork, Any], Awaitable[object]]
Do = Callable[[Desk, UnitOfWork, UUID, Any], Awaitable[object]]


def by_hand(desk: Desk, name: str, permission: P, payload: type[M], check: Check, do: Do) -> GuardedCommand[M]:
    """`check` refuses what could not be done now, `do` does it."""

    async def describe(uow: UnitOfWork, it: M) -> Subject:
        await check(desk, uow, it.fact())
        return Subject(
            casino_id=it.casino_id,
            kind=it.KIND,
            id=str(getattr(it, it.KEY)),
            summary=it.summary(),
            after=it.model_dump(mode="json", exclude={it.KEY, "casino_id"}),
            size=it.size(),
        )

    async def execute(uow: UnitOfWork, it: M) -> None:
        await do(desk, uow, getattr(it, it.KEY), it.fact())

    return GuardedCommand(
        name=name,
        rule=FourEyes(permission=permission),
        payload=payload,
        describe=describe,
        execute=execute,
        risk="high",
        reason_permission=P.ADJUSTMENT_VIEW_REASON,
        own_id=True,
    )


def of_casino(desk: Desk, name: str, payload: type[R], policy: CasinoPolicy[Any]) -> GuardedCommand[R]:
    """A rule becomes another one."""

    async def describe(uow: UnitOfWork, it: R) -> Subject:
        await desk.casino(uow.connection, it.casino_id)
        return Subject(
            casino_id=it.casino_id,
            kind=policy.element.partition(".")[2],
            id=str(it.casino_id),
            summary=it.SUMMARY,
            before=policy.shown(await policy.find(uow.connection, it.casino_id)),
            after=policy.shown(it.value()),
        )

    async def execute(uow: UnitOfWork, it: R) -> None:
        await set_casino_policy(desk, uow, policy, it.casino_id, it.value())

    rule = FourEyes(permission=P.POLICY_SET, approve=P.POLICY_APPROVE)
    return GuardedCommand(name=name, rule=rule, payload=payload, describe=describe, execute=execute)
