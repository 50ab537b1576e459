"""A small service that uses every kind of marker, for the tests of this folder."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, File, Form, Request, UploadFile
from pydantic import Field
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from chassis.auth import AnyStaff, Caller, Internal, PermissionSpec, Player, PlayerOr, Public, Requires
from chassis.domain import DomainError, NotFound
from chassis.http import Day, Moment, StrictModel

VIEW, EDIT = "example.thing.view", "example.thing.edit"
PERMISSIONS = [PermissionSpec(VIEW, "See things", "low"), PermissionSpec(EDIT, "Change things", "high")]

router = APIRouter(prefix="/api/example/v1", tags=["things"])


class ThingTooOld(DomainError):
    code = "thing_too_old"


class Inner(StrictModel):
    iban: str = Field(max_length=10)


class Thing(StrictModel):
    name: str = Field(min_length=1, max_length=20)
    amount_minor: int = Field(gt=0, le=10**12)
    kind: Literal["big", "small"] = "big"
    owner: UUID | None = None
    inner: Inner | None = None
    tags: list[str] = Field(default_factory=list)
    until: Day | None = None
    at: Moment | None = None
    urgent: bool = False


@router.post("/things", status_code=201)
async def create_thing(body: Thing, caller: Annotated[Caller, Requires(EDIT)]) -> dict[str, Any]:
    return {"name": body.name, "by": str(caller.id), "at": body.at}


@router.get("/things/{thing_id}")
async def read_thing(thing_id: UUID, caller: Annotated[Caller, Requires(VIEW)], limit: int = 1) -> dict[str, Any]:
    caller.must_see(thing_id)  # In this example a thing's casino has the thing's own id.
    return {"id": str(thing_id), "limit": limit}


@router.get("/echo/{text}")
async def read_text(text: str, caller: Annotated[Caller, Requires(VIEW)], q: str = "") -> dict[str, str]:
    return {"text": text, "q": q}


@router.post("/things/{thing_id}/refuse")
async def refuse_thing(thing_id: UUID, caller: Annotated[Caller, Requires(EDIT)], how: str = "old") -> None:
    if how == "old":
        raise ThingTooOld("It is from last year.", field="thing_id")
    if how == "gone":
        raise NotFound
    if how == "away":
        raise ConnectionRefusedError("postgresql://u:hunter2@db/x")
    raise RuntimeError("secret detail: postgresql://u:hunter2@db/x")


@router.post("/uploads", max_body_size=1024 * 1024)
async def upload_thing(
    caller: Annotated[Caller, Player()], kind: Annotated[str, Form()], file: Annotated[UploadFile, File()]
) -> dict[str, Any]:
    return {"kind": kind, "size": len(await file.read())}


@router.get("/players/{player_id}/things")
async def list_player_things(player_id: UUID, caller: Annotated[Caller, PlayerOr(VIEW)]) -> dict[str, str]:
    return {"player_id": str(player_id), "kind": caller.kind}


@router.get("/me")
async def who_am_i(caller: Annotated[Caller, AnyStaff()]) -> dict[str, str]:
    return {"id": str(caller.id)}


@router.post("/me/password")
async def change_password(caller: Annotated[Caller, AnyStaff(allow_password_change=True)]) -> dict[str, str]:
    return {"id": str(caller.id)}


@router.post("/registrations", dependencies=[Public("registration makes the account")])
async def register(body: Thing) -> dict[str, str]:
    return {"name": body.name}


@router.get("/stream", dependencies=[Public("a test of streams")])
async def stream_things(fail: bool = False) -> StreamingResponse:
    async def lines() -> Any:
        yield b"one\n"
        if fail:
            raise RuntimeError("in the middle")
        yield b"two\n"

    return StreamingResponse(lines(), media_type="text/plain")


internal = APIRouter(prefix="/internal/v1")


@internal.get("/things")
async def list_internal_things(caller: Annotated[Caller, Internal()]) -> dict[str, str]:
    return {"caller": caller.name}


@internal.get("/secrets")
async def list_secrets(caller: Annotated[Caller, Internal("payments")]) -> dict[str, str]:
    return {"caller": caller.name}


@internal.get("/where")
async def describe_request(request: Request, caller: Annotated[Caller, Internal()]) -> dict[str, Any]:
    context = caller.context(request)
    return {"correlation_id": str(context.correlation_id), "traceparent": context.traceparent, "ip": context.actor.ip}


async def partner(scope: Scope, receive: Receive, send: Send) -> None:
    """A raw handler: answers with the size of what it was sent."""
    size, more = 0, True
    while more:
        message = await receive()
        size += len(message.get("body", b""))
        more = message.get("more_body", False)
    await send({"type": "http.response.start", "status": 200, "headers": [(b"server", b"secret/1.0")]})
    await send({"type": "http.response.body", "body": str(size).encode()})
