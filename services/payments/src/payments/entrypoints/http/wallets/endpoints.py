"""A player's balance and statement: for himself, and for staff of his casino."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Response
from sqlalchemy import ColumnElement

from chassis.auth import Caller, PlayerOr, Requires
from chassis.domain import Invalid, NotFound
from chassis.http import Db, Once
from chassis.http.listing import serve_list
from chassis.http.listing.detail import as_told
from chassis.http.listing.events import sees_restrictions
from chassis.store import UnitOfWork
from contracts.payments.permissions import PaymentsPermission
from payments.adapters.ledger.instants import held_at, period_of
from payments.adapters.ledger.queries import StatementLine, WalletView, statement_of, wallets_of
from payments.adapters.ledger.tables import transfer
from payments.application.restrictions import let_debtor_on
from payments.domain.ledger.accounts import AccountType
from payments.domain.ledger.transfers import TransferKind
from payments.entrypoints.http.desk import TheDesk, past
from payments.entrypoints.http.ledger.listing import MOVEMENTS
from payments.entrypoints.http.ledger.schemas import ExchangedFor, MovementItem
from payments.entrypoints.http.wallets.schemas import (
    Balance,
    Cause,
    Instant,
    LiftBody,
    Lifted,
    PeriodQuery,
    PeriodStatement,
    Statement,
    StatementItem,
    StatementQuery,
    WalletAt,
    WalletBalance,
)

router = APIRouter(prefix="/api/payments/v1/players/{player_id}", tags=["wallets"])

_MAY_SEE = PlayerOr(PaymentsPermission.STATEMENT_VIEW)
Currency = Annotated[str, Path(pattern="^[A-Z]{3,5}$")]
_LARGEST_SEQ = 2**63 - 1
_BLOCKS = ("bets_blocked", "deposits_blocked")


@router.get("/balance", response_model=Balance)
async def balance(
    player_id: UUID, caller: Annotated[Caller, PlayerOr(PaymentsPermission.BALANCE_VIEW)], db: Db
) -> Response:
    """What the player has: cash, bonus, on hold, owed, per currency.

    Amounts are for whoever sees money; that he may not bet or pay in is for himself, and for whoever sees both
    exclusions and suspicions, since either may be why.
    """
    wallets = await visible_wallets(db, caller, player_id)
    casino_id = wallets[0].casino_id
    shown = None if sees_restrictions(caller, casino_id) else {"wallets": {"__all__": {*_BLOCKS}}}
    view = Balance(
        player_id=player_id,
        casino_id=casino_id,
        wallets=[
            WalletBalance(
                currency=wallet.currency,
                cash_minor=wallet.cash_minor,
                bonus_minor=wallet.bonus_minor,
                on_hold_minor=wallet.on_hold_minor,
                owed_minor=wallet.owed_minor,
                bets_blocked=wallet.bets_blocked,
                deposits_blocked=wallet.deposits_blocked,
            )
            for wallet in wallets
        ],
    )
    return as_told(view.model_dump(exclude=shown), caller, casino_id)


@router.post("/chargeback-stop/lift", response_model=Lifted)
async def lift_chargeback_stop(
    player_id: UUID,
    caller: Annotated[Caller, Requires(PaymentsPermission.DISPUTE_LIFT)],
    body: LiftBody,
    once: Once,
    desk: TheDesk,
) -> Response:
    """Let a player who owes for a chargeback pay in and bet again, so that he can pay. The next one stops him anew."""
    casino_id = (await visible_wallets(desk.app.db, caller, player_id))[0].casino_id
    caller.must(PaymentsPermission.DISPUTE_LIFT, casino_id)

    async def work(uow: UnitOfWork) -> Lifted:
        return Lifted(player_id=player_id, lifted=await let_debtor_on(desk, uow, player_id, casino_id))

    return await once(caller, work, status=200, reason=body.reason)


@router.get("/statement", response_model=Statement)
async def statement(
    player_id: UUID,
    caller: Annotated[Caller, PlayerOr(PaymentsPermission.STATEMENT_VIEW)],
    db: Db,
    query: Annotated[StatementQuery, Query()],
) -> Response:
    """Explain this balance: every movement with what caused it and the balance after it, newest first.

    Amounts are for whoever sees money.
    """
    wallet = _one(await visible_wallets(db, caller, player_id), query.currency)
    before = min(int(query.after), _LARGEST_SEQ) if query.after is not None else None
    lines = await statement_of(db, wallet, before=before, limit=query.limit + 1)
    shown = lines[: query.limit]
    view = Statement(
        player_id=player_id,
        casino_id=wallet.casino_id,
        currency=wallet.currency,
        cash_minor=wallet.cash_minor,
        items=[_item(line) for line in shown],
        next=str(shown[-1].seq) if len(lines) > query.limit else None,
    )
    return as_told(view.model_dump(), caller, wallet.casino_id)


async def _of_wallet(
    player_id: UUID,
    currency: Currency,
    caller: Annotated[Caller, _MAY_SEE],
    db: Db,
) -> Sequence[ColumnElement[bool]]:
    """The casino stands beside the wallet's number, so that of a caller's casinos only this one is read."""
    wallet = _one(await visible_wallets(db, caller, player_id), currency)
    return [
        transfer.c.player_id == player_id,
        transfer.c.wallet_id == wallet.accounts[AccountType.CASH],
        transfer.c.casino_id == wallet.casino_id,
    ]


serve_list(
    router,
    "/wallets/{currency}/movements",
    MOVEMENTS,
    _MAY_SEE,
    item=MovementItem,
    export=PaymentsPermission.STATEMENT_EXPORT,
    narrow=_of_wallet,
    summary="The movements of one wallet, newest first: what each did to cash, bonus, hold and debt, and its cause.",
)


@router.get("/wallets/{currency}/at", response_model=WalletAt)
async def wallet_at(
    player_id: UUID,
    currency: Currency,
    caller: Annotated[Caller, _MAY_SEE],
    db: Db,
    desk: TheDesk,
    query: Annotated[Instant, Query()],
) -> Response:
    """What the wallet held at an instant, and the movement that left it so; what led there are the movements up to it.

    Amounts are for whoever sees money.
    """
    wallet = _one(await visible_wallets(db, caller, player_id), currency)
    held = await held_at(db, wallet, past(desk, query.at, "query.at"))
    view = WalletAt(player_id=player_id, casino_id=wallet.casino_id, currency=currency, **asdict(held))
    return as_told(view.model_dump(), caller, wallet.casino_id)


@router.get("/wallets/{currency}/statement", response_model=PeriodStatement)
async def period_statement(
    player_id: UUID,
    currency: Currency,
    caller: Annotated[Caller, _MAY_SEE],
    db: Db,
    desk: TheDesk,
    query: Annotated[PeriodQuery, Query()],
) -> Response:
    """A statement of a period: what it began with, the sums of what happened by kind, and what it ended with.

    The movements, as pages or as a file, are those of the wallet between the numbers of opening and closing.
    """
    wallet = _one(await visible_wallets(db, caller, player_id), currency)
    since, until = past(desk, query.since, "query.since"), past(desk, query.until, "query.until")
    period = await period_of(db, wallet, since, until)
    view = PeriodStatement(
        player_id=player_id,
        casino_id=wallet.casino_id,
        currency=currency,
        since=query.since,
        until=query.until,
        **asdict(period),
    )
    return as_told(view.model_dump(), caller, wallet.casino_id)


async def visible_wallets(db: Db, caller: Caller, player_id: UUID) -> list[WalletView]:
    """The player's wallets at casinos the caller may see; NotFound when there are none."""
    scope = caller.scope()
    wallets = [wallet for wallet in await wallets_of(db, player_id) if scope.allows(wallet.casino_id)]
    if not wallets:
        raise NotFound
    return wallets


def _one(wallets: list[WalletView], currency: str | None) -> WalletView:
    if currency is None:
        if len(wallets) > 1:
            raise Invalid("The player has wallets in several currencies: say which.", field="currency")
        return wallets[0]
    for wallet in wallets:
        if wallet.currency == currency:
            return wallet
    raise NotFound


def _item(line: StatementLine) -> StatementItem:
    return StatementItem(
        transfer_id=line.transfer_id,
        kind=TransferKind(line.kind),
        amount_minor=line.amount_minor,
        cash_delta_minor=line.cash_delta_minor,
        bonus_delta_minor=line.bonus_delta_minor,
        hold_delta_minor=line.hold_delta_minor,
        owed_delta_minor=line.owed_delta_minor,
        cash_balance_minor=line.cash_balance_minor,
        bonus_balance_minor=line.bonus_balance_minor,
        posted_at=line.posted_at,
        caused_by=Cause(
            reference_id=line.reference_id,
            provider=line.provider,
            supplier=line.supplier,
            supplier_tx=line.supplier_tx,
            game_code=line.game_code,
            round_ref=line.round_ref,
            round_closed=line.round_closed,
            session_id=line.session_id,
            group_id=line.group_id,
            actor_kind=line.actor_kind,
            exchange=None if line.exchange is None else ExchangedFor(**asdict(line.exchange)),
        ),
    )
