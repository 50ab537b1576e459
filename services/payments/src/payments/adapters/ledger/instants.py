"""What a wallet held at an instant, and what happened to it between two: read from the balances beside each entry.

Within a wallet the number of an entry is the order of posting, whatever its moment says: two processes may look at
their clocks before either holds the lock. So the last entry up to an instant is found by its moment, and everything
else by its number; what a period begins with, what happened in it and what it ends with always add up.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID

from chassis.db import Database
from chassis.db.engine import driver
from chassis.domain import DomainError
from payments.adapters.ledger.days import sums_at
from payments.adapters.ledger.months import month_of
from payments.adapters.ledger.queries import WalletView
from payments.domain.ledger.accounts import DEBTS, HOLDS, AccountType

_SLACK = timedelta(hours=1)
"""How far moments and numbers may disagree, generously; it only saves reading other months."""

_EARLIEST = timedelta(microseconds=1)

_AWAY = "SELECT max(month) FROM ledger_away_now"

_LAST = """
    SELECT seq, id, posted_at, cash_after, bonus_after FROM transfer
    WHERE player_id = $1 AND wallet_id = $2 AND posted_at <= $3 ORDER BY seq DESC LIMIT 1"""

_BESIDE = """
    SELECT account.id, (
        SELECT CASE account.id WHEN debit_account THEN debit_balance ELSE credit_balance END FROM transfer
        WHERE player_id = $1 AND seq <= $3 AND posted_at <= $4 AND account.id IN (debit_account, credit_account)
          AND kind NOT IN ('bet', 'win', 'rollback_bet', 'rollback_win', 'tombstone')
        ORDER BY seq DESC LIMIT 1) AS balance_minor
    FROM account WHERE id = ANY($2::bigint[])"""

_CARRIED = """
    SELECT account_id, sum(sum_minor)::bigint AS minor FROM ledger_carried JOIN ledger_away_now USING (month)
    WHERE account_id = ANY($1::bigint[]) GROUP BY account_id"""

_BY_KIND = """
    SELECT kind, count(*) AS entries,
        coalesce(sum(CASE 'cash' WHEN credit_type THEN amount_minor WHEN debit_type THEN -amount_minor END), 0)::bigint
            AS cash_delta_minor,
        coalesce(sum(CASE 'bonus' WHEN credit_type THEN amount_minor WHEN debit_type THEN -amount_minor END), 0)::bigint
            AS bonus_delta_minor,
        coalesce(sum(
            CASE WHEN credit_type IN ('withdrawal_hold', 'refund_hold') THEN amount_minor
                 WHEN debit_type IN ('withdrawal_hold', 'refund_hold') THEN -amount_minor END
        ), 0)::bigint AS hold_delta_minor,
        coalesce(sum(
            CASE WHEN kind = 'debt_carried' THEN 0
                 WHEN debit_type IN ('owed', 'chargeback_receivable') THEN amount_minor
                 WHEN credit_type IN ('owed', 'chargeback_receivable') THEN -amount_minor END
        ), 0)::bigint AS owed_delta_minor
    FROM transfer
    WHERE player_id = $1 AND wallet_id = $2 AND seq > $3 AND seq <= $4 AND posted_at BETWEEN $5 AND $6
    GROUP BY kind ORDER BY kind"""


class InstantTakenAway(DomainError):
    """The entries of that time were taken away, to be kept elsewhere: what was then can be read there alone."""

    code: ClassVar[str] = "instant_taken_away"


@dataclass(frozen=True, slots=True)
class Held:
    """What a wallet held after its last entry up to an instant; `number` 0: it had none that is still here."""

    at: datetime
    number: int
    transfer_id: UUID | None
    cash_minor: int
    bonus_minor: int
    on_hold_minor: int
    owed_minor: int


@dataclass(frozen=True, slots=True)
class KindSum:
    """All entries of one kind in a period, and what they did to cash, bonus, hold and debt."""

    kind: str
    entries: int
    cash_delta_minor: int
    bonus_delta_minor: int
    hold_delta_minor: int
    owed_delta_minor: int


@dataclass(frozen=True, slots=True)
class Period:
    """A statement: what a period began with, what happened in it by kind, and what it ended with."""

    opening: Held
    closing: Held
    sums: tuple[KindSum, ...]


@dataclass(frozen=True, slots=True)
class SumAt:
    """All accounts of one type at one casino in one currency, at an instant."""

    casino_id: UUID
    currency: str
    type: AccountType
    balance_minor: int


async def held_at(db: Database, wallet: WalletView, at: datetime) -> Held:
    """What the wallet held at an instant, that of it included; InstantTakenAway."""
    async with db.read() as connection:
        return await _held(await driver(connection), wallet, at)


async def period_of(db: Database, wallet: WalletView, since: datetime, until: datetime) -> Period:
    """The wallet's statement from `since` on, until just before `until`; InstantTakenAway."""
    async with db.read() as connection:
        raw = await driver(connection)
        opening = await _held(raw, wallet, since - _EARLIEST)
        closing = await _held(raw, wallet, until - _EARLIEST)
        rows = await raw.fetch(
            _BY_KIND,
            wallet.player_id,
            wallet.accounts[AccountType.CASH],
            opening.number,
            closing.number,
            since - _SLACK,
            until + _SLACK,
        )
    return Period(opening, closing, tuple(KindSum(**dict(row)) for row in rows))


async def books_at(db: Database, at: datetime, casinos: list[UUID] | None) -> list[SumAt]:
    """The sums of all accounts of these casinos (None: of all) at an instant; each currency of a casino sums to zero.

    Months that were taken away count by the sums that were kept of their days.
    """
    async with db.read() as connection:
        sums = await sums_at(await driver(connection), at, casinos)
    return [SumAt(casino, currency, AccountType(kind), minor) for (casino, currency, kind), minor in sums.items()]


async def _held(raw: Any, wallet: WalletView, at: datetime) -> Held:
    away: date | None = await raw.fetchval(_AWAY)
    if away is not None and at.date() < month_of(datetime(away.year, away.month, 1, tzinfo=at.tzinfo), 1).date():
        raise InstantTakenAway
    numbers = wallet.accounts
    last = await raw.fetchrow(_LAST, wallet.player_id, numbers[AccountType.CASH], at)
    carried = dict(await raw.fetch(_CARRIED, list(numbers.values()))) if away is not None else {}
    found = {number: carried.get(number, 0) for number in numbers.values()}
    if last is not None:
        beside = [number for kind, number in numbers.items() if kind not in (AccountType.CASH, AccountType.BONUS)]
        rows = await raw.fetch(_BESIDE, wallet.player_id, beside, last["seq"], at + _SLACK)
        found.update({row["id"]: row["balance_minor"] for row in rows if row["balance_minor"] is not None})
        found[numbers[AccountType.CASH]] = last["cash_after"]
        if AccountType.BONUS in numbers and last["bonus_after"] is not None:
            found[numbers[AccountType.BONUS]] = last["bonus_after"]

    def of(*kinds: AccountType) -> int:
        return sum(found[numbers[kind]] for kind in kinds if kind in numbers)

    return Held(
        at=at,
        number=last["seq"] if last else 0,
        transfer_id=last["id"] if last else None,
        cash_minor=of(AccountType.CASH),
        bonus_minor=of(AccountType.BONUS),
        on_hold_minor=of(*HOLDS),
        owed_minor=-of(*DEBTS),
    )
