"""A page as an answer: a bare JSON array, one object, or CSV, with what surrounds it in headers.

Clients of PostgREST expect the array, Content-Range for the count and 206 for a part; the page before and behind stand
in `Link` (RFC 8288), so that a body is nothing but rows in every form. They are references to be resolved against the
address that was asked (section 3.1): a service does not know by which name it was reached, and believes no header. The
gateway does, and makes them absolute.
"""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Literal
from urllib.parse import quote, urlencode

from pydantic_core import to_json
from starlette.requests import Request
from starlette.responses import Response

from chassis.files.cells import defused
from chassis.http.listing import errors
from chassis.http.listing.cost import Total
from chassis.http.listing.errors import declined

Form = Literal["array", "object", "csv"]

OBJECT: Final = "application/vnd.pgrst.object+json"
ARRAY: Final = "application/vnd.pgrst.array+json"
_IN_PATHS: Final = "/-._~!$&'()*+,=:@"
_FORMS: Final[dict[str, Form]] = {
    OBJECT: "object",
    "application/json": "array",
    ARRAY: "array",
    "application/*": "array",
    "*/*": "array",
    "text/csv": "csv",
}


@dataclass(frozen=True, slots=True)
class Shown:
    """A page, ready to be written.

    Attributes:
        columns: their names, in order.
        rows: masked; a column that is not the caller's to know in one row is missing there.
        first: the number of the first row; None on pages found by a cursor.
        before, after: cursors of the neighbouring pages.
    """

    columns: tuple[str, ...]
    rows: Sequence[Mapping[str, Any]]
    first: int | None
    total: Total | None = None
    before: str | None = None
    after: str | None = None
    applied: tuple[str, ...] = ()


def form_asked_for(accept: str) -> Form:
    """The form, by the first acceptable media type; 406 when there is none. Weights are not read."""
    if not accept.strip():
        return "array"
    for part in accept.split(","):
        form = _FORMS.get(part.partition(";")[0].strip().lower())
        if form is not None:
            return form
    raise declined(406, errors.NO_SUCH_FORM, f"Accept one of {', '.join(list(_FORMS)[:2])} and text/csv.")


def answer(request: Request, form: Form, page: Shown) -> Response:
    """The page. 406 when one object is asked for and there is not exactly one row."""
    headers = {"Content-Range": content_range(page), "Cache-Control": "no-store", "Vary": "Accept, Prefer"}
    links = [_link(request, name, cursor, rel) for name, cursor, rel in _neighbours(page)]
    if links:
        headers["Link"] = ", ".join(links)
    counted = () if page.total is None else (f"count={page.total.how}",)
    if applied := (*counted, *page.applied):
        headers["Preference-Applied"] = ", ".join(applied)
    if form == "object":
        if len(page.rows) != 1:
            found = f"There are {len(page.rows) or 'no'} rows, and one was asked for."
            raise declined(406, errors.NOT_ONE, found, "Narrow the filter to one row, or accept application/json.")
        return Response(to_json(page.rows[0]), media_type=OBJECT, headers=headers)
    status = 206 if page.total is not None and 0 < len(page.rows) < page.total.rows else 200
    if form == "csv":
        content: bytes = as_csv(page.columns, page.rows).encode()
        return Response(content, status, media_type="text/csv", headers=headers)
    return Response(to_json(list(page.rows)), status, media_type="application/json", headers=headers)


def content_range(page: Shown) -> str:
    """`0-24/321`; `*` for what is not known: the place of a page found by a cursor, a number nobody asked for."""
    total = "*" if page.total is None else str(max(page.total.rows, len(page.rows)))
    if page.first is None or not page.rows:
        return f"*/{total}"
    return f"{page.first}-{page.first + len(page.rows) - 1}/{total}"


def as_csv(columns: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> str:
    """Rows as CSV (RFC 4180). Text that a spreadsheet would take for a formula gets a quote in front; NULL is empty,
    the empty text is in quotes, arrays are JSON, times are in UTC."""
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_MINIMAL, lineterminator="\r\n")
    writer.writerow(columns)
    return out.getvalue() + csv_lines(columns, rows)


def csv_lines(columns: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> str:
    """Rows without the headings."""
    return "".join(",".join(csv_cell(row.get(name)) for name in columns) + "\r\n" for row in rows)


def csv_cell(value: Any) -> str:
    """One cell."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime):
        value = value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    elif isinstance(value, (list, dict)):
        value = json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)
    elif isinstance(value, str):
        value = defused(value)
    written = str(value)
    if not written or any(character in written for character in ',"\r\n'):
        return '"' + written.replace('"', '""') + '"'
    return written


def _neighbours(page: Shown) -> list[tuple[str, str, str]]:
    both = [("after", page.after, "next"), ("before", page.before, "prev")]
    return [(name, cursor, rel) for name, cursor, rel in both if cursor is not None]


def _link(request: Request, name: str, cursor: str, rel: str) -> str:
    kept = [
        (key, value) for key, value in request.query_params.multi_items() if key not in ("after", "before", "offset")
    ]
    return f'<{quote(request.scope["path"], safe=_IN_PATHS)}?{urlencode([*kept, (name, cursor)])}>; rel="{rel}"'
