"""Views as requests and answers have them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints

from chassis.http.models import StrictModel
from chassis.views.content import Columns, Filter, Name, Order, Searched, ViewColumn, ViewContent
from chassis.views.desk import MOST_PINNED

Visibility = Literal["private", "role", "casino"]
Address = Annotated[
    str,
    StringConstraints(min_length=1, max_length=200),
    Field(description="Of the list, with the parameters in it unfilled, as its `/meta` tells it"),
]
Pinned = Annotated[list[UUID], Field(max_length=MOST_PINNED, description="On top, in this order")]


class _Shared(StrictModel):
    """How a view is named, and who sees it."""

    name: Name
    visibility: Visibility = Field(
        default="private",
        description="`private`: its owner; `role`: who holds the role (at the casino, if one is named); `casino`: who "
        "sees the list there",
    )
    role_id: UUID | None = None
    casino_id: UUID | None = None
    role_default: bool = Field(default=False, description="Those who hold the role begin with it")


class ViewBody(ViewContent, _Shared):
    """A view as it shall be."""


class WholeViewBody(ViewBody):
    """A view as it shall be, whole: what a change leaves out would be gone, so it leaves out nothing that narrows."""

    visibility: Visibility
    filter: Filter
    order: Order
    columns: Columns
    q: Searched


class NewViewBody(ViewBody):
    list: Address


class RestoreBody(StrictModel):
    version: Annotated[int, Field(ge=1, le=2**31 - 1)]


class ChoiceBody(StrictModel):
    list: Address
    default: UUID | None = Field(default=None, description="The view to begin with; without one, that of a role")
    pinned: Pinned


class ViewKept(BaseModel):
    """A view as it is kept, without what it asks for."""

    id: UUID
    list: str = Field(description="The list's address, with the parameters in it unfilled")
    name: str
    visibility: str
    role_id: UUID | None
    casino_id: UUID | None
    role_default: bool
    owner_id: UUID
    version: int
    created_at: datetime
    changed_at: datetime
    changed_by: UUID


class ViewItem(ViewKept):
    """A view in the list of views."""

    offered: bool = Field(
        description="It is for the caller: their own, or shared with them. Else they look after it for others"
    )
    default: bool = Field(description="The caller begins with it")
    pinned: int | None = Field(description="Its place among those on top, from 1; null: it is none of them")


class VersionItem(BaseModel):
    """What a view was called once, and who saw it then."""

    version: int
    name: str
    visibility: str
    role_id: UUID | None
    casino_id: UUID | None
    role_default: bool
    deleted: bool = Field(description="With this version it was removed")
    changed_at: datetime
    changed_by: UUID


class ShownContent(BaseModel):
    """What a view holds. `***` stands for values that are hidden from the caller."""

    filter: dict[str, Any] | None
    order: str | None
    columns: Sequence[ViewColumn]
    density: str
    q: str | None
    unusable: Sequence[str] = Field(description="Labels of fields it uses and the caller cannot: lists refuse it then")


class ViewVersion(VersionItem, ShownContent):
    """A view as it was once."""


class ViewShown(ViewKept, ShownContent):
    """A view as it is."""


class ViewRemoved(BaseModel):
    """It is gone; `restore` brings it back."""

    id: UUID
    version: int


class Choice(BaseModel):
    """What the caller begins with."""

    at: str
    list: str
    default: UUID | None
    pinned: Sequence[UUID]
