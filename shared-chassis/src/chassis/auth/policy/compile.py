"""What one subject may do, made ready so that a check costs a look into a dictionary."""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from chassis.auth.permissions import DataClass
from chassis.auth.policy.decide import Line, banned, beyond_break_glass, decide_by, lines_of, modes, union, utc
from chassis.auth.policy.model import (
    FRESH,
    Asking,
    Decision,
    Mode,
    PermissionMeta,
    Policy,
    PolicySubject,
    Standing,
    Wish,
)
from chassis.store.context import CasinoScope

_NOWHERE: Final = CasinoScope.of()
_MOST_MODES: Final = 10_000
_MOST_SUBJECTS: Final = 2_000


class Access:
    """What a subject holds from `since` until `until`, the moments between which no assignment begins or ends.

    It says what is held: by roles, casinos and bans. Whether the person proved lately who they are, whether their
    session is over and how old the policy is depends on the request; `decide` asks that as well.

    Attributes:
        scopes: the casinos each permission is held for; what is held nowhere is missing.
        emergency: the emergency access that is open: the assignment of a role that is for emergencies.
    """

    __slots__ = ("_active", "_holding", "_lines", "_modes", "_now", "emergency", "policy", "scopes", "since", "until")

    def __init__(self, policy: Policy, asking: Asking, now: datetime) -> None:
        subject = policy.subjects.get(asking.subject_id)
        lines = tuple(lines_of(policy, subject)) if subject is not None and subject.active else ()
        self.policy = policy
        self.since, self.until = _between_changes(lines, now)
        self.scopes: dict[str, CasinoScope] = {}
        self._now = now
        self.emergency = _emergency(policy, subject, now)
        self._active = [line for line in lines if line.active(now)]
        self._lines = _by_permission(lines)
        self._holding: dict[str, tuple[Line, ...]] = {}
        self._modes: dict[tuple[str, UUID | None], Mapping[DataClass, Mode]] = {}
        for permission, named in self._lines.items():
            meta = policy.permissions.get(permission)
            if meta is not None and banned(meta, subject, asking) is None:
                self._hold(meta, [line for line in named if permission in line.grant.permissions and line.active(now)])

    def _hold(self, meta: PermissionMeta, active: Sequence[Line]) -> None:
        allows = [line for line in active if line.grant.effect == "allow"]
        holding = tuple(line for line in allows if not (line.break_glass and beyond_break_glass(meta, line.grant)))
        denied = union(line.scope for line in active if line.grant.effect != "allow")
        scope = union(line.scope for line in holding) - denied
        if not scope.empty:
            self.scopes[meta.id] = scope
            self._holding[meta.id] = holding

    def may(self, permission: str, casino_id: UUID | None = None) -> bool:
        """Whether the permission is held for this casino, or (without one) anywhere at all."""
        scope = self.scopes.get(permission)
        if scope is None:
            return False
        if casino_id is None:
            return True
        ids = scope.ids
        return casino_id in ids if ids is not None else casino_id not in scope.but

    def scope(self, permission: str) -> CasinoScope:
        """The casinos the permission is held for."""
        return self.scopes.get(permission, _NOWHERE)

    def ceilings(self, permission: str) -> Sequence[tuple[CasinoScope, Mapping[str, int]]]:
        """Up to which amounts the permission is held, and where. One of them is enough; an empty one is no limit."""
        return [(line.scope, line.grant.ceilings) for line in self._holding.get(permission, ())]

    def decide(self, asking: Asking, wish: Wish, now: datetime, standing: Standing = FRESH) -> Decision:
        """What the policy says to a wish of this subject."""
        return decide_by(self._lines.get(wish.permission, self._lines[""]), self.policy, asking, wish, now, standing)

    def mode(self, permission: str, data_class: DataClass, casino_id: UUID | None = None) -> Mode:
        """How much of a kind of data the permission shows in this casino, or (without one) in all of its casinos."""
        known = self._modes.get((permission, casino_id))
        if known is None:
            if len(self._modes) >= _MOST_MODES:
                self._modes.clear()
            known = self._modes[permission, casino_id] = self._shown(permission, casino_id)
        return known.get(data_class, "none")

    def holds_at(self, now: datetime) -> bool:
        """Whether nothing began or ended meanwhile."""
        return (self.since is None or self.since <= now) and (self.until is None or now < self.until)

    def _shown(self, permission: str, casino_id: UUID | None) -> Mapping[DataClass, Mode]:
        if not self.may(permission, casino_id):
            return {}
        here = [line for line in self._holding[permission] if line.scope.allows(casino_id)]
        return modes(
            here, self._active, self.scopes[permission], Wish(permission=permission, casino_id=casino_id), self._now
        )


class AccessCache:
    """The accesses of the subjects that asked lately, for one version of the policy after the other."""

    def __init__(self, most: int = _MOST_SUBJECTS) -> None:
        self._most = most
        self._known: OrderedDict[tuple[UUID, str, bool], Access] = OrderedDict()

    def of(self, policy: Policy, asking: Asking, now: datetime) -> Access:
        """The subject's access at this moment, compiled when it is not there, is of another version, or has ended."""
        key = (asking.subject_id, asking.kind, asking.impersonating)
        now = utc(now)
        known = self._known.get(key)
        if known is None or known.policy is not policy or not known.holds_at(now):
            known = self._known[key] = Access(policy, asking, now)
            if len(self._known) > self._most:
                self._known.popitem(last=False)
        self._known.move_to_end(key)
        return known


def _emergency(policy: Policy, subject: PolicySubject | None, now: datetime) -> UUID | None:
    for one in subject.assignments if subject is not None and subject.active else ():
        role = policy.roles.get(one.role_id)
        begun = one.not_before is None or utc(one.not_before) <= now
        if role is not None and role.break_glass and begun and (one.expires_at is None or now < utc(one.expires_at)):
            return one.id
    return None


def _by_permission(lines: tuple[Line, ...]) -> dict[str, tuple[Line, ...]]:
    """The lines that matter to each permission: those that name it, and denies that lower what is shown."""
    lowering = tuple(line for line in lines if line.grant.effect != "allow" and line.grant.modes)
    found: dict[str, list[Line]] = {}
    for line in lines:
        for permission in line.grant.permissions:
            found.setdefault(permission, []).append(line)
    return {"": lowering} | {
        permission: (*named, *(line for line in lowering if permission not in line.grant.permissions))
        for permission, named in found.items()
    }


def _between_changes(lines: tuple[Line, ...], now: datetime) -> tuple[datetime | None, datetime | None]:
    moments = [utc(one) for line in lines for one in (line.not_before, line.expires_at) if one is not None]
    past = [moment for moment in moments if moment <= now]
    coming = [moment for moment in moments if moment > now]
    return max(past, default=None), min(coming, default=None)
