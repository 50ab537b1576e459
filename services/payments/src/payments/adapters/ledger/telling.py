"""What is told of a batch: envelopes, and names of entries whose envelopes are made when they are published.

All that is told of a game movement is in its entry, so a row of the outbox only names entries: a batch of movements is
one row. What people asked for is told with where they asked from and why it was asked, which no entry holds.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

import msgspec

from chassis.messaging import Message, Renderers, Undeliverable
from chassis.store import Context
from payments.adapters.ledger import sql
from payments.adapters.ledger.envelopes import TOPIC, events_of
from payments.domain.ledger.accounts import WalletKey
from payments.domain.ledger.transfers import Entry


class _Row(NamedTuple):
    """Of the outbox; `first` and `last` are places in the batch, counted from 1, of the entries that it names."""

    key: str
    envelope: str
    first: int | None = None
    last: int | None = None


class Queue:
    """The outbox rows of a batch, in the order of its entries.

    Args:
        now: when the entries are posted.
        after: events are numbered from one above this.
    """

    def __init__(self, now: datetime, after: int) -> None:
        self._now = now
        self._after = after
        self._reached = 0
        self.rows: list[_Row] = []

    def name(self, until: int) -> None:
        """The entries from where the queue has come to this one are of game movements."""
        count = until - self._reached
        if count:
            named = f'{{"posted_at":"{self._now.isoformat()}","after":{self._after},"entries":['
            self.rows.append(_Row("", named, self._reached + 1, until))
            self._after += count
            self._reached = until

    def tell(self, entries: Sequence[tuple[Entry, WalletKey]], ctx: Context, until: int) -> None:
        """What somebody asked for, and whose wallets it concerns; after it the queue has come to `until`."""
        for entry, owner in entries:
            key = str(owner.player_id)
            self._after += 1
            self.rows.extend(_Row(key, told) for told in events_of(entry, owner, key, ctx, self._now, self._after))
        self._reached = until


class _Named(msgspec.Struct):
    """What a row says that names entries, by their numbers in the books."""

    posted_at: datetime
    after: int
    entries: list[int]


_decode = msgspec.json.Decoder(_Named).decode


class Entries:
    """Makes the events of entries that a row names; implements `chassis.messaging.relay.Renderer`."""

    def count(self, envelope: str) -> int:
        """As many as there are numbers."""
        return envelope.count(",")

    async def render(self, connection: Any, envelopes: Sequence[str]) -> list[list[Message]]:
        """See the protocol. Undeliverable: an entry is gone, as a month is that was taken away meanwhile."""
        rows = [_decode(envelope) for envelope in envelopes]
        numbered = [(place, row.posted_at, number) for place, row in enumerate(rows) for number in row.entries]
        found: list[list[Entry]] = [[] for _ in rows]
        for place, *entry in await connection.fetch(sql.NAMED, *map(list, zip(*numbered, strict=True))):
            found[place].append(Entry(*entry))
        return [_messages(row, entries) for row, entries in zip(rows, found, strict=True)]


def _messages(named: _Named, entries: Sequence[Entry]) -> list[Message]:
    if len(entries) != len(named.entries):
        gone = len(named.entries) - len(entries)
        raise Undeliverable(f"{gone} of {len(named.entries)} entries of {named.posted_at.isoformat()} are gone")
    messages: list[Message] = []
    for number, entry in enumerate(entries, named.after + 1):
        if entry.player_id is None:
            continue
        owner, key = WalletKey(entry.casino_id, entry.player_id, entry.currency), str(entry.player_id)
        told = events_of(entry, owner, key, None, named.posted_at, number)
        messages.extend(Message(TOPIC, key, envelope.encode()) for envelope in told)
    return messages


RENDERERS: Final[Renderers] = {sql.ENTRIES: Entries()}
"""Of this service's outbox."""
