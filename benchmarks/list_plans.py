"""What the server itself did for a page: its time and blocks, which the neighbours on a machine disturb least."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import asyncpg
from sqlalchemy import Engine, event


@dataclass(frozen=True)
class Plan:
    """Milliseconds at the server, blocks it looked at, and whether it read the whole table."""

    ms: float
    blocks: int
    whole_table: bool


class Statements:
    """The statements that were sent since it was last asked."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, Sequence[Any]]] = []

    def last(self, table: str) -> tuple[str, Sequence[Any]] | None:
        """The last one that reads the table, with its parameters, as the driver had them."""
        found = [one for one in self.sent if f"FROM {table}" in one[0] and not one[0].startswith("EXPLAIN")]
        self.sent.clear()
        return found[-1] if found else None


@contextmanager
def overheard() -> Iterator[Statements]:
    """What this process sends meanwhile."""
    statements = Statements()

    def hear(_connection: Any, _cursor: Any, text: str, given: Any, _context: Any, _many: bool) -> None:
        statements.sent.append((text, given))

    event.listen(Engine, "before_cursor_execute", hear)
    try:
        yield statements
    finally:
        event.remove(Engine, "before_cursor_execute", hear)


async def plan_of(raw: asyncpg.Connection, statement: str, given: Sequence[Any], times: int) -> Plan:
    """The quickest of some runs."""
    best: Plan | None = None
    for _ in range(times):
        found = await raw.fetchval(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {statement}", *given)
        top = json.loads(found)[0]
        plan = Plan(
            round(top["Execution Time"], 2),
            top["Plan"]["Shared Hit Blocks"] + top["Plan"]["Shared Read Blocks"],
            "Seq Scan" in found,
        )
        best = plan if best is None or plan.ms < best.ms else best
    assert best is not None
    return best
