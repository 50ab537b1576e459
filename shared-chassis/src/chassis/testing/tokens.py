"""Tokens for tests, signed with a key that is made when it is first needed and thrown away with the process."""

import time
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from types import MappingProxyType
from typing import Any, Final, Literal
from uuid import UUID, uuid4

import httpx
from joserfc import jwt
from joserfc.jwk import ECKey

from chassis.approvals import Authority, PolicyAuthority
from chassis.auth.caller import Caller
from chassis.auth.jwks import LocalKeys
from chassis.auth.permissions import DataClass
from chassis.auth.policy.compile import Access
from chassis.auth.policy.held import Held
from chassis.auth.policy.local import LocalPolicy
from chassis.auth.policy.model import (
    FRESH,
    Asking,
    Mode,
    PermissionMeta,
    Policy,
    PolicyAssignment,
    PolicyRole,
    PolicySubject,
    RoleGrant,
    Standing,
    Tie,
    Wish,
)
from chassis.auth.tokens import AUDIENCE, ISSUER, TokenVerifier
from chassis.store.context import CasinoScope
from contracts.security.permissions import SecurityPermission

EVERYWHERE = "*"

ALL_CLEAR: Final[Mapping[DataClass, Mode]] = MappingProxyType(
    {"pii_basic": "clear", "pii_sensitive": "clear", "financial": "clear", "rg": "clear", "aml": "clear"}
)
"""Whoever made up nothing else sees everything."""


class TokenMaker:
    """A stand-in for security: one signing key, its JWKS, tokens with whatever claims a test wants, and for each of
    them a policy that says what the test wants its bearer to hold.
    """

    def __init__(self, kid: str = "test-key") -> None:
        self._policies: dict[str, LocalPolicy] = {}
        self._made: dict[Hashable, LocalPolicy] = {}
        self._held: dict[UUID, list[LocalPolicy]] = {}
        self._latest = _Latest()
        self.key = ECKey.generate_key("P-256", {"kid": kid, "use": "sig"}, private=True)
        self.kid = kid

    def verifier(self) -> TokenVerifier:
        """What `create_service(verifier=...)` takes: it believes this maker's tokens."""
        return _MadeVerifier(LocalKeys(lambda: {self.kid: self.key}), self._policies, self._latest)

    def jwks(self) -> dict[str, Any]:
        """The public keys as security serves them."""
        return {"keys": [self.key.as_dict(private=False)]}

    def transport(self) -> httpx.MockTransport:
        """A transport that answers every request with the JWKS, for `RemoteKeys`."""
        return httpx.MockTransport(lambda _request: httpx.Response(200, json=self.jwks()))

    def sign(self, claims: dict[str, Any], *, header: dict[str, Any] | None = None) -> str:
        """A token with exactly these claims."""
        return jwt.encode({"alg": "ES256", "kid": self.kid, **(header or {})}, claims, self.key, algorithms=["ES256"])

    def token(
        self,
        *,
        kind: Literal["staff", "player"] = "staff",
        subject: UUID | None = None,
        session: UUID | None = None,
        permissions: Iterable[str] = (),
        casinos: Iterable[UUID | str] = (EVERYWHERE,),
        modes: Mapping[DataClass, Mode] = ALL_CLEAR,
        ceilings: Mapping[str, int] = MappingProxyType({}),
        casino: UUID | None = None,
        grants: Iterable[Mapping[str, Iterable[UUID | str]]] | None = None,
        must_change_password: bool = False,
        tied_to: Iterable[UUID] = (),
        step_up_s: int | None = None,
        lifetime_s: int = 86_400,
        **claims: Any,
    ) -> str:
        """A token of a member of staff with `permissions` at `casinos`, shown data as in `modes`, or of a player.

        `ceilings` limits the amounts they are held for, as a role may.

        `grants` names permissions that are held at different casinos: `{"casinos": [...], "permissions": [...]}` each,
        and with `"role": [id]` by which role. `tied_to` are people who may be the same human.
        `step_up_s` is how old the proof of who it is may be for any of these permissions.
        Further claims override what is made up here; None takes a claim away.
        """
        now, who = int(time.time()), subject or uuid4()
        made: dict[str, Any] = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": str(who),
            "sid": str(session or uuid4()),
            "kind": kind,
            "iat": now,
            "exp": now + lifetime_s,
            "auth_time": now,
        }
        if kind == "player":
            made["casino"] = str(casino or uuid4())
        if must_change_password:
            made["pwc"] = True
        made.update(claims)
        held = grants if grants is not None else [{"casinos": casinos, "permissions": permissions}]
        token = self.sign({name: value for name, value in made.items() if value is not None})
        if made.get("act"):
            looks = {"casinos": [made["casino"]], "permissions": [SecurityPermission.IMPERSONATION_START]}
            self._policies[token] = LocalPolicy.holding(policy_of(UUID(made["act"]["sub"]), [looks], modes))
        elif kind != "player":
            policy = self._holding(who, held, modes, ceilings, tied_to, step_up_s)
            self._policies[token] = self._latest.of[who] = policy
            known = self._held.setdefault(who, [])
            if policy not in known:
                known.append(policy)
        return token

    def _holding(
        self,
        who: UUID,
        held: Iterable[Mapping[str, Iterable[UUID | str]]],
        modes: Mapping[DataClass, Mode],
        ceilings: Mapping[str, int],
        tied_to: Iterable[UUID],
        step_up_s: int | None,
    ) -> LocalPolicy:
        """The policy that says so; one for all tokens that say the same of somebody, so that it is worked out once."""
        grants = [{name: tuple(some) for name, some in one.items()} for one in held]
        ties = tuple(tied_to)
        said = tuple(tuple(one.items()) for one in grants)
        key = (who, said, tuple(modes.items()), tuple(ceilings.items()), ties, step_up_s)
        if key not in self._made:
            self._made[key] = LocalPolicy.holding(policy_of(who, grants, modes, ceilings, ties, step_up_s))
        return self._made[key]

    def forget(self, subject: UUID) -> None:
        """Whatever tokens that were made for somebody said they hold, they do not any more, as far as those are asked
        who decide while nobody is there.
        """
        self._held.pop(subject, None)

    def authority(self) -> Authority:
        """What `Service(authority=...)` takes: people hold what any of their tokens says."""
        return _MadeAuthority(self._held)


def policy_of(
    subject: UUID,
    held: Iterable[Mapping[str, Iterable[UUID | str]]],
    modes: Mapping[DataClass, Mode] = ALL_CLEAR,
    ceilings: Mapping[str, int] = MappingProxyType({}),
    tied_to: Iterable[UUID] = (),
    step_up_s: int | None = None,
) -> Policy:
    """A policy in which one subject holds these permissions at these casinos, and nobody anything else.

    A role of no casino is there, and held by nobody.
    """
    roles, given = {}, []
    for number, one in enumerate(held):
        names, places = frozenset(map(str, one["permissions"])), {str(place) for place in one["casinos"]}
        scope = CasinoScope.everything() if EVERYWHERE in places else CasinoScope.of(*map(UUID, places))
        grant = RoleGrant(id=f"test{number}@1#1", permissions=names, modes=modes, ceilings=ceilings, exact=names)
        role = PolicyRole(id=_role_id(one), name=f"test{number}", version=1, grants=(grant,))
        roles[role.id] = role
        if places:
            given.append(PolicyAssignment(id=uuid4(), role_id=role.id, scope=scope))
    known = {name for role in roles.values() for grant in role.grants for name in grant.permissions}
    ties = tuple(Tie(other=one, until=datetime.max.replace(tzinfo=UTC)) for one in tied_to)
    return Policy(
        version=1,
        issued_at=datetime.now(UTC),
        permissions={name: PermissionMeta(id=name, step_up_s=step_up_s) for name in known},
        roles=roles,
        subjects={subject: PolicySubject(id=subject, assignments=tuple(given), ties=ties)},
    )


def _role_id(held: Mapping[str, Iterable[UUID | str]]) -> UUID:
    """The role's id: the one that is named, where a test gives somebody a role that others hold as well."""
    return next((UUID(str(one)) for one in held.get("role", ())), uuid4())


class _Latest:
    """What the last token that was made for somebody says they hold, for what runs while they are not there."""

    def __init__(self) -> None:
        self.of: dict[UUID, LocalPolicy] = {}
        self.policy: Policy | None = None

    def standing(self) -> Standing:
        return FRESH

    def access(self, asking: Asking) -> Access | None:
        held = self.of.get(asking.subject_id)
        return None if held is None else held.access(asking)

    async def look(self) -> None:
        return None

    def now(self) -> datetime:
        return datetime.now(UTC)

    async def at_least(self, _version: int) -> bool:
        return True


class _MadeVerifier(TokenVerifier):
    """Knows of each token that was made what its bearer holds; of any other, that they hold nothing."""

    def __init__(self, keys: LocalKeys, policies: Mapping[str, LocalPolicy], latest: Held) -> None:
        super().__init__(keys)
        self.policy = latest
        self._policies = policies
        self._nothing = LocalPolicy.holding(Policy(version=1, issued_at=datetime.now(UTC)))

    async def verify(self, token: str) -> Caller:
        caller = await super().verify(token)
        return replace(caller, held=self._policies.get(token, self._nothing))


class _MadeAuthority:
    def __init__(self, held: Mapping[UUID, Iterable[LocalPolicy]]) -> None:
        self._held = held

    async def look(self) -> None:
        """See Authority."""

    def may(self, subject_id: UUID, wish: Wish, *, since: datetime, now: datetime) -> bool:
        """See Authority."""
        policies = map(PolicyAuthority, self._held.get(subject_id, ()))
        return any(one.may(subject_id, wish, since=since, now=now) for one in policies)

    def apart(self, one: UUID, other: UUID, *, now: datetime) -> bool:
        """See Authority."""
        policies = [policy for who in (one, other) for policy in self._held.get(who, ())]
        return one != other and all(PolicyAuthority(policy).apart(one, other, now=now) for policy in policies)


@cache
def default_maker() -> TokenMaker:
    """The maker all tests of a process share."""
    return TokenMaker()


def make_token(**options: Any) -> str:
    """A token of the shared maker; see `TokenMaker.token`."""
    return default_maker().token(**options)


def forget(subject: UUID) -> None:
    """See `TokenMaker.forget`."""
    default_maker().forget(subject)


def test_verifier() -> TokenVerifier:
    """A verifier that believes the shared maker's tokens: `create_service(..., verifier=test_verifier())`."""
    return default_maker().verifier()


def test_authority() -> Authority:
    """What the bearers of the shared maker's tokens hold: `Service(..., authority=test_authority())`."""
    return default_maker().authority()


test_verifier.__test__ = False  # type: ignore[attr-defined]
test_authority.__test__ = False  # type: ignore[attr-defined]


def bearer(token: str) -> dict[str, str]:
    """The header that carries a token."""
    return {"Authorization": f"Bearer {token}"}
