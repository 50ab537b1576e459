"""The ledger as a whole: per casino and currency, and the proof that it sums to zero."""

from itertools import groupby
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from fastapi.responses import JSONResponse
from pydantic_core import to_jsonable_python

from chassis.auth import Caller, Requires
from chassis.http import Db
from chassis.http.listing import serve_list
from chassis.http.listing.events import contents
from contracts.payments.permissions import PaymentsPermission
from payments.adapters.ledger.instants import SumAt, books_at
from payments.adapters.ledger.queries import AccountSum, summary
from payments.domain.ledger.accounts import HOLDS, AccountType
from payments.entrypoints.http.desk import TheDesk, past
from payments.entrypoints.http.ledger.listing import ENTRIES
from payments.entrypoints.http.ledger.schemas import (
    AccountLine,
    BookSummary,
    CurrencyTotal,
    EntryItem,
    LedgerSummary,
    Liabilities,
    Liability,
    LiabilityQuery,
)

router = APIRouter(prefix="/api/payments/v1/ledger", tags=["ledger"])

serve_list(
    router,
    "/entries",
    ENTRIES,
    Requires(PaymentsPermission.LEDGER_LIST),
    item=EntryItem,
    export=PaymentsPermission.LEDGER_EXPORT,
    summary="Every movement of money between two accounts, players' or not, newest first.",
)

_HELD = (AccountType.CASH, *HOLDS)


@router.get("/summary", response_model=LedgerSummary)
async def ledger_summary(
    caller: Annotated[Caller, Requires(PaymentsPermission.LEDGER_VIEW)], db: Db, casino_id: UUID | None = None
) -> Response:
    """The balances of all accounts in scope by casino, currency and type; each currency of a casino sums to zero.

    Amounts are for whoever sees the money of the casino, and totals for whoever sees that of all in scope.
    """
    sums = await summary(db, caller.scope(), casino_id)
    books = [_book(*key, list(lines)) for key, lines in groupby(sums, key=lambda one: (one.casino_id, one.currency))]
    view = LedgerSummary(
        balanced=all(book.sum_minor == 0 for book in books),
        books=books,
        totals=[_total(currency, sums) for currency in sorted({one.currency for one in sums})],
    ).model_dump()
    told = [contents(book, caller, book["casino_id"]) for book in view["books"]]
    return JSONResponse(
        to_jsonable_python({**view, "books": told, "totals": contents(view["totals"], caller, casino_id)})
    )


@router.get("/liabilities", response_model=Liabilities)
async def liabilities(
    caller: Annotated[Caller, Requires(PaymentsPermission.LEDGER_VIEW)],
    db: Db,
    desk: TheDesk,
    query: Annotated[LiabilityQuery, Query()],
) -> Response:
    """What was owed to players at an instant, and by them, per casino and currency; now, unless it says when.

    It costs the entries of one day, whenever the instant is. Amounts are for whoever sees the money of the casino.
    """
    at, scope = past(desk, query.at or desk.now(), "query.at"), caller.scope()
    casinos = None if scope.ids is None else sorted(scope.ids)
    if query.casino_id is not None:
        casinos = [query.casino_id] if scope.allows(query.casino_id) else []
    sums = [one for one in await books_at(db, at, casinos) if scope.allows(one.casino_id)]
    lines = [_liability(*key, list(all_)) for key, all_ in groupby(sums, key=lambda one: (one.casino_id, one.currency))]
    told = [contents(line.model_dump(), caller, line.casino_id) for line in lines]
    return JSONResponse(to_jsonable_python({"at": at, "lines": told}))


def _liability(casino_id: UUID, currency: str, sums: list[SumAt]) -> Liability:
    def of(*kinds: AccountType) -> int:
        return sum(one.balance_minor for one in sums if one.type in kinds)

    return Liability(
        casino_id=casino_id,
        currency=currency,
        cash_minor=of(AccountType.CASH),
        bonus_minor=of(AccountType.BONUS),
        on_hold_minor=of(*HOLDS),
        owed_minor=-of(AccountType.OWED),
        receivable_minor=-of(AccountType.CHARGEBACK_RECEIVABLE),
        held_for_players_minor=of(*_HELD),
        sum_minor=sum(one.balance_minor for one in sums),
    )


def _book(casino_id: UUID, currency: str, lines: list[AccountSum]) -> BookSummary:
    return BookSummary(
        casino_id=casino_id,
        currency=currency,
        accounts=[
            AccountLine(
                type=line.type,
                provider=line.provider,
                accounts=line.accounts,
                balance_minor=line.balance_minor,
            )
            for line in lines
        ],
        sum_minor=sum(line.balance_minor for line in lines),
    )


def _total(currency: str, sums: list[AccountSum]) -> CurrencyTotal:
    of_currency = [one for one in sums if one.currency == currency]
    return CurrencyTotal(
        currency=currency,
        sum_minor=sum(one.balance_minor for one in of_currency),
        held_for_players_minor=sum(one.balance_minor for one in of_currency if one.type in _HELD),
    )
