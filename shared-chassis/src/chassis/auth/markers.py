"""Route markers: how a route says who may call it. A route without one stops the start of the service.

async def approve(id: UUID, caller: Annotated[Caller, Requires(P.WITHDRAWAL_APPROVE)]) -> ...
async def deposit(caller: Annotated[Caller, Player()]) -> ...
@router.post("/players", dependencies=[Public("registration makes the account")])
"""

import time
from collections.abc import Collection, Iterable
from typing import Any, ClassVar
from uuid import UUID

from fastapi.params import Depends
from starlette.middleware.body_limit import MAX_BODY_SIZE_SCOPE_KEY
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from chassis.auth.caller import LOOKING, Caller, refuse
from chassis.auth.errors import FactorRequired, Forbidden, PasswordChangeRequired, PolicyStale, Unauthenticated
from chassis.auth.networks import comes_from
from chassis.auth.permissions import PermissionSpec
from chassis.auth.policy.decide import STALE_AFTER_S, revoked, stale
from chassis.auth.policy.held import Held
from chassis.auth.policy.metrics import REFUSED
from chassis.auth.policy.model import Decision, Wish
from chassis.auth.service_tokens import ServiceTokens
from chassis.auth.signed_requests import SignatureRefused, SignedRequests, SigningClient, is_signed, raw
from chassis.auth.tokens import Verifier
from chassis.auth.watching import NoTrail, Trail, not_for, not_proved, watched
from chassis.domain import NotFound
from chassis.logging.context import bind
from chassis.telemetry.record import RequestRecord

_SIGNED = "client.signed_request"
"""What a program did that signed a request, as the audit log calls it where that was refused."""

_READING = ("GET", "HEAD")
"""What somebody may do who looks at things as a player does."""


class Door:
    """What stands before the routes of one application: it can tell who carries a token.

    Attributes:
        shown_as_player: the permissions whose routes are also open to staff who look at things as a player does.
        policy: says what staff may do; None where no route asks.
        trail: is told what was decided.
        signed: tells which partner's program signed a request; None where none may.
    """

    def __init__(
        self,
        verifier: Verifier,
        services: ServiceTokens,
        permissions: Iterable[PermissionSpec] = (),
        *,
        policy: Held | None = None,
        trail: "Trail | None" = None,
        signed: SignedRequests | None = None,
    ) -> None:
        self.verifier = verifier
        self.services = services
        self.shown_as_player = frozenset(spec.id for spec in permissions if spec.impersonation)
        self.policy = policy
        self.trail = trail or NoTrail()
        self.signed = signed

    async def caller(self, request: HTTPConnection) -> Caller:
        """Who carries the request's token, see `bearer`, or signed it. Who does both says who they are in two ways."""
        reads = request.scope.get("method") in _READING
        if not is_signed(request.headers.items()):
            return await self.bearer(_bearer(request), reads=reads)
        try:
            client = await self._signing(request)
        except SignatureRefused as refused:
            not_proved(self.trail, _SIGNED, refused.client_id, refused.why, request)
            raise
        return await self._with_policy(_signer(client, int(time.time())), reads=reads)

    async def _signing(self, request: HTTPConnection) -> SigningClient:
        if self.signed is None:
            raise SignatureRefused("no program comes in here")
        if "authorization" in request.headers:
            raise SignatureRefused("it carries a token as well")
        if request.scope.get(MAX_BODY_SIZE_SCOPE_KEY, 0) > request.app.state.settings.max_body_bytes:
            raise SignatureRefused("files are not signed")  # All of it would be held in memory before anybody is known.
        return await self.signed.verify(await raw(request))

    async def bearer(self, token: str, *, reads: bool) -> Caller:
        """Who carries the token, with what the policy says they hold.

        Args:
            reads: whether it is only looked at things.

        Raises:
            Unauthenticated: nobody, or somebody whose session, account or token is over.
            PolicyStale: the copy of the policy is too old to say, or older than the token where something changes.
        """
        return await self._with_policy(await self.verifier.verify(token), reads=reads)

    async def still(self, caller: Caller) -> Caller:
        """Somebody whose token was looked at before, with what they hold at this moment: for what lasts.

        Raises:
            Unauthenticated, PolicyStale: as `bearer`, and when the token has run out meanwhile.
        """
        if 0 < caller.expires_at <= time.time():
            raise Unauthenticated
        return await self._with_policy(caller, reads=True)

    async def _with_policy(self, caller: Caller, *, reads: bool) -> Caller:
        held = caller.held or self.policy
        if held is None:
            if caller.kind != "player" or caller.acting_for is not None:
                raise PolicyStale
            return caller
        await held.look()
        if not await self._caught_up(held, caller) and not reads:
            REFUSED.labels("behind").inc()
            raise PolicyStale
        caller = caller.by(held)
        self._still_good(held, caller)
        return caller

    async def _caught_up(self, held: Held, caller: Caller) -> bool:
        """Whether the policy here is not older than the token. Reading goes on by what is held if it is."""
        version = held.policy.version if held.policy is not None else 0
        wanted = max(caller.policy_version, 1)
        return version >= wanted or await held.at_least(wanted)

    def _still_good(self, held: Held, caller: Caller) -> None:
        policy, standing = held.policy, held.standing()
        if policy is None or standing.age_s > STALE_AFTER_S:
            REFUSED.labels("stale").inc()
            raise PolicyStale
        asking = caller.asking
        for one in (caller.id, caller.acting_for):
            if one is not None and revoked(policy.subjects.get(one), asking, standing) is not None:
                raise Unauthenticated
        if not caller.may_go_on_looking:
            if caller.acting_for is not None and stale(policy.permissions.get(LOOKING), standing):
                REFUSED.labels("stale").inc()
                raise PolicyStale
            raise Unauthenticated


class AccessRule:
    """The check behind a marker: called with the request, it lets a caller in or raises.

    Attributes:
        label: for logs and OpenAPI.
        permission: the permission it asks for, if it asks for one.
        tokens: what kind of token opens it: `access`, `service` or none.
        proposes: the route makes a proposal, which a second person approves; needed where the permission has four eyes.
    """

    label: str
    permission: str | None = None
    proposes: bool = False
    tokens: ClassVar[str] = "access"

    async def __call__(self, request: HTTPConnection) -> Any:
        caller = await self.admit(request)
        if caller is not None and caller.networks:
            _require_from(caller.networks, request)
        record = RequestRecord.find(request.scope)
        if record is not None:
            record.decision = self.label
            if caller is not None:
                record.actor = f"{caller.kind}:{caller.name}"
                record.casino_id = str(caller.casino_id) if caller.casino_id else None
                bind(actor=record.actor, casino_id=record.casino_id)
        return caller

    async def admit(self, request: HTTPConnection, /) -> Caller | None:
        """The caller as the route will see them; Unauthenticated or Forbidden otherwise."""
        raise NotImplementedError


class _PublicRule(AccessRule):
    tokens = "none"

    def __init__(self, reason: str) -> None:
        self.label = f"public: {reason}"

    async def admit(self, _request: HTTPConnection, /) -> None:
        return None


class _PersonRule(AccessRule):
    """Staff with a permission, a player, or either."""

    def __init__(
        self,
        label: str,
        *,
        staff: bool = False,
        player: bool = False,
        permission: str | None = None,
        allow_password_change: bool = False,
        allow_factor_enrolment: bool = False,
        own: str | None = None,
        proposes: bool = False,
    ) -> None:
        self.label = label
        self.permission = permission
        self.proposes = proposes
        self._staff = staff
        self._player = player
        self._allow_password_change = allow_password_change
        self._allow_factor_enrolment = allow_factor_enrolment
        self._own = own

    async def admit(self, request: HTTPConnection) -> Caller:
        door = _door(request)
        caller = await door.caller(request)
        if caller.must_change_password and not self._allow_password_change:
            raise PasswordChangeRequired
        if caller.must_add_factor and not self._allow_factor_enrolment:
            raise FactorRequired
        if caller.acting_for is not None:
            self._only_looking(caller, request)
        if caller.kind == "player" and self._player:
            self._only_himself(caller, request)
            return caller
        if self.permission is None or not self._staff or caller.kind not in ("staff", "client"):
            if caller.kind == "staff" and self._staff:
                return watched(door.trail, caller, request)
            self._told(caller, request)
            raise Forbidden
        refuse(self._told(caller, request), proposes=self.proposes)
        return watched(door.trail, caller, request).let_in_by(self.permission)

    def _told(self, caller: Caller, request: HTTPConnection) -> Decision:
        """What the policy says to the permission of the route, once the trail knows of it; no, where it has none."""
        if self.permission is None:
            wish, decision = Wish(permission=""), not_for(caller)
        else:
            wish = Wish(permission=self.permission)
            decision = caller.decide(wish.permission)
        _door(request).trail.record(decision, wish, caller, request)
        return decision

    def _only_looking(self, caller: Caller, request: HTTPConnection) -> None:
        """Who looks at things as a player does changes nothing, and does not see what a permission keeps from him."""
        hidden = self.permission is not None and self.permission not in _door(request).shown_as_player
        if hidden or request.scope.get("method") not in _READING:
            self._told(caller, request)
            raise Forbidden

    def _only_himself(self, caller: Caller, request: HTTPConnection) -> None:
        asked = request.path_params.get(self._own) if self._own else None
        if asked is None:
            return
        try:
            same = UUID(str(asked)) == caller.id
        except ValueError:
            return  # The route's own validation says so better.
        if not same:
            raise NotFound


class _InternalRule(AccessRule):
    tokens = "service"

    def __init__(self, callers: Collection[str]) -> None:
        self.label = "internal" + (f": {', '.join(sorted(callers))}" if callers else "")
        self._callers = frozenset(callers)

    async def admit(self, request: HTTPConnection) -> Caller:
        caller = _door(request).services.verify(_bearer(request))
        if self._callers and caller.name not in self._callers:
            raise Forbidden
        return caller


class Requires(Depends):
    """Staff holding the permission for at least one casino. `caller.scope()` says for which.

    `proposes` where the route only proposes what a second person must approve.
    """

    def __init__(self, permission: str, *, proposes: bool = False) -> None:
        label = f"permission: {permission}"
        super().__init__(_PersonRule(label, staff=True, permission=str(permission), proposes=proposes))


class Player(Depends):
    """A player's own token. `reason` says why staff have no business here, if that is not plain."""

    def __init__(self, reason: str = "") -> None:
        super().__init__(_PersonRule(f"player: {reason}" if reason else "player", player=True))


class PlayerOr(Depends):
    """A player on himself, or staff holding the permission.

    Where the route has the path parameter `own`, a player who names somebody else there gets 404. Routes whose paths
    name another thing (a deposit) compare its owner with `caller.must_be(player_id)`.
    """

    def __init__(self, permission: str, *, own: str = "player_id") -> None:
        label = f"player or permission: {permission}"
        super().__init__(_PersonRule(label, staff=True, player=True, permission=str(permission), own=own))


class AnyStaff(Depends):
    """Any member of staff. `allow_password_change` opens the routes where a forced change is made,
    `allow_factor_enrolment` those where a second factor is added that must be there.
    """

    def __init__(self, *, allow_password_change: bool = False, allow_factor_enrolment: bool = False) -> None:
        rule = _PersonRule(
            "any staff",
            staff=True,
            allow_password_change=allow_password_change,
            allow_factor_enrolment=allow_factor_enrolment,
        )
        super().__init__(rule)


class AnyPerson(Depends):
    """Any member of staff and any player, about their own sessions and the like; whatever else they must do first."""

    def __init__(self) -> None:
        rule = _PersonRule(
            "any person", staff=True, player=True, allow_password_change=True, allow_factor_enrolment=True
        )
        super().__init__(rule)


class Internal(Depends):
    """Another of our services, with a service token made for this one; only the named ones when names are given."""

    def __init__(self, *callers: str) -> None:
        super().__init__(_InternalRule(callers))


class Public(Depends):
    """Open to everyone, for the reason given. It yields no caller: `dependencies=[Public("why")]`."""

    def __init__(self, reason: str) -> None:
        if not reason.strip():
            raise ValueError("say why the route is public")
        super().__init__(_PublicRule(reason))


class Guarded:
    """A mounted ASGI application behind a marker."""

    def __init__(self, app: ASGIApp, rule: AccessRule) -> None:
        self.app = app
        self.rule = rule

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self.rule(HTTPConnection(scope))
        await self.app(scope, receive, send)


def guarded(app: ASGIApp, marker: Depends) -> Guarded:
    """Put a marker before a raw ASGI application: `mounts={"/files": guarded(app, Public("the console"))}`."""
    if not isinstance(marker.dependency, AccessRule):
        raise TypeError("a marker such as Internal() or Public('why') is needed")
    return Guarded(app, marker.dependency)


def _require_from(networks: Collection[str], request: HTTPConnection) -> None:
    """Unauthenticated when a token is used somewhere else than it is good from: whoever does so has copied it."""
    if not comes_from(networks, request.client.host if request.client else None):
        raise Unauthenticated


def _signer(client: SigningClient, now_s: int) -> Caller:
    """The program that signed a request, as if its token had been made for this request alone."""
    return Caller(
        kind="client",
        id=client.client_id,
        name=str(client.client_id),
        networks=client.networks,
        issued_at=now_s,
        amr=frozenset({"pop"}),
    )


def _door(request: HTTPConnection) -> Door:
    door: Door = request.app.state.door
    return door


def _bearer(request: HTTPConnection) -> str:
    values = request.headers.getlist("authorization")
    scheme, _, token = values[0].partition(" ") if len(values) == 1 else ("", "", "")
    if scheme.lower() != "bearer" or not token or not token.isascii() or " " in token:
        raise Unauthenticated
    return token
