"""What is said about roles."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from pydantic import BaseModel, Field, StringConstraints, field_validator, model_validator

from chassis.auth import DataClass
from chassis.http import Reason, StrictModel
from contracts.money import KnownCurrency
from security.domain.grants import Effect, Grant, Mode, usual
from security.domain.role.aggregate import Version
from security.read_models.role_list import RoleStatus

Pattern = Annotated[
    str, StringConstraints(pattern=r"^(\*|[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*(\.\*)?)$", max_length=100)
]
Amount = Annotated[int, Field(ge=0, le=10**18)]

MOST_GRANTS = 300


class GrantBody(StrictModel):
    """One line of a role."""

    pattern: Pattern = Field(description="a permission, or a pattern ending in .* for all beneath")
    effect: Effect = Field(default="allow", description="what is denied by any line is not allowed by another")
    casinos: Annotated[list[Annotated[str, StringConstraints(max_length=36)]], Field(min_length=1, max_length=500)] = (
        Field(default=["*"], description="where it holds, within the casinos the role is given for; * for all of them")
    )
    modes: dict[DataClass, Mode] = Field(default={}, description="how much is shown of these kinds of data")
    ceilings: Annotated[dict[KnownCurrency, Amount], Field(max_length=200)] = Field(
        default={},
        description="the largest amount in minor units by currency; empty: any amount. Only for permissions that have "
        "amounts; of a pattern it limits those that have them",
    )
    auto_extend: bool = Field(default=False, description="whether a pattern reaches what is declared later, too")

    @field_validator("casinos")
    @classmethod
    def _ids_or_all(cls, given: list[str]) -> list[str]:
        if given == ["*"]:
            return given
        try:
            return sorted({str(UUID(one)) for one in given})
        except ValueError:
            raise ValueError("name casino ids, or * alone") from None

    @classmethod
    def of(cls, grant: Grant) -> "GrantBody":
        """A line as it is sent and shown."""
        told: dict[str, Any] = msgspec.to_builtins(grant)
        return cls.model_validate({name: told[name] for name in cls.model_fields})

    def grant(self) -> Grant:
        """The line as roles keep it."""
        return Grant(
            pattern=self.pattern,
            effect=self.effect,
            casinos=tuple(self.casinos),
            modes={str(name): mode for name, mode in self.modes.items()},
            ceilings=dict(self.ceilings),
            auto_extend=self.auto_extend,
        )


class Lines(StrictModel):
    """What a role allows: lines, or the short form for lines that allow everywhere, any amount, with people masked."""

    grants: Annotated[list[GrantBody], Field(min_length=1, max_length=MOST_GRANTS)] | None = None
    permissions: Annotated[list[Pattern], Field(min_length=1, max_length=MOST_GRANTS)] | None = Field(
        default=None,
        description="instead of grants: exact permissions, or patterns ending in .* for all beneath; with names and "
        "addresses masked, money and limits of play in clear",
    )

    @model_validator(mode="after")
    def _one_of_them(self) -> "Lines":
        if self.grants is not None and self.permissions is not None:
            raise ValueError("give grants or permissions, not both")
        return self

    def lines(self) -> tuple[Grant, ...] | None:
        """What was given; None: neither."""
        if self.permissions is not None:
            return tuple(map(usual, sorted(set(self.permissions))))
        return None if self.grants is None else tuple(one.grant() for one in self.grants)


class RequiredLines(Lines):
    """The same, where one of the two must be there."""

    @model_validator(mode="after")
    def _at_least_one(self) -> "RequiredLines":
        if self.grants is None and self.permissions is None:
            raise ValueError("give grants or permissions")
        return self

    def given(self) -> tuple[Grant, ...]:
        """What was given."""
        return self.lines() or ()


Text = Annotated[str, StringConstraints(max_length=2000)]
Owner = Annotated[str, StringConstraints(max_length=120)]


class DefineRoleBody(RequiredLines):
    name: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{1,59}$")]
    description: Text = ""
    owner: Owner = Field(default="", description="who answers for it: a person or a department")
    review_by: date | None = Field(default=None, description="the day by which somebody looks at it again")


class DraftBody(RequiredLines):
    pass


class PublishBody(Lines):
    """Without lines, those of the draft are published; what else is not said stays as it was."""

    reason: Reason
    description: Text | None = None
    owner: Owner | None = None
    review_by: date | None = None


class RetireBody(StrictModel):
    reason: Reason


class SimulateBody(Lines):
    """Without lines, those of the draft are tried."""

    days: Annotated[int, Field(ge=1, le=90)] = Field(default=30, description="how far back decisions are looked at")


Unlimited = Annotated[
    list[str], Field(description="permissions that lines with a ceiling allow in any amount: they have no amounts")
]


class RoleDefinedReply(BaseModel):
    role_id: UUID
    unlimited: Unlimited = []


class VersionPublished(BaseModel):
    role_id: UUID
    version: int
    unlimited: Unlimited = []


class RoleItem(BaseModel):
    """A role in the list. `warnings`: permissions it names that no service declares any more. `review_overdue`: the day
    by which somebody was to look at it again is over.
    """

    role_id: UUID
    name: str
    description: str
    owner: str
    review_by: date | None
    status: RoleStatus
    version: int
    permissions: list[str]
    break_glass: bool
    changed_at: datetime
    review_overdue: bool
    warnings: list[str]


class Reach(BaseModel):
    """The permissions a line stands for now."""

    permissions: list[str]
    unlimited: Unlimited = []


Reaches = Annotated[list[Reach], Field(description="what each of the lines stands for now, in their order")]


class VersionItem(BaseModel):
    version: int
    description: str
    owner: str
    review_by: date | None

    @classmethod
    def of(cls, version: Version) -> "VersionItem":
        return cls(
            version=version.number,
            description=version.description,
            owner=version.owner,
            review_by=version.review_by,
        )


class VersionListed(VersionItem):
    """A version in the list of a role's versions."""

    permissions: list[str]
    published_at: datetime
    published_by: str


class VersionView(VersionItem):
    """A version, which never changes; what its patterns stand for may. Its lines are told as they are sent, so that
    they can be changed and sent back.
    """

    grants: list[GrantBody]
    reach: Reaches


class RoleView(BaseModel):
    """A role with the version that holds, and the draft of the next one."""

    role_id: UUID
    name: str
    status: RoleStatus
    break_glass: bool
    current: VersionView
    draft: list[GrantBody] | None
    draft_reach: Reaches | None
    warnings: list[str]


class Difference(BaseModel):
    """What the second version says that the first does not, and the reverse; lines, and permissions by casino."""

    grants_added: list[GrantBody]
    grants_removed: list[GrantBody]
    permissions_added: dict[str, list[str]]
    permissions_removed: dict[str, list[str]]


class Loss(BaseModel):
    """A permission somebody would lose (or get), where, and how often it was used lately."""

    staff_id: UUID
    permission: str
    casinos: list[str]
    used: int


class Simulation(BaseModel):
    """What would change for the holders of the role, and how often it mattered lately."""

    role_id: UUID
    days: int
    holders: int
    people_losing: int
    permissions_lost: int
    used: int
    losses: list[Loss]
    people_gaining: int
    permissions_gained: int
    refused_until_now: int
    gains: list[Loss]
