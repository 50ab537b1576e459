"""One search over players, payments, rounds, sessions, cases, documents, hits, report jobs and casinos."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.domain.search.asked import asked
from backoffice.domain.search.errors import SearchByPost
from backoffice.entrypoints.http.players.endpoints import Vault
from backoffice.entrypoints.http.players.listing import masking
from backoffice.entrypoints.http.search.finding import Search
from backoffice.entrypoints.http.search.leaving_out import left_out
from backoffice.entrypoints.http.search.recording import record_search
from backoffice.entrypoints.http.search.schemas import MOST, Found, LeftOut, SearchEverythingBody, SearchResult
from backoffice.entrypoints.http.search.sight import Kind, sight_of
from chassis.auth import AnyStaff, Caller
from chassis.http import App, Db
from chassis.privacy import SubjectVault
from chassis.store import Row, UnitOfWork
from chassis.store.context import CasinoScope
from contracts.backoffice.permissions import BackofficePermission as P

router = APIRouter(prefix="/api/backoffice/v1/search", tags=["search"])

Staff = Annotated[Caller, AnyStaff()]
Kinds = Annotated[tuple[Kind, ...], Query(max_length=20, description="All of them when there is none")]
Limit = Annotated[int, Query(ge=1, le=MOST, description="Results of each kind")]


@router.get("")
async def search(
    caller: Staff, q: str, request: Request, db: Db, vault: Vault, kinds: Kinds = (), limit: Limit = MOST
) -> SearchResult:
    """Find things by their id, its first 8 digits, or the reference of a provider or supplier. Each caller finds what
    he may list, where he may.

    What may be an e-mail, a phone number or a name is refused with `search_by_post`: send it in the body of a POST.
    """
    wanted = asked(q)
    if wanted.may_be_personal:
        raise SearchByPost("This may be personal data, which has no place in an address. POST it as q.", field="q")
    looking = Search(wanted, sight_of(caller, kinds), CasinoScope.of(), str(caller.id), limit)
    missing = left_out(caller, kinds, looking)
    async with db.read() as connection:
        return await _result(connection, vault, looking, missing, _masks(caller, request, vault))


@router.post("")
async def search_by_post(
    caller: Staff, body: SearchEverythingBody, request: Request, app: App, db: Db, vault: Vault
) -> SearchResult:
    """Find anything, players by their exact e-mail, phone number, whole name, first or last name among it. A casino is
    found by the beginning of its name.

    Players are found by what they are called with a permission of its own, where one may list them too, and each such
    search is recorded before it is answered. Without the permission they are not, and `left_out` says so.
    """
    wanted = asked(body.q)
    identity = caller.reach(P.PLAYER_SEARCH_IDENTITY)
    looking = Search(wanted, sight_of(caller, body.kinds), identity, str(caller.id), body.limit)
    missing, masks = left_out(caller, body.kinds, looking), _masks(caller, request, vault)
    if looking.identity_is_looked_at or (wanted.is_personal and identity.empty):
        caller.must(P.PLAYER_SEARCH_IDENTITY)
    if not looking.identity_is_looked_at:
        async with db.read() as connection:
            return await _result(connection, vault, looking, missing, masks)

    async def work(uow: UnitOfWork) -> SearchResult:
        await record_search(caller, uow)
        return await _result(uow.connection, vault, looking, missing, masks)

    return await app.transact(work, caller.let_in_by(P.PLAYER_SEARCH_IDENTITY).context(request))


async def _result(
    connection: AsyncConnection, vault: SubjectVault, looking: Search, missing: list[LeftOut], masks: Any
) -> SearchResult:
    rows = await looking.found(connection, vault)
    of_kind = {kind: [row for row in rows if row["kind"] == kind] for kind in looking.sight}
    shown = [row for found in of_kind.values() for row in _newest_first(found)[: looking.limit]]
    return SearchResult(
        items=[Found.model_validate(row) for row in await masks(connection, shown)],
        searched=list(looking.sight),
        left_out=missing,
        more=[kind for kind, found in of_kind.items() if len(found) > looking.limit],
    )


def _masks(caller: Caller, request: Request, vault: SubjectVault) -> Any:
    """Found players are shown as the list of players shows them."""
    return masking(vault, caller.let_in_by(P.PLAYER_LIST), request.app.state.cursor_key)


def _newest_first(rows: list[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: (row["happened_at"], row["id"]), reverse=True)
