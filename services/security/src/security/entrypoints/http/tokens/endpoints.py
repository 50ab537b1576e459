"""Tokens for partners' programs: OAuth 2.0 client credentials (RFC 6749) proved by a key (RFC 7523)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import structlog
from fastapi import APIRouter, Request
from prometheus_client import Counter
from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.responses import JSONResponse

from chassis.auth import Public
from chassis.auth.networks import comes_from
from chassis.auth.watching import not_proved
from chassis.http import App
from chassis.store import Actor, Application, Context, UnitOfWork
from contracts.platform.events import AccessRecorded
from security.adapters.clients import seen, use_assertion
from security.application.assertions import ACCEPTED, AssertionRefused, Claimed, ClientUnknown, Proved, claimed, prove
from security.application.client_keys import public_key
from security.application.client_tokens import TOKEN_PATH, client_token
from security.entrypoints.http.sessions.endpoints import Door
from security.entrypoints.http.tokens.form import TokenRefused, token_form
from security.read_models.client_keys import client_keys
from security.read_models.client_list import ClientStatus, client_list

router = APIRouter(tags=["tokens"])

log = structlog.get_logger(__name__)

_ISSUED: Final = Counter("client_tokens_total", "Answers to partners' programs that asked for a token", ["answer"])

_ACTION: Final = "client.token"

_REFUSED: Final[dict[str, Any]] = {
    "description": "RFC 6749 section 5.2: `error` and `error_description`.",
    "content": {
        "application/json": {
            "schema": {
                "type": "object",
                "required": ["error"],
                "properties": {"error": {"type": "string"}, "error_description": {"type": "string"}},
            }
        },
        "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}},
    },
}


class AccessToken(BaseModel):
    """RFC 6749 section 5.1."""

    access_token: str
    token_type: str = "Bearer"  # noqa: S105 - the kind of token, no token
    expires_in: int


@dataclass(frozen=True, slots=True)
class _Known:
    """A client that may have a token, if it proves itself."""

    row: Any
    jwk: dict[str, str]
    algorithm: str


@router.post(
    TOKEN_PATH,
    dependencies=[Public("the assertion is the proof")],
    response_model=AccessToken,
    responses=dict.fromkeys((400, 401), _REFUSED),
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "application/x-www-form-urlencoded": {
                    "schema": {
                        "type": "object",
                        "required": ["grant_type", "client_assertion_type", "client_assertion"],
                        "properties": {
                            "grant_type": {"type": "string", "enum": ["client_credentials"]},
                            "client_assertion_type": {"type": "string"},
                            "client_assertion": {"type": "string", "maxLength": 4096},
                            "client_id": {"type": "string"},
                        },
                    }
                }
            },
        }
    },
)
async def token(request: Request, app: App, door: Door) -> JSONResponse:
    """A token for a program that proves it has its key. Errors are those of RFC 6749; why is in our logs alone."""
    try:
        form = await token_form(request)
        answer = await _answer(request, app, door, form)
    except TokenRefused as refused:
        _ISSUED.labels(refused.error).inc()
        not_proved(request.app.state.trail, _ACTION, None, refused.error, request)
        return refused.response()
    except AssertionRefused as refused:
        log.warning("client_refused", why=str(refused), address=_address(request))
        not_proved(request.app.state.trail, _ACTION, refused.client_id, str(refused), request)
        _ISSUED.labels("invalid_client").inc()
        return TokenRefused("invalid_client", "The client did not prove who it is.").response()
    _ISSUED.labels("token").inc()
    return JSONResponse(answer.model_dump(), headers={"Pragma": "no-cache", "Cache-Control": "no-store"})


@router.get("/.well-known/oauth-authorization-server", dependencies=[Public("public metadata is for everybody")])
async def metadata(request: Request) -> dict[str, Any]:
    """The metadata document (RFC 8414)."""
    issuer = _issuer(request)
    return {
        "issuer": issuer,
        "token_endpoint": issuer + TOKEN_PATH,
        "jwks_uri": f"{issuer}/.well-known/jwks.json",
        "grant_types_supported": ["client_credentials"],
        "response_types_supported": [],
        "token_endpoint_auth_methods_supported": ["private_key_jwt"],
        "token_endpoint_auth_signing_alg_values_supported": sorted(ACCEPTED),
    }


async def _answer(request: Request, app: Application, door: Door, form: dict[str, str]) -> AccessToken:
    assertion, now, address = form["client_assertion"], door.clock.now(), _address(request)
    who = claimed(assertion)
    if form.get("client_id", str(who.client_id)) != str(who.client_id):
        raise AssertionRefused("client_id names another client")

    async def work(uow: UnitOfWork) -> _Known:
        known = await _known(uow.connection, who, now)
        proved = _proved(request, assertion, known, now)
        if known.row.addresses and not comes_from(known.row.addresses, address):
            raise AssertionRefused("from an address that is not its own")
        if not await use_assertion(uow.connection, who.client_id, proved.jti, proved.expires_at, now):
            raise AssertionRefused("it was used before")
        await seen(uow.connection, who.client_id, now, address)
        fact = AccessRecorded(
            action=_ACTION,
            outcome="allow",
            subject_kind="client",
            subject_id=str(who.client_id),
            decision="allowed",
            details={"kid": who.kid},
        )
        await uow.publish(fact, stream_id=f"access-{who.client_id}")
        return known

    ctx = Context(actor=Actor("partner", str(who.client_id), address), occurred_at=now)
    try:
        known = await app.transact(work, ctx)
    except AssertionRefused as refused:
        refused.client_id = None if isinstance(refused, ClientUnknown) else who.client_id
        raise
    lifetime = _lifetime(request)
    made = client_token(
        await door.keys.current(),
        client_id=who.client_id,
        now=now,
        lifetime=lifetime,
        addresses=tuple(known.row.addresses),
        rate_tier=known.row.rate_tier,
    )
    return AccessToken(access_token=made, expires_in=int(lifetime.total_seconds()))


async def _known(connection: AsyncConnection, who: Claimed, now: datetime) -> _Known:
    """The client and the key it claims to have; the row is held, so that disabling it waits or comes first."""
    table, keys = client_list.table, client_keys.table
    statement = select(table).where(table.c.client_id == who.client_id).with_for_update(read=True)
    row = (await connection.execute(statement)).one_or_none()
    if row is None:
        raise ClientUnknown("there is no such client")
    if row.status != ClientStatus.ACTIVE or row.expires_at <= now:
        raise AssertionRefused("the client is disabled or has ended")
    wanted = (keys.c.client_id == who.client_id, keys.c.kid == who.kid, keys.c.retired_at.is_(None))
    key = (await connection.execute(select(keys).where(*wanted))).one_or_none()
    if key is None:
        raise AssertionRefused("the client has no such key")
    return _Known(row, key.jwk, key.algorithm)


def _proved(request: Request, assertion: str, known: _Known, now: datetime) -> Proved:
    issuer = _issuer(request)
    return prove(assertion, public_key(known.jwk), known.algorithm, (issuer, issuer + TOKEN_PATH), now)


def _address(request: Request) -> str | None:
    return request.client.host if request.client else None


def _issuer(request: Request) -> str:
    return str(request.app.state.settings.public_base_url)


def _lifetime(request: Request) -> timedelta:
    return timedelta(seconds=request.app.state.settings.client_token_lifetime_s)
