"""What `make demo` has to show of payments: with whose log-in and by which list, and a line when it is there first."""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

import httpx

from journey.client import Refused
from journey.tale import Tale, money

LOOKS_EVERY_S = 3.0

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Shown:
    """Something to see.

    Attributes:
        what, more: in few words, and in a few more.
        who: whose log-in shows it.
        token: the name that the printed lines give to this person's token.
        path: below the address of payments.
        tell: what of the first row is said.
    """

    what: str
    more: str
    who: str
    token: str
    path: str
    tell: Callable[[Row], str]


def _amount(row: Row, name: str = "amount_minor") -> str:
    minor = row[name] or 0
    return f"{'-' if minor < 0 else ''}{money(abs(minor), row['currency'])}"


SHOWN = (
    Shown(
        "A cascade",
        "the provider asked first takes nothing, the next one is asked; all decisions: without attempt",
        "admin",
        "ADMIN",
        "routing/decisions?decided_at=gte.now-1d&attempt=eq.2&limit=1",
        lambda row: f"{_amount(row)} by {row['method']} went on to {row['provider']}",
    ),
    Shown(
        "A withdrawal that was routed",
        "by its method; who else could not pay, and what was known of his float: the decision by its id",
        "admin",
        "ADMIN",
        "routing/decisions?decided_at=gte.now-1d&direction=eq.withdrawal&limit=1",
        lambda row: f"{_amount(row)} by {row['method']} goes out through {row['provider']}",
    ),
    Shown(
        "What a provider holds to be paid out",
        "as it says itself, less what it was chosen to pay since; asked for every quarter of an hour",
        "clerk",
        "CLERK",
        "floats?source=eq.provider&limit=1",
        lambda row: f"{_amount(row, 'free_minor')} at {row['provider']}",
    ),
    Shown(
        "A fee for a deposit",
        "at Albion whoever pays by card pays one",
        "officer",
        "OFFICER",
        "deposits?created_at=gte.now-1d&status=eq.succeeded&currency=eq.GBP&fee_minor=gt.0&limit=1",
        lambda row: f"{_amount(row, 'fee_minor')} of {_amount(row)}",
    ),
    Shown(
        "A refund",
        "ordered by one person, approved by another",
        "admin",
        "ADMIN",
        "refunds?created_at=gte.now-1d&limit=1",
        lambda row: f"{_amount(row)} through {row['provider']}, {row['status']}",
    ),
    Shown(
        "A chargeback",
        "and until when evidence is taken (due_at); after some minutes a robot sends it",
        "officer",
        "OFFICER",
        "disputes?opened_at=gte.now-1d&status=eq.opened&order=due_at.asc&limit=1",
        lambda row: f"{_amount(row)} as {row['code']}, to be answered by {str(row['due_at'])[:10]}",
    ),
    Shown(
        "A case of suspected fraud",
        "money goes out again that was not played with",
        "fraud",
        "FRAUD",
        "fraud/cases?status=eq.open&limit=1",
        lambda row: ", ".join(row["rules"]),
    ),
    Shown(
        "A card or account in another's name",
        "verification compared it with the player's; what he does next is looked at",
        "fraud",
        "FRAUD",
        "instruments?first_seen_at=gte.now-1d&likeness=eq.mismatch&limit=1",
        lambda row: f"{row['kind']} ending in {row['last_four']} of {row['provider']}: {row['likeness']}",
    ),
    Shown(
        "A mismatch in a settlement file",
        "by how much, and a payment of nobody; decided about as docs/reconciliation.md says",
        "clerk",
        "CLERK",
        "reconciliation/breaks?provider=eq.adyen&limit=2",
        lambda row: f"{row['kind']} by {_amount(row, 'difference_minor')} in a file of {row['provider']}",
    ),
    Shown(
        "A statement of the bank",
        "what it says has arrived settles what providers paid out",
        "clerk",
        "CLERK",
        "reconciliation/statements?limit=1",
        lambda row: f"{row['name']}, closes with {_amount(row, 'closing_minor')}",
    ),
)


async def tell(tale: Tale, say: Callable[[str], None]) -> None:
    """Say of each once that it is there."""
    waiting = list(SHOWN)
    while waiting:
        for one in tuple(waiting):
            path, _, query = one.path.partition("?")
            with suppress(Refused, httpx.HTTPError):
                if rows := await tale.staff[one.who].get(f"/api/payments/v1/{path}", **dict(parse_qsl(query))):
                    waiting.remove(one)
                    say(f"  {datetime.now(UTC):%H:%M:%S}  {one.what}: {one.tell(rows[0])}")
        await asyncio.sleep(LOOKS_EVERY_S)
