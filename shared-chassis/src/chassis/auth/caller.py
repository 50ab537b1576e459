"""Who is calling, and what that means for what they may see and do."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal
from uuid import NAMESPACE_URL, UUID, uuid5

from starlette.requests import HTTPConnection

from chassis.domain import Clock, NotFound, SystemClock
from chassis.store.context import Actor, CasinoScope, Context
from chassis.telemetry.record import RequestRecord
from chassis.telemetry.tracing import current_traceparent

CallerKind = Literal["staff", "player", "service"]

EVERY_CASINO = "*"


@dataclass(frozen=True, slots=True)
class Grant:
    """Permissions, and the casinos they hold for."""

    scope: CasinoScope
    permissions: frozenset[str]

    @classmethod
    def from_claim(cls, claim: Mapping[str, Any]) -> "Grant":
        """From `{"casinos": ["*"] or ids, "permissions": [...]}`; ValueError, TypeError or KeyError otherwise."""
        casinos = claim["casinos"]
        if not isinstance(casinos, list) or not isinstance(claim["permissions"], list):
            raise TypeError("a grant has a list of casinos and a list of permissions")
        scope = CasinoScope.everything() if EVERY_CASINO in casinos else CasinoScope.of(*map(UUID, casinos))
        return cls(scope, frozenset(map(str, claim["permissions"])))


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """The one who makes a request, as the route's marker let them in.

    Attributes:
        id: the person; for a service, an id made from its name.
        name: a service's name, otherwise the id as text.
        session_id: the session the token belongs to.
        networks: where the token is good from; none: from anywhere.
        casino_id: a player's casino.
        grants: what a member of staff may do, and where.
        must_change_password: nothing else is open to them.
        must_add_factor: nothing but adding a second factor is open to them.
        authenticated_at: when, in seconds since 1970, it was last proved who they are.
        amr: by which methods (RFC 8176).
        acting_for: the member of staff who looks at things as this player does; they change nothing.
        admitted_by: the permission the route asked for, when it asked for one.
    """

    kind: CallerKind
    id: UUID
    name: str = ""
    session_id: UUID | None = None
    networks: tuple[str, ...] = ()
    casino_id: UUID | None = None
    grants: tuple[Grant, ...] = ()
    must_change_password: bool = False
    must_add_factor: bool = False
    authenticated_at: int | None = None
    amr: frozenset[str] = frozenset()
    acting_for: UUID | None = None
    admitted_by: str | None = None
    expires_at: int = field(default=0, compare=False)

    @classmethod
    def service(cls, name: str) -> "Caller":
        """Another of our services."""
        return cls(kind="service", id=uuid5(NAMESPACE_URL, f"service:{name}"), name=name)

    @property
    def is_player(self) -> bool:
        """Whether it is a player with their own token."""
        return self.kind == "player"

    def may(self, permission: str, casino_id: UUID | None = None) -> bool:
        """Whether the permission is held for this casino, or (without one) anywhere at all."""
        return any(permission in grant.permissions and grant.scope.allows(casino_id) for grant in self.grants)

    def scope(self, permission: str | None = None) -> CasinoScope:
        """The casinos the permission holds for; without one, that of the route. A player's is their own casino."""
        if self.kind == "service":
            return CasinoScope.everything()
        if self.kind == "player":
            return CasinoScope.of() if self.casino_id is None else CasinoScope.of(self.casino_id)
        wanted = permission if permission is not None else self.admitted_by
        scopes = [grant.scope for grant in self.grants if wanted is None or wanted in grant.permissions]
        if any(scope.unlimited for scope in scopes):
            return CasinoScope.everything()
        return CasinoScope.of(*(casino for scope in scopes for casino in scope.ids or ()))

    def must_see(self, casino_id: UUID | None, permission: str | None = None) -> None:
        """NotFound when a thing of this casino is outside what the caller may see."""
        if not self.scope(permission).allows(casino_id):
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
        )
        return replace(context, correlation_id=record.request_id) if record else context

    def _actor(self, ip: str | None) -> Actor:
        """Whoever sits before the screen: what somebody sees as a player, he has seen himself."""
        if self.kind == "service":
            return Actor("system", self.name, ip)
        if self.acting_for is not None:
            return Actor("staff", str(self.acting_for), ip)
        return Actor(self.kind, str(self.id), ip)

    def let_in_by(self, permission: str) -> "Caller":
        """The same caller, admitted by this permission."""
        return replace(self, admitted_by=permission)


def _surroundings(source: HTTPConnection | Clock | None) -> tuple[Clock, str | None, RequestRecord | None]:
    if not isinstance(source, HTTPConnection):
        return source or SystemClock(), None, None
    clock: Clock = getattr(source.app.state, "clock", None) or SystemClock()
    return clock, source.client.host if source.client else None, RequestRecord.find(source.scope)
