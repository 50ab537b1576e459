"""What the gateway itself serves, as its OpenAPI document tells it; what services serve is generated from theirs.

`/api/live` names the live lists there are, which services tell as the filters that their own `/live` takes.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, Literal

from pydantic import BaseModel, Field
from pydantic.json_schema import models_json_schema

from chassis.http.problems import MEDIA_TYPE
from gateway.routes import Route

LIVE: Final = "/api/live"

_Service = Field(description="Whose list it is")
_List = Field(description="The list as its service calls it, `withdrawals`")


class LiveReady(BaseModel):
    """`ready`: lists are followed. Read them now; what happens from here on is told. Told once, and again after
    `trouble`."""

    service: str = _Service
    lists: Sequence[str]


class LiveRow(BaseModel):
    """`row`: a row is new or changed."""

    service: str = _Service
    list: str = _List
    id: Any
    row: dict[str, Any] = Field(description="As the list itself would show it to the caller now")


class LiveGone(BaseModel):
    """`gone`: a row is not in the list any more."""

    service: str = _Service
    list: str = _List
    id: Any


class LiveResync(BaseModel):
    """`resync`: the list is to be read anew."""

    service: str = _Service
    list: str = _List
    reason: Literal["missed", "unread", "sight_changed"] = Field(
        description="`missed`: what happened cannot be told one by one; `unread`: changed rows could not be read; "
        "`sight_changed`: the caller is shown more or less than before"
    )


class LiveTrouble(BaseModel):
    """`trouble`: lists are not followed just now. They are tried again, and the others go on."""

    service: str = _Service
    lists: Sequence[str] | None = Field(
        default=None, description="All lists of a service that is away, as they were named; `ready` once it is back"
    )
    list: str | None = Field(default=None, description="One list that could not begin; `resync` once it has")
    code: str = Field(description="The code of the problem, or `unread`")


class LiveClose(BaseModel):
    """`close`: the end of the stream, and why."""

    code: str = Field(
        description="`restarting`, `policy_stale`: come back; `unauthenticated`: the session is over, or the token; "
        "`forbidden`, `step_up_needed`: `list` may not be followed any more; else the code of a problem"
    )
    service: str | None = None
    list: str | None = None


_EVENTS: Final[Mapping[str, type[BaseModel]]] = {
    "ready": LiveReady,
    "row": LiveRow,
    "gone": LiveGone,
    "resync": LiveResync,
    "trouble": LiveTrouble,
    "close": LiveClose,
}

_REFUSED: Final[Mapping[str, str]] = {
    "400": "`LST_NOT_LIVE`: a list is not named as it must be, is not live, or a parameter belongs to none of them. "
    "`LST_WRONG_PLACE`: `after` is no id of such a stream. `LST...`: a filter is not understood",
    "401": "`unauthenticated`: neither a token nor a session that is good",
    "403": "`forbidden`: one of the lists is not open to the caller; nothing is followed then",
    "404": "`not_found`: the path of a list names something that is not there for the caller",
    "429": "`too_many_streams`: the session, or the person in all sessions, follows as many streams as one may. "
    "`too_many_requests`: too many requests, or streams begun",
    "503": "`service_unavailable`: sessions cannot be looked up. `policy_stale`: nobody can say who may what. "
    "A service that is away is no refusal: `trouble` tells of it",
}

_JSON: Final[dict[str, Any]] = {"application/json": {}}

_DESCRIPTION: Final = (
    "Server-sent events about the rows of lists of any services as they change, in one stream. What is told of a list "
    "is what it would show the caller at that moment. An event may have an `id`: whoever comes back with it "
    "(`Last-Event-ID`, which browsers send by themselves, or `after`) is told what happened meanwhile, up to five "
    "minutes. To a browser with a session's cookie the stream goes on as long as the session and its permissions; that "
    "it goes on is no use of the session. A stream with an access token ends with it."
)

OWN_ROUTES: Final = [
    Route("gateway", "GET", LIVE, public=False, upload=False, access="any person"),
    *(
        Route("gateway", "GET", path, public=True, upload=False, access="public")
        for path in ("/openapi.json", "/docs", "/docs/{name}", "/healthz", "/readyz")
    ),
]


def own_schemas() -> dict[str, Any]:
    """The schemas of the events."""
    _, made = models_json_schema(
        [(one, "serialization") for one in _EVENTS.values()], ref_template="#/components/schemas/{model}"
    )
    return {f"gateway.{name}": schema for name, schema in made["$defs"].items()}


def own_paths(paths: Mapping[str, Any]) -> dict[str, Any]:
    """The gateway's own paths, beside those of all services."""
    return {
        LIVE: {"get": _live(list(_filters(paths)))},
        "/openapi.json": _public("openapi", "What whoever asks may ask for, as OpenAPI 3.1", _JSON),
        "/docs": _public("docs", "A page that shows the same, and asks", {"text/html": {}}),
        "/docs/{name}": _public(
            "docs_asset", "The page's script and style", {"text/css": {}, "text/javascript": {}}, "name"
        ),
        "/healthz": _public("healthz", "Whether the process lives", _JSON),
        "/readyz": _public("readyz", "Whether the process can work; the answer is 503 when it cannot", _JSON),
    }


def _filters(paths: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for path, item in paths.items():
        service, live = path.split("/")[2], path.endswith("/v1/live")
        for one in item["get"]["parameters"] if live and "get" in item else ():
            if "x-list" in one:
                yield {**one, "name": f"{service}.{one['name']}"}


def _live(filters: list[dict[str, Any]]) -> dict[str, Any]:
    text = {"type": "string"}
    lists = "1 to 20 lists by their service and address, `payments.withdrawals,backoffice.players`"
    last = "Sent by browsers that come back; it goes before `after`"
    events = {name: {"$ref": f"#/components/schemas/gateway.{model.__name__}"} for name, model in _EVENTS.items()}
    return {
        **_said("follow_lists", "Follow the live lists of all services", _DESCRIPTION),
        "security": [{"accessToken": []}],
        "x-access": "any person",
        "parameters": [
            {"name": "lists", "in": "query", "required": True, "schema": text, "description": lists},
            {"name": "after", "in": "query", "required": False, "schema": text, "description": "An `id` to go on from"},
            {"name": "Last-Event-ID", "in": "header", "required": False, "schema": text, "description": last},
            *filters,
        ],
        "responses": {
            "200": {
                "description": "The stream. `x-events` has the shape of each event's data, which is one line of JSON.",
                "content": {"text/event-stream": {"schema": text, "x-events": events}},
            },
            **{status: _problem(description) for status, description in _REFUSED.items()},
        },
    }


def _public(name: str, summary: str, content: dict[str, Any], *parameters: str) -> dict[str, Any]:
    told = [{"name": one, "in": "path", "required": True, "schema": {"type": "string"}} for one in parameters]
    responses = {"200": {"description": summary + ".", "content": content}}
    operation = {**_said(name, summary, summary + "."), "security": [], "x-access": "public", "responses": responses}
    return {"get": {**operation, "parameters": told}}


def _said(name: str, summary: str, description: str) -> dict[str, Any]:
    return {"operationId": f"gateway_{name}", "summary": summary, "description": description, "tags": ["gateway"]}


def _problem(description: str) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Problem"}
    return {"description": description, "content": {MEDIA_TYPE: {"schema": schema}}}
