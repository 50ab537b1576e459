"""Who is calling, and what that means for what they may see and do."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Final, Literal
from uuid import NAMESPACE_URL, UUID, uuid5

from starlette.requests import HTTPConnection

from chassis.auth.errors import ApprovalNeeded, Forbidden, PolicyStale, StepUpNeeded, Unauthenticated
from chassis.auth.permissions import DataClass
from chassis.auth.policy.compile import Access
from chassis.auth.policy.decide import decide, fresh_enough, stale, union
from chassis.auth.policy.held import Held
from chassis.auth.policy.metrics import REFUSED
from chassis.auth.policy.model import Asking, Decision, Mode, Policy, Wish
from chassis.domain import Clock, NotFound, SystemClock
from chassis.store.context import Actor, CasinoScope, Context
from chassis.telemetry.record import RequestRecord
from chassis.telemetry.tracing import current_traceparent
from contracts.security.permissions import SecurityPermission

CallerKind = Literal["staff", "player", "client", "service"]
RateTier = Literal["low", "standard", "high"]

EVERY_CASINO = "*"

LOOKING: Final = SecurityPermission.IMPERSONATION_START

_NOBODY_CAN_TELL: Final = ("policy_stale", "unauthenticated", "revoked")

_NO_PERMISSIONS: Final = Policy(version=0, issued_at=datetime(1970, 1, 1, tzinfo=UTC))


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """The one who makes a request, as the route's marker let them in.

    Attributes:
        id: the person; for a service, an id made from its name.
        name: a service's name, otherwise the id as text.
        session_id: the session the token belongs to.
        networks: where the token is good from; none: from anywhere.
        casino_id: a player's casino.
        held: the policy that says what staff and partners' clients may do; None: nothing.
        access: what it says they hold, as it was when they came in.
        policy_version: the policy their token was made with; ours must not be older.
        issued_at: when, in seconds since 1970, the token was made.
        must_change_password: nothing else is open to them.
        must_add_factor: nothing but adding a second factor is open to them.
        authenticated_at: when, in seconds since 1970, it was last proved who they are.
        amr: by which methods (RFC 8176).
        acting_for: the member of staff who looks at things as this player does; they change nothing.
        behind: what that member of staff holds, as it was when they came in.
        breakglass: the emergency access that their token says is open.
        rate_tier: how often a partner's client may ask, as its token says: `low`, `standard` or `high`.
        admitted_by: the permission the route asked for, when it asked for one.
        witness: is told what is decided about them after the door, by `must` and `must_see`.
        counter: is told what else they used: permissions by which something was shown or done without a decision.
    """

    kind: CallerKind
    id: UUID
    name: str = ""
    session_id: UUID | None = None
    networks: tuple[str, ...] = ()
    casino_id: UUID | None = None
    held: Held | None = field(default=None, compare=False, repr=False)
    access: Access | None = field(default=None, compare=False, repr=False)
    policy_version: int = 0
    issued_at: int | None = None
    must_change_password: bool = False
    must_add_factor: bool = False
    authenticated_at: int | None = None
    amr: frozenset[str] = frozenset()
    acting_for: UUID | None = None
    behind: Access | None = field(default=None, compare=False, repr=False)
    breakglass: UUID | None = None
    rate_tier: RateTier = "standard"
    admitted_by: str | None = None
    expires_at: int = field(default=0, compare=False)
    witness: Callable[[Decision, Wish], None] | None = field(default=None, compare=False, repr=False)
    counter: Callable[[str, UUID | None], None] | None = field(default=None, compare=False, repr=False)

    @classmethod
    def service(cls, name: str) -> "Caller":
        """Another of our services."""
        return cls(kind="service", id=uuid5(NAMESPACE_URL, f"service:{name}"), name=name)

    @property
    def is_player(self) -> bool:
        """Whether it is a player with their own token."""
        return self.kind == "player"

    @property
    def asking(self) -> Asking:
        """Who asks, in the words of the policy."""
        return Asking(
            subject_id=self.id,
            kind="client" if self.kind == "client" else "staff",
            session_id=self.session_id,
            issued_at=_moment(self.issued_at),
            authenticated_at=_moment(self.authenticated_at),
            amr=self.amr,
        )

    def decide(
        self,
        permission: str,
        casino_id: UUID | None = None,
        amount_minor: int | None = None,
        currency: str | None = None,
    ) -> Decision:
        """What the policy says to this caller at this moment. Players hold no permissions; services all of them."""
        wish = Wish(permission=permission, casino_id=casino_id, amount_minor=amount_minor, currency=currency)
        if self.kind == "service":
            return _our_own(permission)
        if self.kind == "player":
            return decide(_NO_PERMISSIONS, self.asking, wish, datetime.now(UTC))
        if self.held is None or self.access is None:
            return decide(None, self.asking, wish, datetime.now(UTC))
        return self.access.decide(self.asking, wish, self.held.now(), self.held.standing())

    def must(
        self,
        permission: str,
        casino_id: UUID | None = None,
        amount_minor: int | None = None,
        currency: str | None = None,
        *,
        proposes: bool = False,
    ) -> Decision:
        """The decision, when it is to let the caller go on.

        Args:
            proposes: a proposal for a second person is what is made now, so that needing one is no refusal.

        Raises:
            NotFound: it is held, but not for this casino.
            Forbidden: it is not held, or takes a second person.
            StepUpNeeded: the proof of who it is is too old.
            Unauthenticated: the session is over.
            PolicyStale: the copy of the policy is too old to say.
        """
        decision = self._told(
            Wish(permission=permission, casino_id=casino_id, amount_minor=amount_minor, currency=currency)
        )
        if decision.code == "out_of_scope":
            raise NotFound
        refuse(decision, proposes=proposes)
        return decision

    def must_everywhere(self, permission: str | None = None) -> None:
        """Raise as `must` unless the permission (without one, that of the route) is held for the whole operator;
        Forbidden when it is held for some casinos. Needing a second person is no refusal.
        """
        wanted = permission if permission is not None else self.admitted_by
        if wanted is None:
            raise Forbidden
        refuse(self._told(Wish(permission=wanted), everywhere=True), proposes=True)

    def _told(self, wish: Wish, *, everywhere: bool = False) -> Decision:
        """The decision, once the witness knows of it."""
        decision = self.decide(wish.permission, wish.casino_id, wish.amount_minor, wish.currency)
        if everywhere and decision.allowed and not decision.scope.unlimited:
            why = "It takes somebody who holds it for the whole operator."
            decision = replace(decision, outcome="deny", code="out_of_scope", explanation=why)
        if self.witness is not None:
            self.witness(decision, wish)
        return decision

    def may(self, permission: str, casino_id: UUID | None = None) -> bool:
        """Whether the permission is held for this casino, or (without one) anywhere at all, and may be used now.

        If so that counts as use of it: something is shown or done because of it. What is merely offered asks `could`.
        """
        if not self.could(permission, casino_id):
            return False
        self._used(permission, casino_id)
        return True

    def could(self, permission: str, casino_id: UUID | None = None) -> bool:
        """The same, without using it."""
        access, held = self.access, self.held
        if (
            access is None
            or held is None
            or not access.may(permission, casino_id)
            or not self._known_lately(permission)
        ):
            return False
        meta = access.policy.permissions[permission]
        return meta.step_up_s is None or fresh_enough(meta, self.asking, held.now())

    def scope(self, permission: str | None = None) -> CasinoScope:
        """The casinos the permission holds for; without one, that of the route. A player's is their own casino.

        A permission that is named is used, where it holds anywhere. What is merely offered asks `reach`.
        """
        found = self.reach(permission)
        if permission is not None and not found.empty:
            self._used(permission)
        return found

    def reach(self, permission: str | None = None) -> CasinoScope:
        """The same, without using it. Nowhere, when the copy of the policy is too old to say."""
        if self.kind == "service":
            return CasinoScope.everything()
        if self.kind == "player":
            return CasinoScope.of() if self.casino_id is None else CasinoScope.of(self.casino_id)
        if self.access is None:
            return CasinoScope.of()
        wanted = permission if permission is not None else self.admitted_by
        if wanted is not None:
            return self.access.scope(wanted) if self._known_lately(wanted) else CasinoScope.of()
        return union(scope for one, scope in self.access.scopes.items() if self._known_lately(one))

    def _known_lately(self, permission: str) -> bool:
        """Whether the copy of the policy is fresh enough to say who holds the permission."""
        if self.access is None or self.held is None:
            return False
        return not stale(self.access.policy.permissions.get(permission), self.held.standing())

    def _used(self, permission: str, casino_id: UUID | None = None) -> None:
        if self.counter is not None:
            self.counter(permission, casino_id)

    def mode(self, data_class: DataClass, casino_id: UUID | None = None, permission: str | None = None) -> Mode:
        """How much of a kind of data is shown by the permission, or (without one) by that of the route.

        For a thing of one casino, or (without one) in all casinos of the scope. Players see what is about themselves,
        but for suspicions, of which nobody warns them; whoever looks at things as they do sees of it what their own
        permission to do so shows.
        """
        found = self.shown(data_class, casino_id, permission)
        if permission is not None and found != "none":
            self._used(permission, casino_id)
        return found

    def shown(self, data_class: DataClass, casino_id: UUID | None = None, permission: str | None = None) -> Mode:
        """The same, without using the permission. Nothing, when the copy of the policy is too old to say."""
        if self.is_player and data_class == "aml":
            return "none"
        if self.acting_for is not None:
            place = casino_id or self.casino_id
            return self.behind.mode(LOOKING, data_class, place) if self.behind and self.may_go_on_looking else "none"
        if self.kind in ("service", "player"):
            return "clear"
        wanted = permission if permission is not None else self.admitted_by
        if self.access is None or wanted is None or not self._known_lately(wanted):
            return "none"
        return self.access.mode(wanted, data_class, casino_id)

    def must_see(self, casino_id: UUID | None, permission: str | None = None) -> None:
        """Raise unless a thing of this casino is within what the permission (without one, that of the route) shows.

        Raises:
            NotFound: it is not.
            StepUpNeeded, Unauthenticated, PolicyStale: as `must`.
        """
        wanted = permission if permission is not None else self.admitted_by
        if wanted is not None and self.kind in ("staff", "client"):
            decision = self._told(Wish(permission=wanted, casino_id=casino_id))
            if decision.outcome != "deny" or decision.code in _NOBODY_CAN_TELL:
                refuse(decision, proposes=True)
        if not self.reach(permission).allows(casino_id):
            raise NotFound

    def must_be(self, player_id: UUID) -> None:
        """NotFound when a player asks about somebody else. Staff and services may ask about anyone in their scope."""
        if self.is_player and self.id != player_id:
            raise NotFound

    def context(
        self,
        source: HTTPConnection | Clock | None = None,
        *,
        casino_id: UUID | None = None,
        reason: str | None = None,
    ) -> Context:
        """The metadata of what this caller does now: who, whence, within which casinos, as part of which request."""
        clock, ip, record = _surroundings(source)
        context = Context(
            actor=self._actor(ip),
            occurred_at=clock.now(),
            casino_id=casino_id or self.casino_id,
            scope=self.scope(),
            reason=reason,
            traceparent=current_traceparent(),
            breakglass=self.emergency,
        )
        return replace(context, correlation_id=record.request_id) if record else context

    @property
    def may_go_on_looking(self) -> bool:
        """Whether whoever looks at things as this player does still may; true for everybody else."""
        if self.acting_for is None:
            return True
        if self.behind is None or self.held is None or not self.behind.may(LOOKING, self.casino_id):
            return False
        return not stale(self.behind.policy.permissions.get(LOOKING), self.held.standing())

    @property
    def emergency(self) -> UUID | None:
        """The emergency access that is open, as the token says, or the policy where the token was made before."""
        return self.breakglass or (self.access.emergency if self.access is not None else None)

    def _actor(self, ip: str | None) -> Actor:
        """Whoever sits before the screen: what somebody sees as a player, he has seen himself."""
        if self.kind == "service":
            return Actor("system", self.name, ip)
        if self.acting_for is not None:
            return Actor("staff", str(self.acting_for), ip)
        return Actor("partner" if self.kind == "client" else self.kind, str(self.id), ip)

    def by(self, held: Held | None) -> "Caller":
        """The same caller, with what this policy says they hold; one who brought a policy along keeps it."""
        held = self.held or held
        if held is not None and self.acting_for is not None:
            return replace(self, held=held, behind=held.access(replace(self.asking, subject_id=self.acting_for)))
        if held is None or self.kind not in ("staff", "client"):
            return self
        return replace(self, held=held, access=held.access(self.asking))

    def let_in_by(self, permission: str) -> "Caller":
        """The same caller, admitted by this permission."""
        return replace(self, admitted_by=permission)


def refuse(decision: Decision, *, proposes: bool = False) -> None:
    """Raise what a decision means to whoever asked, unless it lets them go on."""
    match decision.code:
        case "allowed":
            return
        case "approval_needed" if proposes:
            return
        case "policy_stale":
            REFUSED.labels("stale").inc()
            raise PolicyStale
        case "unauthenticated" | "revoked":
            raise Unauthenticated
        case "step_up_needed":
            raise StepUpNeeded(decision.max_age_s or 0)
        case "approval_needed":
            raise ApprovalNeeded
    raise Forbidden


def _our_own(permission: str) -> Decision:
    return Decision(
        outcome="allow",
        code="allowed",
        explanation=f"A service of ours may do {permission}.",
        version=0,
        scope=CasinoScope.everything(),
    )


def _moment(seconds: int | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def _surroundings(source: HTTPConnection | Clock | None) -> tuple[Clock, str | None, RequestRecord | None]:
    if not isinstance(source, HTTPConnection):
        return source or SystemClock(), None, None
    clock: Clock = getattr(source.app.state, "clock", None) or SystemClock()
    return clock, source.client.host if source.client else None, RequestRecord.find(source.scope)
