"""What a console needs to know of whoever sits before it."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, Field

from security.entrypoints.http.break_glass.schemas import BreakGlassItem
from security.entrypoints.http.elevations.schemas import ElevationItem
from security.entrypoints.http.staff.schemas import Assignment


class MyPermission(BaseModel):
    """What is held, and where. With `step_up_s` it asks for a proof of who it is that is not older."""

    permission: str
    risk: str
    casinos: list[str] | None = Field(description="where; null: for the whole operator")
    except_casinos: list[str]
    modes: dict[str, str] = Field(description="how much is shown of each kind of data, in all of these casinos")
    step_up_s: int | None
    four_eyes: bool


class MyFactor(BaseModel):
    factor_id: UUID
    kind: str
    name: str


class MySession(BaseModel):
    session_id: UUID
    started_at: datetime
    ends_at: datetime
    authenticated_at: datetime = Field(description="when it was last proved who this is")
    amr: list[str] = Field(description="how (RFC 8176)")
    browser: bool


class Me(BaseModel):
    """Who is logged in and what he may do. Of a player it says who he is and, where a member of staff looks at things
    as he does, which one; the rest is empty.
    """

    kind: Literal["staff", "player"]
    subject_id: UUID
    login: str | None = None
    name: str | None = None
    contractor: bool = False
    casino_id: UUID | None = Field(default=None, description="a player's")
    impersonated_by: UUID | None = Field(default=None, description="the member of staff who looks at things as he does")
    must_change_password: bool = False
    must_add_factor: bool = False
    factor_due_at: datetime | None = None
    permissions: list[MyPermission] = []
    roles: list[Assignment] = Field(default=[], description="those that are over are left out")
    elevations: list[ElevationItem] = Field(default=[], description="those that wait for an answer or are under way")
    break_glass: BreakGlassItem | None = Field(default=None, description="the emergency that is open")
    factors: list[MyFactor] = []
    recovery_codes_left: int = 0
    session: MySession | None = None
