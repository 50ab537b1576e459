"""What is told of decisions while a request is answered: at the door, and behind it by the caller."""

from dataclasses import replace
from functools import partial
from typing import Final, Protocol
from uuid import UUID

from starlette.requests import HTTPConnection

from chassis.auth.caller import Caller
from chassis.auth.policy.model import Code, Decision, Wish
from contracts.platform.events import AccessRecorded

NOBODY: Final = UUID(int=0)
"""Who knocks without being anybody that is known."""


class Trail(Protocol):
    """Is told of decisions at the door and behind it, to keep those that matter. It must not wait for anything."""

    def record(self, decision: Decision, wish: Wish, caller: Caller, request: HTTPConnection) -> None:
        """One decision, and what was asked for."""
        ...

    def count(self, caller: Caller, permission: str, casino_id: UUID | None) -> None:
        """A permission that was used without a decision."""
        ...

    def knocked(self, fact: AccessRecorded, caller: Caller, request: HTTPConnection) -> None:
        """Somebody was refused who did not prove who he is."""
        ...


class NoTrail:
    """Keeps nothing."""

    def record(self, decision: Decision, wish: Wish, caller: Caller, request: HTTPConnection) -> None:
        """Nothing."""

    def count(self, caller: Caller, permission: str, casino_id: UUID | None) -> None:
        """Nothing."""

    def knocked(self, fact: AccessRecorded, caller: Caller, request: HTTPConnection) -> None:
        """Nothing."""


def not_for(caller: Caller) -> Decision:
    """The refusal of a route that asks for no permission but for somebody of another kind."""
    version = caller.access.policy.version if caller.access is not None else 0
    code: Code = "not_for_clients" if caller.kind == "client" else "not_granted"
    if caller.acting_for is not None:
        code = "not_for_impersonation"
    return Decision(outcome="deny", code=code, explanation="The route is for others.", version=version)


def watched(trail: Trail, caller: Caller, request: HTTPConnection) -> Caller:
    """The caller, of whom the trail is told what is decided and used behind the door."""
    return replace(caller, witness=partial(_tell, trail, caller, request), counter=partial(trail.count, caller))


def _tell(trail: Trail, caller: Caller, request: HTTPConnection, decision: Decision, wish: Wish) -> None:
    trail.record(decision, wish, caller, request)


def not_proved(trail: Trail, action: str, client_id: UUID | None, why: str, request: HTTPConnection) -> None:
    """Tell the trail that a program was refused which did not prove who it is.

    Args:
        client_id: which it was tried as, if there is such a one.
        why: one of a few sentences of ours, since what is the same is counted as one.
    """
    fact = AccessRecorded(
        action=action,
        outcome="deny",
        subject_kind="client",
        subject_id=str(client_id or "unknown"),
        decision="not_proved",
        details={"why": why},
    )
    who = client_id or NOBODY
    trail.knocked(fact, Caller(kind="client", id=who, name=str(who)), request)
