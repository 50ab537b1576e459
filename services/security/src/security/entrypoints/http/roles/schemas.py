"""What is said about roles."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints

from chassis.http import Reason, StrictModel

Pattern = Annotated[
    str, StringConstraints(pattern=r"^(\*|[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*(\.\*)?)$", max_length=100)
]


class DefineRoleBody(StrictModel):
    name: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{1,59}$")]
    permissions: Annotated[list[Pattern], Field(min_length=1, max_length=300)] = Field(
        description="Exact permissions, or a pattern ending in .* for all beneath"
    )


class ChangePermissionsBody(StrictModel):
    permissions: Annotated[list[Pattern], Field(min_length=1, max_length=300)]
    reason: Reason


class RoleDefinedReply(BaseModel):
    role_id: UUID


class RoleView(BaseModel):
    """A role as it stands."""

    role_id: UUID
    name: str
    permissions: list[str]
    changed_at: datetime
