"""What is said about why somebody may do something."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, Field

Outcome = Literal["allow", "deny", "challenge", "four_eyes"]


class MatchingGrant(BaseModel):
    """A line of a role that names the permission, and how the person came by it. `counts` says whether it matters for
    this casino at this moment; `decided`, whether the decision rests on it.
    """

    rule: str
    role: str
    role_version: int
    effect: str
    assignment_id: UUID
    casinos: list[str] | None = Field(description="where it holds; null: for the whole operator")
    not_before: datetime | None
    expires_at: datetime | None
    ceilings: dict[str, int]
    modes: dict[str, str]
    counts: bool
    decided: bool


class Explanation(BaseModel):
    """The decision as every service would make it for somebody who has just logged in."""

    subject_id: UUID
    permission: str
    casino_id: UUID | None
    outcome: Outcome
    code: str
    explanation: str
    modes: dict[str, str]
    grants: list[MatchingGrant]


class Able(BaseModel):
    """Somebody who may."""

    subject_id: UUID
    login: str
    name: str
    outcome: Outcome
    casinos: list[str] | None = Field(description="where; null: for the whole operator")
    except_casinos: list[str]
    rules: list[str]


class WhoCan(BaseModel):
    permission: str
    casino_id: UUID | None
    people: list[Able]


class Held(BaseModel):
    """A permission, and where it is held."""

    permission: str
    risk: str
    outcome: Outcome
    casinos: list[str] | None = Field(description="where; null: for the whole operator")
    except_casinos: list[str]
    modes: dict[str, str]
    rules: list[str]


class WhatCan(BaseModel):
    subject_id: UUID
    permissions: list[Held]
