"""One function says whether somebody may do something, and why; it asks its questions in one order and never raises."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from chassis.auth.permissions import DataClass
from chassis.auth.policy.model import (
    FRESH,
    MODES,
    Asking,
    Code,
    Decision,
    Mode,
    Outcome,
    PermissionMeta,
    Policy,
    PolicySubject,
    RoleGrant,
    Standing,
    Wish,
)
from chassis.store.context import CasinoScope

RISKY_STALE_AFTER_S: Final = 60.0
"""Older than this, nothing of high or critical risk is done by a copy of the policy."""

STALE_AFTER_S: Final = 600.0
"""Older than this, nothing is."""

_ALWAYS_CLEAR: Final[tuple[DataClass, ...]] = ("public", "internal")
_AHEAD_S: Final = 60.0  # How far another machine's clock may be ahead of ours.


@dataclass(frozen=True, slots=True)
class Line:
    """One grant as one assignment gives it: where and when."""

    grant: RoleGrant
    scope: CasinoScope
    not_before: datetime | None = None
    expires_at: datetime | None = None
    break_glass: bool = False

    def active(self, now: datetime) -> bool:
        """Whether it holds at this moment."""
        return not self.not_yet(now) and not self.ended(now)

    def not_yet(self, now: datetime) -> bool:
        """Whether its time is still to come."""
        return self.not_before is not None and now < utc(self.not_before)

    def ended(self, now: datetime) -> bool:
        """Whether its time is over."""
        return self.expires_at is not None and now >= utc(self.expires_at)

    def carries(self, wish: Wish) -> bool:
        """Whether the amount, where one is asked about, is within its ceilings."""
        if wish.amount_minor is None or not self.grant.ceilings:
            return True
        ceiling = self.grant.ceilings.get(wish.currency or "")
        return ceiling is not None and abs(wish.amount_minor) <= ceiling


def decide(
    policy: Policy | None, asking: Asking | None, wish: Wish, now: datetime, standing: Standing = FRESH
) -> Decision:
    """What the policy says to a wish.

    Args:
        policy: the copy that is held; None when there is none yet.
        asking: who asks; None when nobody can tell.
        now: the moment of the decision.
        standing: how old the copy is, and which sessions are over.
    """
    subject = policy.subjects.get(asking.subject_id) if policy is not None and asking is not None else None
    lines = tuple(lines_of(policy, subject)) if policy is not None and subject is not None else ()
    return decide_by(lines, policy, asking, wish, now, standing)


def decide_by(
    lines: Sequence[Line],
    policy: Policy | None,
    asking: Asking | None,
    wish: Wish,
    now: datetime,
    standing: Standing = FRESH,
) -> Decision:
    """The same, from the lines of the subject that were looked up before. Lines about other permissions do no harm."""
    now = utc(now)
    meta = policy.permissions.get(wish.permission) if policy is not None else None
    answer = _Answer(policy.version if policy is not None else 0, wish)
    if policy is None or stale(meta, standing):
        return answer.no("policy_stale", "The copy of the policy is too old to decide this.")
    if asking is None:
        return answer.no("unauthenticated", "Nobody is logged in.")
    subject = policy.subjects.get(asking.subject_id)
    if (why := revoked(subject, asking, standing)) is not None:
        return answer.no("revoked", why)
    if meta is None:
        return answer.no("not_granted", f"No service declares the permission {wish.permission}.")
    return _by_lines(answer, lines, meta, subject, asking, now)


def _by_lines(
    answer: "_Answer",
    lines: Sequence[Line],
    meta: PermissionMeta,
    subject: PolicySubject | None,
    asking: Asking,
    now: datetime,
) -> Decision:
    wish = answer.wish
    named = [line for line in lines if wish.permission in line.grant.permissions]
    allows = [line for line in named if line.grant.effect == "allow"]
    usable = [line for line in allows if not (line.break_glass and beyond_break_glass(meta, line.grant))]
    denies = [line for line in named if line.grant.effect != "allow" and line.active(now)]
    denied = union(line.scope for line in denies)
    if _denied(denied, union(line.scope for line in usable if line.active(now)), wish):
        return answer.denied(denies)
    if (ban := banned(meta, subject, asking)) is not None:
        return answer.no(*ban)
    if allows and not usable:
        return answer.no("not_for_break_glass", f"Emergency access does not reach {wish.permission}.", allows)
    if not usable:
        return answer.no("not_granted", f"No role allows {wish.permission}.")
    here = [line for line in usable if not line.scope.empty and line.scope.allows(wish.casino_id)]
    if not here:
        return answer.no("out_of_scope", f"{wish.permission} is held, but not for this casino.", usable)
    enough = [line for line in here if line.carries(wish)]
    if not enough:
        return answer.no("over_ceiling", f"The amount is over every ceiling of {wish.permission}.", here)
    holding = [line for line in enough if line.active(now)]
    if not holding:
        code, word = _when(enough, now)
        return answer.no(code, f"{wish.permission} {word}.", enough)
    scope = union(line.scope for line in holding) - denied
    if scope.empty:
        return answer.denied(denies)
    return _granted(answer, holding, scope, lines, meta, asking, now)


def _granted(
    answer: "_Answer",
    holding: Sequence[Line],
    scope: CasinoScope,
    lines: Sequence[Line],
    meta: PermissionMeta,
    asking: Asking,
    now: datetime,
) -> Decision:
    if not fresh_enough(meta, asking, now):
        text = f"{meta.id} asks for a fresh proof of who you are, not older than {meta.step_up_s} seconds."
        return answer.yes("challenge", "step_up_needed", text, holding, scope, max_age_s=meta.step_up_s)
    shown = modes(holding, lines, scope, answer.wish, now)
    if meta.four_eyes:
        text = f"{meta.id} is allowed, and takes the approval of a second person."
        return answer.yes("four_eyes", "approval_needed", text, holding, scope, shown=shown)
    return answer.yes("allow", "allowed", f"A role allows {meta.id}.", holding, scope, shown=shown)


def apart(policy: Policy, one: UUID, other: UUID, now: datetime) -> bool:
    """Whether two people may be each other's second person: they are two, and neither got into the other's account
    by giving a new password lately.
    """
    return one != other and not (_tied(policy, one, other, now) or _tied(policy, other, one, now))


def tied(policy: Policy, one: UUID, now: datetime) -> frozenset[UUID]:
    """Everybody who is not apart from somebody, himself among them."""
    subject = policy.subjects.get(one)
    named = [tie.other for tie in subject.ties] if subject is not None else []
    return frozenset(other for other in (one, *named, *policy.subjects) if not apart(policy, one, other, now))


def _tied(policy: Policy, one: UUID, other: UUID, now: datetime) -> bool:
    subject = policy.subjects.get(one)
    ties = subject.ties if subject is not None else ()
    return any(tie.other == other and utc(now) < utc(tie.until) for tie in ties)


def stale(meta: PermissionMeta | None, standing: Standing) -> bool:
    """Whether the copy is too old for this permission; one that nobody declares counts as critical."""
    risky = meta is None or meta.risk in ("high", "critical")
    bound = RISKY_STALE_AFTER_S if risky else STALE_AFTER_S
    return not standing.age_s <= bound  # So that no number at all counts as too old.


def revoked(subject: PolicySubject | None, asking: Asking, standing: Standing) -> str | None:
    """Why the token is worth nothing though its own time is not over; None when it is worth something."""
    if asking.session_id is not None and asking.session_id in standing.ended:
        return "The session is over."
    if subject is None:
        return None
    if not subject.active:
        return "The account is disabled."
    since = subject.sessions_from
    if since is None:
        return None
    if asking.issued_at is None or utc(asking.issued_at) < utc(since).replace(microsecond=0):
        return "All sessions from before were ended."
    return None


def banned(meta: PermissionMeta, subject: PolicySubject | None, asking: Asking) -> tuple[Code, str] | None:
    """Whether the way of asking excludes the permission, whatever the roles say."""
    if asking.impersonating and (not meta.impersonation or meta.risk in ("high", "critical")):
        return "not_for_impersonation", f"{meta.id} is not for looking at things as a player."
    client = asking.kind == "client" or (subject is not None and subject.kind == "client")
    if client and (not meta.api_client or meta.id.startswith("security.")):
        return "not_for_clients", f"{meta.id} is not for partners' programs."
    return None


def beyond_break_glass(meta: PermissionMeta, grant: RoleGrant) -> bool:
    """Emergency access never reaches security and audit, and critical permissions only when named in full."""
    service, _, rest = meta.id.partition(".")
    if service == "security" or rest.startswith("audit"):
        return True
    return meta.risk == "critical" and meta.id not in grant.exact


def fresh_enough(meta: PermissionMeta, asking: Asking, now: datetime) -> bool:
    """Whether the person proved who they are recently enough."""
    if meta.step_up_s is None:
        return True
    if asking.authenticated_at is None:
        return False
    age_s = (now - utc(asking.authenticated_at)).total_seconds()
    return -_AHEAD_S <= age_s <= meta.step_up_s


def modes(
    holding: Sequence[Line], lines: Iterable[Line], scope: CasinoScope, wish: Wish, now: datetime
) -> dict[DataClass, Mode]:
    """How much of each kind of data is shown, in the wish's casino or, without one, in all of the scope.

    The greatest of what the grants say; where they say it for different casinos, the greatest that holds in all of
    them. A deny lowers it wherever their scopes touch. Kinds that nobody names are not shown.
    """
    where = scope if wish.casino_id is None else CasinoScope.of(wish.casino_id)
    shown: dict[DataClass, Mode] = dict.fromkeys(_ALWAYS_CLEAR, "clear")
    for kind in {kind for line in holding for kind in line.grant.modes}:
        for mode in reversed(MODES):
            enough = [line.scope for line in holding if _rank(line.grant.modes.get(kind)) >= _rank(mode)]
            if where <= union(enough):
                shown[kind] = mode
                break
    for line in lines:
        if line.grant.effect != "allow" and line.active(now) and not (where & line.scope).empty:
            for kind, mode in line.grant.modes.items():
                if _rank(shown.get(kind)) > _rank(mode):
                    shown[kind] = mode
    return shown


def lines_of(policy: Policy, subject: PolicySubject) -> Iterator[Line]:
    """Every grant of every role a subject was given, whether its time has come or not. Unknown roles give nothing."""
    for assignment in subject.assignments:
        role = policy.roles.get(assignment.role_id)
        for grant in role.grants if role is not None else ():
            yield Line(
                grant,
                assignment.scope & grant.scope,
                assignment.not_before,
                assignment.expires_at,
                role is not None and role.break_glass,
            )


def union(scopes: Iterable[CasinoScope]) -> CasinoScope:
    """All of them together."""
    whole = CasinoScope.of()
    for scope in scopes:
        whole = whole | scope
    return whole


def utc(moment: datetime) -> datetime:
    """A moment with its zone; one without is taken as UTC, so that moments can always be compared."""
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def _denied(denied: CasinoScope, allowed: CasinoScope, wish: Wish) -> bool:
    """For a casino: whether a deny holds there. Anywhere at all: whether denies leave nothing of what is allowed."""
    if wish.casino_id is not None:
        return denied.allows(wish.casino_id)
    return denied.unlimited or (not allowed.empty and allowed <= denied)


def _when(lines: Sequence[Line], now: datetime) -> tuple[Code, str]:
    if any(line.not_yet(now) for line in lines):
        return "not_yet", "is not held yet"
    return "expired", "is no longer held"


def _rank(mode: Mode | None) -> int:
    return MODES.index(mode) if mode in MODES else 0


@dataclass(frozen=True, slots=True)
class _Answer:
    """What all decisions about one wish have in common."""

    version: int
    wish: Wish

    def no(self, code: Code, explanation: str, lines: Sequence[Line] = ()) -> Decision:
        rules = tuple(line.grant.id for line in lines)
        return Decision(outcome="deny", code=code, explanation=explanation, version=self.version, rules=rules)

    def denied(self, denies: Sequence[Line]) -> Decision:
        against = [line for line in denies if line.scope.allows(self.wish.casino_id)]
        return self.no("explicit_deny", f"A role denies {self.wish.permission}.", against)

    def yes(
        self,
        outcome: Outcome,
        code: Code,
        explanation: str,
        lines: Sequence[Line],
        scope: CasinoScope,
        *,
        shown: Mapping[DataClass, Mode] | None = None,
        max_age_s: int | None = None,
    ) -> Decision:
        return Decision(
            outcome=outcome,
            code=code,
            explanation=explanation,
            version=self.version,
            rules=tuple(line.grant.id for line in lines),
            scope=scope,
            modes=shown or {},
            max_age_s=max_age_s,
        )
