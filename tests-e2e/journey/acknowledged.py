"""Every acknowledged call is in the ledger once: partners' records and our answers against the ledger's rows."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from journey.client import Person
from journey.ledger import ask
from journey.newcomer import parcels_taken
from journey.tale import Step, Tale

V1 = "/api/payments/v1"
SUPPLIER_UNITS_PER_MINOR = 1000
"""The supplier counts 1/100000 of a euro."""
OUR_DEPOSIT = "order_id"
"""Where a payment intent says which deposit it is for."""

_ROWS = """
    SELECT t.id, t.kind, t.supplier_tx, t.amount_minor, t.reference_id, t.reversal_of, a.player_id, a.currency
    FROM transfer t LEFT JOIN account a ON a.id = t.wallet_id"""

_REVERSALS = ("rollback_bet", "rollback_win", "tombstone")
_MAY_HAVE_BEEN_TAKEN = ("RS_ERROR_UNKNOWN", "RS_ERROR_DUPLICATE_TRANSACTION", "RS_ERROR_TRANSACTION_ROLLED_BACK")
_ENDED_WITHOUT_PAYMENT = ("rejected", "cancelled", "failed")


@dataclass(frozen=True)
class Row:
    """One transfer of the ledger.

    Attributes:
        name: the supplier's id of a game movement; the id of the deposit or the withdrawal otherwise.
    """

    id: str
    kind: str
    name: str
    amount_minor: int
    currency: str
    player_id: str
    reversal_of: str


class Rows:
    """The ledger's rows by what they belong to."""

    def __init__(self, records: Iterable[Any]) -> None:
        self._rows: dict[tuple[str, str], list[Row]] = defaultdict(list)
        for one in records:
            name = str(one["supplier_tx"] or one["reference_id"])
            owner = (one["amount_minor"], one["currency"], str(one["player_id"]))
            row = Row(str(one["id"]), one["kind"], name, *owner, str(one["reversal_of"]))
            self._rows[row.kind, row.name].append(row)

    def named(self, *kinds: str, name: str) -> list[Row]:
        """Rows of these kinds that belong to one thing."""
        return [row for kind in kinds for row in self._rows.get((kind, name), ())]

    def names(self, kind: str) -> set[str]:
        """What the rows of a kind belong to."""
        return {name for known, name in self._rows if known == kind}

    def once(self, *kinds: str, name: str, why: object) -> Row:
        """The only row of these kinds."""
        found = self.named(*kinds, name=name)
        assert len(found) == 1, (why, kinds, found)
        return found[0]

    def never(self, *kinds: str, name: str, why: object) -> None:
        """There is no row of these kinds."""
        found = self.named(*kinds, name=name)
        assert not found, (why, found)


async def once_each(tale: Tale) -> str:
    """Whatever anybody was told was done, was done once; and the ledger knows of nothing else."""
    await parcels_taken(tale)
    calls = await tale.direct("GET", f"/control/calls/{tale.casino_id}")
    money = await tale.direct("GET", f"/control/money/{tale.casino_id}")
    officer = tale.staff["officer"]
    rows = Rows(await ask(tale.stack, "payments", _ROWS))
    listed = {one["deposit_id"]: one for one in await officer.pages(f"{V1}/deposits", created_at="gte.now-1d")}
    wanted = {one["withdrawal_id"]: one for one in await officer.pages(f"{V1}/withdrawals", created_at="gte.now-1d")}
    games = games_once(calls, rows)
    undone = rollbacks_once(calls, rows)
    deposits = deposits_once(_granted(tale.who, "deposit"), listed, money["intents"], rows)
    withdrawals = withdrawals_once(_granted(tale.who, "withdrawal"), wanted, money["payouts"], rows)
    return (
        f"{len(calls)} supplier calls: {games} bets and wins and {undone} rollbacks acknowledged; "
        f"{deposits} paid deposits of {len(listed)}; {withdrawals} payouts; each in the ledger exactly once"
    )


def _granted(player: Person, what: str) -> set[str]:
    """Ids of the deposits or withdrawals whose request was answered well."""
    return {answer[f"{what}_id"] for path, answer in player.granted if path == f"{V1}/{what}s"}


def games_once(calls: list[dict[str, Any]], rows: Rows) -> int:
    """Bets and wins; how many were acknowledged."""
    acknowledged = 0
    told: set[tuple[str, str]] = set()
    for call in calls:
        kind, transaction = call["operation"].removeprefix("transaction/"), call["transaction"]
        if kind not in ("bet", "win"):
            continue
        told.add((kind, transaction))
        if call["status"] == "RS_OK":
            row = rows.once(kind, name=transaction, why=call)
            assert row.amount_minor * SUPPLIER_UNITS_PER_MINOR == call["amount"], (call, row)
            acknowledged += 1
        elif call["status"] is not None and call["status"] not in _MAY_HAVE_BEEN_TAKEN:
            rows.never(kind, name=transaction, why=call)
    for kind in ("bet", "win"):
        for name in rows.names(kind):
            rows.once(kind, name=name, why="posted twice")
            assert (kind, name) in told, f"no supplier ever sent {kind} {name}"
    return acknowledged


def rollbacks_once(calls: list[dict[str, Any]], rows: Rows) -> int:
    """Rollbacks, by what they take back: one row however often and under however many ids it was asked for."""
    by_reference: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for call in calls:
        if call["operation"] == "transaction/rollback":
            by_reference[call["reference"]].append(call)
    acknowledged = 0
    for reference, asked in by_reference.items():
        written = [row for call in {c["transaction"] for c in asked} for row in rows.named(*_REVERSALS, name=call)]
        confirmed = [call for call in asked if call["status"] == "RS_OK"]
        assert len(written) == 1 if confirmed else len(written) <= 1, (asked, written)
        acknowledged += len(confirmed)
        for row in written:
            _takes_back(row, rows.named("bet", "win", name=reference))
    told = {call["transaction"] for asked in by_reference.values() for call in asked}
    untold = {name for kind in _REVERSALS for name in rows.names(kind)} - told
    assert not untold, f"no supplier ever sent the rollbacks {untold}"
    return acknowledged


def _takes_back(reversal: Row, taken: list[Row]) -> None:
    """A reversal moves back exactly what was moved; where nothing was, it stands against it for ever."""
    if reversal.kind == "tombstone":
        assert not taken, (reversal, taken)
        assert reversal.amount_minor == 0, reversal
    else:
        assert len(taken) == 1, (reversal, taken)
        moved = taken[0]
        assert (reversal.reversal_of, reversal.amount_minor) == (moved.id, moved.amount_minor), (reversal, moved)


def deposits_once(
    granted: set[str], listed: dict[str, dict[str, Any]], intents: list[dict[str, Any]], rows: Rows
) -> int:
    """Deposits: what the provider has as succeeded, the API says is succeeded and the ledger credited are the same."""
    missing = granted - set(listed)
    assert not missing, f"acknowledged and gone: {missing}"
    succeeded = [intent for intent in intents if intent["status"] == "succeeded"]
    by_provider = Counter(intent["metadata"][OUR_DEPOSIT] for intent in succeeded)
    by_answer = Counter(deposit_id for deposit_id, one in listed.items() if one["status"] == "succeeded")
    by_ledger = Counter({name: len(rows.named("deposit", name=name)) for name in rows.names("deposit")})
    assert by_provider == by_answer == by_ledger, (by_provider, by_answer, by_ledger)
    assert not by_provider or set(by_provider.values()) == {1}, by_provider
    for intent in succeeded:
        deposit_id = intent["metadata"][OUR_DEPOSIT]
        row, told = rows.once("deposit", name=deposit_id, why=intent), listed[deposit_id]
        facts = (intent["amount_received"], intent["currency"].upper())
        assert facts == (row.amount_minor, row.currency) == (told["amount_minor"], told["currency"]), (intent, row)
        assert (told["reference"], told["player_id"]) == (intent["id"], row.player_id), (intent, told, row)
    return len(succeeded)


def withdrawals_once(
    granted: set[str], listed: dict[str, dict[str, Any]], payouts: list[dict[str, Any]], rows: Rows
) -> int:
    """Withdrawals: each held once; settled once if the provider paid it, released once if nobody did."""
    missing = granted - set(listed)
    assert not missing, f"acknowledged and gone: {missing}"
    executed = Counter(order["message_id"] for order in payouts)
    assert not executed or set(executed.values()) == {1}, f"executed more than once: {executed}"
    paid = {order["message_id"]: order for order in payouts if order["paid"]}
    for withdrawal_id, told in listed.items():
        held = rows.once("withdrawal_hold", name=withdrawal_id, why=told)
        facts = (told["amount_minor"], told["currency"], told["player_id"])
        assert facts == (held.amount_minor, held.currency, held.player_id), (told, held)
        order = paid.get(withdrawal_id)
        if order is not None:
            settled = rows.once("withdrawal_paid", name=withdrawal_id, why=order)
            rows.never("withdrawal_release", name=withdrawal_id, why=order)
            ordered = (int(Decimal(order["amount"]) * 100), order["currency"], order["end_user_id"])
            assert ordered == facts == (settled.amount_minor, settled.currency, settled.player_id), (order, settled)
            assert (told["status"], told["reference"]) == ("paid", order["order_id"]), (told, order)
        else:
            rows.never("withdrawal_paid", name=withdrawal_id, why=told)
            released = len(rows.named("withdrawal_release", name=withdrawal_id))
            assert released == (told["status"] in _ENDED_WITHOUT_PAYMENT), (told, released)
    for kind in ("withdrawal_hold", "withdrawal_paid", "withdrawal_release"):
        assert rows.names(kind) <= set(listed), (kind, rows.names(kind) - set(listed))
    assert set(executed) <= set(listed), f"the provider executed what nobody asked for: {set(executed) - set(listed)}"
    return len(paid)


STEPS = (Step("Every acknowledged call is in the ledger once", once_each),)
