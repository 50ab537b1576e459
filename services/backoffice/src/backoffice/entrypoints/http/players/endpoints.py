"""Players: registered, listed, seen, revealed, found."""

import hashlib
from dataclasses import replace
from functools import partial
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy import false, or_

from backoffice.adapters.reveals import Counted
from backoffice.application.ports import Credentials
from backoffice.domain.player.errors import PlayerUnknown
from backoffice.entrypoints.http.players.listing import PLAYERS, opening
from backoffice.entrypoints.http.players.personal import reveal, view
from backoffice.entrypoints.http.players.register import Applicant, is_new, player_id_of, register
from backoffice.entrypoints.http.players.schemas import (
    PersonalData,
    PlayerItem,
    PlayerView,
    ReasonBody,
    RegisterBody,
    Registered,
    SearchBody,
)
from backoffice.entrypoints.http.search.recording import record_search
from backoffice.read_models import player_list
from chassis.auth import Caller, Internal, PlayerOr, Public, Requires, act
from chassis.http import App, Db, Once
from chassis.http.listing import in_scope, serve_list
from chassis.http.listing.taking import taking
from chassis.privacy import SubjectVault
from chassis.store import Actor, UnitOfWork
from contracts.backoffice.permissions import BackofficePermission as P

router = APIRouter(tags=["players"])

_V1 = "/api/backoffice/v1/players"


def _vault(request: Request) -> SubjectVault:
    vault: SubjectVault = request.app.state.vault
    return vault


def _credentials(request: Request) -> Credentials:
    credentials: Credentials = request.app.state.credentials
    return credentials


Vault = Annotated[SubjectVault, Depends(_vault)]


@router.post(_V1, status_code=202, response_model=Registered, dependencies=[Public("registration makes the account")])
async def register_player(
    body: RegisterBody,
    request: Request,
    once: Once,
    db: Db,
    vault: Vault,
    credentials: Annotated[Credentials, Depends(_credentials)],
) -> Response:
    """Ask for an account at a casino. The password goes to security; everything about the person is encrypted. The
    answer is the same whether an account is opened or the person, or the e-mail, is here already, or excluded: that is
    told to the owner of the account that is here, and to staff.
    """
    # Not the bytes of the body: a fast hash of a password must not be kept. The index is keyed.
    fingerprint = hashlib.sha256(vault.blind_index(body.model_dump_json()).encode()).digest()
    somebody = Caller(kind="player", id=body.casino_id, name="unregistered", casino_id=body.casino_id)
    if (answer := await once.earlier(somebody, fingerprint=fingerprint)) is not None:
        return answer
    player_id = player_id_of(body.casino_id, once.key, fingerprint)
    applicant = Applicant.of(player_id, body, vault)
    async with db.read() as connection:
        new = await is_new(connection, applicant, somebody.context(request).occurred_at)
    kept = await credentials.keep(player_id, body.casino_id, applicant.email_index, body.password, try_only=not new)

    async def work(uow: UnitOfWork) -> Registered:
        uow.ctx = replace(uow.ctx, actor=Actor("player", str(player_id), uow.ctx.actor.ip))
        return await register(uow, vault, player_id, body, kept=kept)

    return await once(somebody, work, status=202, fingerprint=fingerprint)


serve_list(
    router,
    _V1,
    PLAYERS,
    Requires(P.PLAYER_LIST),
    item=PlayerItem,
    export=P.PLAYER_EXPORT,
    finish=lambda request, _: opening(_vault(request)),
    summary="The players of the caller's casinos, personal data as far as it is theirs to see.",
)


@router.post(f"{_V1}/search", response_class=Response, responses={200: {"model": list[PlayerItem]}})
async def search_players(
    caller: Annotated[Caller, Requires(P.PLAYER_SEARCH_IDENTITY)],
    body: SearchBody,
    request: Request,
    app: App,
    db: Db,
    vault: Vault,
) -> Response:
    """Players with exactly this e-mail or phone number, of those the caller may list. Each such search is recorded."""
    column: Any = player_list.table.c
    asked = [(column.email_index, body.email), (column.phone_index, body.phone)]
    conditions = [index == vault.blind_index(value) for index, value in asked if value] or [false()]
    if body.email or body.phone:
        await app.transact(partial(record_search, caller), caller.context(request))
    listed = in_scope(column.casino_id, caller.scope(P.PLAYER_LIST))
    how = taking(request, caller, PLAYERS.name, P.PLAYER_EXPORT)
    where = [or_(*conditions), listed]
    return await PLAYERS.page(request, how.caller, db, where=where, finish=opening(vault), record=how.record)


@router.get(_V1 + "/{player_id}", response_model_exclude_unset=True)
async def show_player(
    caller: Annotated[Caller, PlayerOr(P.PLAYER_VIEW)], player_id: UUID, request: Request, db: Db, vault: Vault
) -> PlayerView:
    """A player's page. The player himself sees his data in clear, staff as much of it as their roles show."""
    async with db.read() as connection:
        row = await found(connection, caller, player_id)
        return await view(connection, vault, row, caller, request.app.state.cursor_key)


@router.post(_V1 + "/{player_id}/reveal")
async def reveal_player(
    caller: Annotated[Caller, Requires(P.PLAYER_REVEAL)],
    player_id: UUID,
    body: ReasonBody,
    request: Request,
    counted: Counted,
    vault: Vault,
) -> PersonalData:
    """A player's personal data in clear, for a reason. The look and the reason are recorded before it is shown. More
    than thirty within an hour are refused, and security hears of it.
    """

    async def work(uow: UnitOfWork) -> PersonalData:
        row = await found(uow.connection, caller, player_id)
        uow.ctx = uow.ctx.for_casino(row.casino_id)
        await uow.publish(
            act(
                caller,
                uow.ctx,
                "reveal",
                ("player", player_id),
                permission=P.PLAYER_REVEAL,
                casino_id=row.casino_id,
            ),
            stream_id=f"player-{player_id}",
        )
        return await reveal(uow.connection, vault, row)

    return await counted(caller.id, caller.context(request, reason=body.reason), work)


@router.get("/internal/v1/players/{player_id}/personal-data", dependencies=[Internal("verification")])
async def personal_data(player_id: UUID, db: Db, vault: Vault) -> PersonalData:
    """Who a player is, for the service that has to check it. 404 once the data was erased."""
    async with db.read() as connection:
        row = await player_list.find(connection, player_id)
        if row is None or not row.sealed:
            raise PlayerUnknown
        return await reveal(connection, vault, row)


async def found(connection: Any, caller: Caller, player_id: UUID) -> Any:
    """The player's row; PlayerUnknown when there is none in the caller's casinos."""
    row = await player_list.find(connection, player_id)
    if row is None:
        raise PlayerUnknown
    caller.must_see(row.casino_id)
    return row
