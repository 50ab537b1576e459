"""The policy as data: what the permissions are, what the roles allow, who holds them, and what a decision says.

Security makes a policy, signs it and gives it to every service; services decide by their copy and ask nobody. All of it
is immutable. Patterns of roles are expanded before a policy is published, so that whoever decides compares names.
"""

from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from chassis.auth.permissions import DataClass, Risk
from chassis.store.context import CasinoScope

Effect = Literal["allow", "deny"]
Mode = Literal["none", "hash", "mask", "clear"]
"""How much is shown of a kind of data, from nothing to all."""

MODES: Final[tuple[Mode, ...]] = ("none", "hash", "mask", "clear")
"""From the least to the most; where two grants say different things the greater holds, unless one denies."""

SubjectKind = Literal["staff", "client"]

Outcome = Literal["allow", "deny", "challenge", "four_eyes"]

Code = Literal[
    "unauthenticated",
    "revoked",
    "explicit_deny",
    "not_for_impersonation",
    "not_for_clients",
    "not_for_break_glass",
    "not_granted",
    "out_of_scope",
    "over_ceiling",
    "expired",
    "not_yet",
    "step_up_needed",
    "approval_needed",
    "policy_stale",
    "allowed",
]
"""Why, in the order in which it is asked; `policy_stale` stands before all of them when the copy is too old."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PermissionMeta:
    """What of a permission's declaration a decision needs."""

    id: str
    risk: Risk = "normal"
    data_classes: tuple[DataClass, ...] = ()
    step_up_s: int | None = None
    four_eyes: bool = False
    impersonation: bool = False
    api_client: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleGrant:
    """One line of a role, expanded.

    Attributes:
        id: `role-name@version#line`, for explanations.
        permissions: names, no patterns.
        scope: the casinos it holds for, within those of the assignment.
        modes: for these kinds of data, how much is shown.
            Those of a deny lower what all other grants show within its scope, whatever the permission; a deny
            without permissions does only that.
        ceilings: the largest amount, in minor units by currency; a currency that is missing is not limited by a grant
            without ceilings, and not allowed by a grant with some. They matter where an amount is asked about.
        exact: those permissions that the role names in full, not by a pattern.
    """

    id: str
    permissions: frozenset[str] = frozenset()
    effect: Effect = "allow"
    scope: CasinoScope = field(default_factory=CasinoScope.everything)
    modes: Mapping[DataClass, Mode] = field(default_factory=dict)
    ceilings: Mapping[str, int] = field(default_factory=dict)
    exact: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyRole:
    """A role in the version that holds."""

    id: UUID
    name: str
    version: int
    grants: tuple[RoleGrant, ...] = ()
    break_glass: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyAssignment:
    """Somebody holds a role, somewhere, for some time. Its end needs no event: whoever decides looks at the clock."""

    id: UUID
    role_id: UUID
    scope: CasinoScope
    not_before: datetime | None = None
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tie:
    """One human may be behind somebody and this other one, who gave him a new password, so neither is the other's
    second person.

    Attributes:
        until: by then the tie is taken to be over.
    """

    other: UUID
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicySubject:
    """A member of staff or a partner's client.

    Attributes:
        active: False: whatever they hold counts for nothing.
        sessions_from: tokens issued before this moment are worth nothing. It is compared by the second, because tokens
            know no more; sessions of the same second are ended one by one.
        ties: whom he is not apart from; it counts both ways.
    """

    id: UUID
    kind: SubjectKind = "staff"
    active: bool = True
    sessions_from: datetime | None = None
    assignments: tuple[PolicyAssignment, ...] = ()
    ties: tuple[Tie, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Everything that holds, in one version. Versions only grow."""

    version: int
    issued_at: datetime
    permissions: Mapping[str, PermissionMeta] = field(default_factory=dict)
    roles: Mapping[UUID, PolicyRole] = field(default_factory=dict)
    subjects: Mapping[UUID, PolicySubject] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How good the copy is by which somebody decides.

    Attributes:
        age_s: how long ago security last confirmed it.
        ended: sessions that are over though their tokens are not.
    """

    age_s: float = 0.0
    ended: Container[UUID] = frozenset()


FRESH: Final = Standing()


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """Who asks, as their token says.

    Attributes:
        authenticated_at: when the person last proved who they are.
        issued_at: when the token was made.
        impersonating: the token was made for looking at things as a player sees them.
    """

    subject_id: UUID
    kind: SubjectKind = "staff"
    session_id: UUID | None = None
    issued_at: datetime | None = None
    authenticated_at: datetime | None = None
    amr: frozenset[str] = frozenset()
    impersonating: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is asked for: a permission, for a casino (None: anywhere at all), for an amount where one matters."""

    permission: str
    casino_id: UUID | None = None
    amount_minor: int | None = None
    currency: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What a policy says to a wish.

    Attributes:
        rules: the grants that decided, by their ids.
        explanation: one sentence for a person.
        scope: where it holds, for an answer that is not limited to one casino.
        modes: how much is shown of each kind of data.
        max_age_s: for `challenge`: how old the proof of who it is may be.
    """

    outcome: Outcome
    code: Code
    explanation: str
    version: int
    rules: tuple[str, ...] = ()
    scope: CasinoScope = field(default_factory=CasinoScope.of)
    modes: Mapping[DataClass, Mode] = field(default_factory=dict)
    max_age_s: int | None = None

    @property
    def allowed(self) -> bool:
        """Whether it may be done, if only by proposing it to a second person."""
        return self.outcome in ("allow", "four_eyes")
