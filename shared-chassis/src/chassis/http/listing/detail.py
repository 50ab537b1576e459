"""One thing alone, shown as its list shows it: whoever does not see a field there does not see it here either."""

from typing import Any
from uuid import UUID

from pydantic import BaseModel
from pydantic_core import to_jsonable_python
from sqlalchemy import select
from starlette.requests import Request
from starlette.responses import JSONResponse

from chassis.auth.caller import Caller
from chassis.db import Database
from chassis.domain import NotFound
from chassis.http.listing.events import contents
from chassis.http.listing.masking import masked
from chassis.http.listing.spec import ListSpec


def as_listed(spec: ListSpec, view: BaseModel, request: Request, caller: Caller, casino: UUID | None) -> JSONResponse:
    """The answer of a detail route.

    Fields of the list are masked as in the list. What the page has beside them (the movements of a round) is shown
    as the contents of events are, `contents`.

    Args:
        casino: of the thing.
    """
    whole = view.model_dump()
    listed = {name: value for name, value in whole.items() if name in spec.fields}
    shown = masked(listed, spec.fields, caller, casino, request.app.state.cursor_key)
    beside = {name: value for name, value in whole.items() if name not in spec.fields}
    told = {**contents(beside, caller, casino), **shown}
    return JSONResponse(to_jsonable_python({name: told[name] for name in whole if name in told}))


async def one_of(
    spec: ListSpec, item: type[BaseModel], key: Any, request: Request, caller: Caller, db: Database
) -> JSONResponse:
    """The answer of a detail route that shows a row of a list and nothing beside it.

    Args:
        item: what a row of the list is; the list's fields that are columns make it.
        key: of the row.
    Raises:
        NotFound: there is none, or it is of a casino that the caller does not see.
    """
    columns = [field.column.label(name) for name, field in spec.fields.items() if field.column is not None]
    async with db.read() as connection:
        found = await connection.execute(select(*columns).where(spec.id_column == key))
        row = found.mappings().one_or_none()
    if row is None:
        raise NotFound
    caller.must_see(row["casino_id"])
    return as_listed(spec, item.model_validate(dict(row)), request, caller, row["casino_id"])


def as_told(told: Any, caller: Caller, casino: UUID | None) -> JSONResponse:
    """The answer of a route that shows something of a casino and has no list: as the contents of events are."""
    return JSONResponse(to_jsonable_python(contents(told, caller, casino)))
