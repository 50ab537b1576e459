"""What must be true at the end, read from the services' own databases."""

from dataclasses import dataclass
from typing import Any

import asyncpg
from pitlocal.stack import Stack

from journey.client import eventually
from journey.newcomer import parcels_taken
from journey.tale import Step, Tale

SERVICES = ("security", "backoffice", "verification", "payments", "games", "reports")

_SUMS = """
    SELECT a.currency, sum(a.balance_minor + coalesce(d.delta, 0))::bigint AS total
    FROM account a
    LEFT JOIN (SELECT account_id, sum(delta_minor) AS delta FROM account_delta GROUP BY 1) d ON d.account_id = a.id
    GROUP BY 1"""


@dataclass(frozen=True)
class Books:
    """The ledger's own sums."""

    sums: dict[str, int]
    transfers: int


async def ask(stack: Stack, service: str, query: str, *values: Any) -> list[Any]:
    """One question to a service's database."""
    connection = await asyncpg.connect(stack.database_url(service))
    try:
        rows: list[Any] = await connection.fetch(query, *values)
        return rows
    finally:
        await connection.close()


async def books(stack: Stack) -> Books:
    """The sums of all accounts by currency."""
    sums = {row["currency"]: row["total"] for row in await ask(stack, "payments", _SUMS)}
    [count] = await ask(stack, "payments", "SELECT count(*) AS n FROM transfer WHERE kind <> 'tombstone'")
    return Books(sums, count["n"])


async def balanced(tale: Tale) -> str:
    """The ledger sums to zero in every currency, by its own word and by its rows."""
    summary = await tale.staff["analyst"].get("/api/payments/v1/ledger/summary")
    assert summary["balanced"], summary
    found = await books(tale.stack)
    assert found.sums, "no accounts"
    assert not any(found.sums.values()), found.sums
    tale.findings["ledger sum"] = ", ".join(f"{currency} {total}" for currency, total in sorted(found.sums.items()))
    return f"{found.transfers} transfers; sums: {tale.findings['ledger sum']}"


async def nothing_left(tale: Tale) -> str:
    """No event waits to be published, none was parked, no notification is under way."""
    await parcels_taken(tale)
    for service in SERVICES:

        async def published(service: str = service) -> bool | None:
            [row] = await ask(tale.stack, service, "SELECT count(*) AS n FROM outbox WHERE published_at IS NULL")
            return row["n"] == 0 or None

        await eventually(f"the outbox of {service} is empty", published, within_s=30)
        parked = await ask(tale.stack, service, "SELECT * FROM parked_message WHERE resolved_at IS NULL")
        assert not parked, [dict(row) for row in parked]
    [aside] = await ask(tale.stack, "payments", _ASIDE)
    assert aside["n"] == 0, "a provider's notification was set aside"
    return f"the outboxes of {len(SERVICES)} services are empty, nothing is parked or set aside"


_ASIDE = "SELECT count(*) AS n FROM event WHERE type = 'payments.notification_set_aside'"

BALANCED = (Step("The ledger sums to zero", balanced),)
NOTHING_LEFT = (Step("Nothing is left over", nothing_left),)
