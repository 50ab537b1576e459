"""What each report must add up to, computed from the ledger's own rows."""

from collections import Counter
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from journey.ledger import ask
from journey.tale import Tale

Rows = list[dict[str, Any]]
Totals = Mapping[str, Any]

_POSTED = """
    SELECT t.id, t.kind, t.amount_minor, t.reference_id, a.currency,
           CASE WHEN t.credit_account = t.wallet_id THEN t.amount_minor
                WHEN t.debit_account = t.wallet_id THEN -t.amount_minor ELSE 0 END AS delta_minor
    FROM transfer t JOIN account a ON a.id = t.wallet_id
    WHERE a.casino_id = $1 AND t.kind <> 'tombstone'"""


async def posted(tale: Tale) -> Rows:
    """Every movement of a player's wallet at the casino, with what it did to his cash."""
    return [dict(row) for row in await ask(tale.stack, "payments", _POSTED, tale.casino_id)]


def minor(value: object) -> int:
    """An amount of a report in minor units; it has no more decimals than the currency."""
    scaled = Decimal(str(value)) * 100
    assert scaled == int(scaled), value
    return int(scaled)


def _sum(rows: Rows, kind: str) -> int:
    return sum(int(row["amount_minor"]) for row in rows if row["kind"] == kind)


def _column(rows: Rows, title: str) -> int:
    return sum(minor(row[title]) for row in rows)


def _revenue(rows: Rows) -> Totals:
    assert all(minor(row["GGR"]) == minor(row["Bets"]) - minor(row["Wins"]) for row in rows), rows
    return {title: _column(rows, title) for title in ("Bets", "Wins", "GGR")}


def _revenue_of_ledger(ledger: Rows) -> Totals:
    bets = _sum(ledger, "bet") - _sum(ledger, "rollback_bet")
    wins = _sum(ledger, "win") - _sum(ledger, "rollback_win")
    return {"Bets": bets, "Wins": wins, "GGR": bets - wins}


def _transactions(rows: Rows) -> Totals:
    return {
        "Amount": _column(rows, "Amount"),
        "Effect on cash": _column(rows, "Effect on cash"),
        "each": {row["Transfer"]: (row["Kind"], minor(row["Amount"]), minor(row["Effect on cash"])) for row in rows},
        "rows": len(rows),
    }


def _transactions_of_ledger(ledger: Rows) -> Totals:
    return {
        "Amount": sum(row["amount_minor"] for row in ledger),
        "Effect on cash": sum(row["delta_minor"] for row in ledger),
        "each": {str(row["id"]): (row["kind"], row["amount_minor"], row["delta_minor"]) for row in ledger},
        "rows": len(ledger),
    }


def _withdrawals(rows: Rows) -> Totals:
    by_status: Counter[str] = Counter()
    for row in rows:
        by_status[row["Status"]] += minor(row["Amount"])
    return {
        "Amount": _column(rows, "Amount"),
        "paid": by_status["paid"],
        "each": {row["Withdrawal"]: minor(row["Amount"]) for row in rows},
        "rows": len(rows),
    }


def _withdrawals_of_ledger(ledger: Rows) -> Totals:
    held = [row for row in ledger if row["kind"] == "withdrawal_hold"]
    return {
        "Amount": _sum(ledger, "withdrawal_hold"),
        "paid": _sum(ledger, "withdrawal_paid"),
        "each": {str(row["reference_id"]): row["amount_minor"] for row in held},
        "rows": len(held),
    }


TOTALS: Mapping[str, tuple[Callable[[Rows], Totals], Callable[[Rows], Totals]]] = {
    "revenue": (_revenue, _revenue_of_ledger),
    "player_transactions": (_transactions, _transactions_of_ledger),
    "withdrawals": (_withdrawals, _withdrawals_of_ledger),
}
"""For every report there is: its totals as its rows give them, and as the ledger gives them."""


async def equal_the_ledger(tale: Tale, report: str, rows: Rows) -> bool:
    """Whether a report, as it was read from one of its files, adds up to what the ledger says now."""
    of_report, of_ledger = TOTALS[report]
    return of_report(rows) == of_ledger(await posted(tale))
