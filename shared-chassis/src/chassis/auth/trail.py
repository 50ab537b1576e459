"""What was decided about whoever asked, kept for the audit log without a request ever waiting for it.

Kept is every denial and every challenge, every use of a critical permission, of one to reveal, export or approve, and
of emergency access. It lies in memory for a fifth of a second and is then published in one transaction. What is the
same within a second is one entry with a count, so that a flood of refusals is a line. What does not fit is counted by
`access_trail_lost_total`; no request waits, and none fails.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any, Final
from uuid import UUID

from prometheus_client import Counter
from starlette.requests import HTTPConnection

from chassis.auth.acts import emergency_roles, proof, roles_of, why
from chassis.auth.caller import Caller
from chassis.auth.permissions import PermissionSpec
from chassis.auth.policy.model import Decision, Outcome, Policy, Wish
from chassis.auth.usage import Answered, Usage
from chassis.pausing import pause
from chassis.store import Application, Context, UnitOfWork
from chassis.telemetry.metrics import REGISTRY
from chassis.telemetry.record import RequestRecord
from contracts.platform.events import AccessRecorded

MOST: Final = 10_000
"""Entries that wait at once."""

FOLDED_S: Final = 1.0
"""How long what is the same is counted as one."""

KNOCKS_FOLDED_S: Final = 60.0
"""The same, of whoever did not prove who he is."""

TELLING: Final = frozenset({"reveal", "export", "approve"})
"""The first words of actions whose every use is kept."""

_LONGEST_ROUTE: Final = 255

LOST = Counter("access_trail_lost_total", "Decisions that found no room in the trail", registry=REGISTRY)
WRITTEN = Counter("access_trail_entries_total", "Entries of the trail that were published", registry=REGISTRY)

_Same = tuple[UUID, UUID | None, str, UUID | None, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the trail: the fact, and who acted whence."""

    fact: AccessRecorded
    context: Context


@dataclass(slots=True)
class _Open:
    """An entry that still counts what is the same. `count` is what was not told yet."""

    entry: Entry
    until: float
    count: int = 1
    told: bool = False


@dataclass(slots=True)
class _Emergency:
    """The roles of emergency access of the policy that was looked at last."""

    policy: Policy | None = None
    names: frozenset[str] = field(default_factory=frozenset)

    def gave(self, policy: Policy | None, decision: Decision) -> bool:
        if policy is not self.policy:
            self.policy, self.names = policy, emergency_roles(policy)
        return bool(self.names) and not self.names.isdisjoint(roles_of(decision))


class AccessTrail:
    """The trail of one process; see `chassis.auth.watching.Trail`.

    Args:
        permissions: those of the service, by which it is known what is critical.
        usage: counts every decision, kept or not.
        monotonic: seconds, for folding.
        most: entries that wait at once.
    """

    def __init__(
        self,
        permissions: Iterable[PermissionSpec],
        usage: Usage,
        monotonic: Callable[[], float],
        most: int = MOST,
    ) -> None:
        self._critical = frozenset(spec.id for spec in permissions if spec.risk == "critical")
        self._usage = usage
        self._monotonic = monotonic
        self._most = most
        self._open: dict[_Same, _Open] = {}
        self._ready: deque[Entry] = deque()
        self._emergency = _Emergency()

    def record(self, decision: Decision, wish: Wish, caller: Caller, request: HTTPConnection) -> None:
        """Keep the decision if it is one to be kept. It never waits and never raises because there is no room."""
        if wish.permission:
            self._count(caller, wish.permission, wish.casino_id, decision.outcome)
        policy = caller.access.policy if caller.access is not None else None
        emergency = decision.allowed and self._emergency.gave(policy, decision)
        if not (emergency or self._telling(decision, wish.permission, policy)):
            return
        what = wish.permission or _route(request)
        same = (caller.id, caller.acting_for, what, wish.casino_id, decision.code)
        self._keep(same, lambda: _entry(decision, wish, caller, request, emergency=emergency), FOLDED_S)

    def knocked(self, fact: AccessRecorded, caller: Caller, request: HTTPConnection) -> None:
        """Keep that somebody was refused who did not prove who he is. What is the same within a minute is one entry
        with a count: whoever knocks without end is a line a minute.
        """
        record = RequestRecord.find(request.scope)
        same = (caller.id, None, f"{fact.action} {fact.details}", fact.casino_id, fact.decision or "")
        told = fact.model_copy(update={"request_id": record.request_id if record is not None else None})
        self._keep(same, lambda: Entry(fact=told, context=caller.context(request)), KNOCKS_FOLDED_S)

    def _keep(self, same: _Same, entry: Callable[[], Entry], folded_s: float) -> None:
        moment, known = self._monotonic(), self._open.get(same)
        if known is not None and moment < known.until:
            known.count += 1
            return
        if known is not None:
            self._close(same, known)
        if len(self._open) + len(self._ready) >= self._most:
            LOST.inc()
            return
        self._open[same] = _Open(entry(), moment + folded_s)

    def count(self, caller: Caller, permission: str, casino_id: UUID | None) -> None:
        """See `chassis.auth.watching.Trail`."""
        self._count(caller, permission, casino_id, "allow")

    def _count(self, caller: Caller, permission: str, casino_id: UUID | None, outcome: Outcome) -> None:
        if caller.kind in ("staff", "client"):
            self._usage.count(Answered(caller.acting_for or caller.id, permission, casino_id, outcome))

    def taken(self, *, last: bool = False) -> list[Entry]:
        """What is to be told now: what is new, and what came again until its second was over (`last`: until now)."""
        moment = self._monotonic()
        for same, one in list(self._open.items()):
            if last or moment >= one.until:
                self._close(same, one)
            elif not one.told:
                self._ready.append(_counted(one))
                one.count, one.told = 0, True
        entries = list(self._ready)
        self._ready.clear()
        return entries

    def give_back(self, entries: Iterable[Entry]) -> None:
        """Keep for the next time what could not be told; what came meanwhile is not pushed out by it."""
        for entry in reversed(list(entries)):
            if len(self._open) + len(self._ready) < self._most:
                self._ready.appendleft(entry)
            else:
                LOST.inc(entry.fact.count)

    def _close(self, same: _Same, one: _Open) -> None:
        del self._open[same]
        if one.count:
            self._ready.append(_counted(one))

    def _telling(self, decision: Decision, permission: str, policy: Policy | None) -> bool:
        if not decision.allowed or permission in self._critical:
            return True
        meta = policy.permissions.get(permission) if policy is not None else None
        if meta is not None and meta.risk == "critical":  # Another service's.
            return True
        return permission.rpartition(".")[2].partition("_")[0] in TELLING


async def write(trail: AccessTrail, application: Application, *, last: bool = False) -> int:
    """Publish what waits, in one transaction; returns how many entries that were. What fails is kept, and raised."""
    entries = trail.taken(last=last)
    if not entries:
        return 0

    async def work(uow: UnitOfWork) -> None:
        for entry in entries:
            uow.ctx = entry.context
            await uow.publish(entry.fact, stream_id=f"access-{entry.context.actor.id}")

    try:
        await application.transact(work, Context.system("access-trail", application.clock))
    except BaseException:
        trail.give_back(entries)
        raise
    WRITTEN.inc(len(entries))
    return len(entries)


def writing(trail: AccessTrail, application: Application, every_s: float) -> Callable[[asyncio.Event], Awaitable[None]]:
    """A loop that writes what waits, and once more when it is told to stop."""

    async def access_trail(stop: asyncio.Event) -> None:
        while not stop.is_set():
            await pause(stop, every_s)
            await write(trail, application, last=stop.is_set())

    return access_trail


def _counted(one: _Open) -> Entry:
    if one.count == 1:
        return one.entry
    return replace(one.entry, fact=one.entry.fact.model_copy(update={"count": one.count}))


def _entry(decision: Decision, wish: Wish, caller: Caller, request: HTTPConnection, *, emergency: bool) -> Entry:
    route, record = _route(request), RequestRecord.find(request.scope)
    fact = AccessRecorded(
        action=wish.permission.partition(".")[2] or "route.call",
        permission=wish.permission or None,
        outcome=decision.outcome,
        subject_kind="route",
        subject_id=route,
        casino_id=wish.casino_id,
        request_id=record.request_id if record is not None else None,
        break_glass=emergency,
        **proof(caller),
        **why(decision),
    )
    return Entry(fact=fact, context=replace(caller.context(request), casino_id=wish.casino_id))


def _route(request: HTTPConnection) -> str:
    """Method and path template; never the path itself, in which somebody may have written anything."""
    templates: dict[Any, str] = getattr(request.app.state, "templates", {})
    method = request.scope.get("method", "WEBSOCKET")
    return f"{method} {templates.get(request.scope.get('endpoint'), 'elsewhere')}"[:_LONGEST_ROUTE]
