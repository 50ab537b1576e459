"""I8: what an event moves was posted, once and as it says, and what was posted an event says.

Whoever did the one did the other: an entry carries who asked and the correlation of its event.

What suppliers ask for, what providers settle, bonuses and exchanges are caused by no event of a payment: other
checks hold them. Both ways are walked page by page, so memory stays the same however much there is.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from chassis.store import EventTypes
from payments.application.ledger import AccountRef, Transfer, TransferKind
from payments.application.postings import (
    adjustment_transfers,
    deposit_transfers,
    refund_transfers,
    withdrawal_transfers,
)
from payments.domain.adjustment.events import ADJUSTMENT_EVENTS
from payments.domain.deposit.events import DEPOSIT_EVENTS
from payments.domain.refund.events import REFUND_EVENTS
from payments.domain.withdrawal.events import WITHDRAWAL_EVENTS, WithdrawalSplit

SHOWN: Final = 10
PAGE: Final = 2_000
BEGINNING: Final = datetime(2000, 1, 1, tzinfo=UTC)

_CLASSES: Final = (*ADJUSTMENT_EVENTS, *DEPOSIT_EVENTS, *REFUND_EVENTS, *WITHDRAWAL_EVENTS)
_TYPES: Final = EventTypes(*_CLASSES)
_NAMES: Final = _TYPES.names(_CLASSES)
_MOVED_BY: Final[Mapping[str, Callable[[UUID, Iterable[Any]], list[Transfer]]]] = {
    "adjustment": adjustment_transfers,
    "deposit": deposit_transfers,
    "refund": refund_transfers,
    "withdrawal": withdrawal_transfers,
}
"""What events move, by the first part of their stream's name."""

KINDS: Final = (
    TransferKind.ADJUSTMENT,
    TransferKind.CHARGEBACK,
    TransferKind.DEBT_WRITE_OFF,
    TransferKind.DEPOSIT,
    TransferKind.DEPOSIT_FEE,
    TransferKind.DEPOSIT_FEE_RETURNED,
    TransferKind.DEPOSIT_REINSTATED,
    TransferKind.DEPOSIT_REVERSAL,
    TransferKind.RECEIVABLE_RECOVERY,
    TransferKind.REFUND_HOLD,
    TransferKind.REFUND_OWED,
    TransferKind.REFUND_PAID,
    TransferKind.REFUND_RELEASE,
    TransferKind.WITHDRAWAL_FEE,
    TransferKind.WITHDRAWAL_HOLD,
    TransferKind.WITHDRAWAL_PAID,
    TransferKind.WITHDRAWAL_RELEASE,
    TransferKind.WITHDRAWAL_RETURNED,
)
"""Every kind that an event of a payment moves money by."""

_EVENTS = """
    SELECT stream_id, version, type, type_version, data::text AS data, meta #>> '{actor,kind}' AS actor_kind,
        meta #>> '{actor,id}' AS actor_id, (meta ->> 'correlation_id')::uuid AS correlation_id,
        meta ->> 'authorised_by' AS authorised_by
    FROM event
    WHERE (stream_id, version) > ($1, $2) AND type = ANY ($3) ORDER BY stream_id, version LIMIT $4"""

_OF_STREAMS = """
    SELECT stream_id, version, type, type_version, data::text AS data, NULL AS actor_kind FROM event
    WHERE stream_id = ANY ($1) AND type = ANY ($2)"""

_POSTED = """
    SELECT transfer.id, seq, kind, amount_minor, reference_id, group_id, transfer.provider, actor_kind, actor_id,
        correlation_id, authorised_by,
        debit.casino_id AS debit_casino, debit.type AS debit_type, debit.currency AS debit_currency,
        debit.player_id AS debit_player, debit.provider AS debit_provider,
        credit.casino_id AS credit_casino, credit.type AS credit_type, credit.currency AS credit_currency,
        credit.player_id AS credit_player, credit.provider AS credit_provider
    FROM transfer
    LEFT JOIN account AS debit ON debit.id = debit_account LEFT JOIN account AS credit ON credit.id = credit_account
    WHERE transfer.id = ANY ($1)"""

_WHO: Final = ("actor_kind", "actor_id", "correlation_id", "authorised_by")

_AWAY = """
    SELECT id FROM transfer_closed JOIN ledger_away_now ON month = date_trunc('month', posted_at AT TIME ZONE 'UTC')
    WHERE id = ANY ($1)"""

ENTRIES = """
    SELECT id, kind, reference_id, group_id, posted_at, seq FROM transfer
    WHERE posted_at >= $1 AND (posted_at, seq) > ($1, $2) AND kind = ANY ($3) ORDER BY posted_at, seq LIMIT $4"""


@dataclass(slots=True)
class Found:
    """What is wrong: the first of them in words, and how many more there are."""

    shown: list[str] = field(default_factory=list)
    more: int = 0

    def add(self, words: str) -> None:
        """One more."""
        if len(self.shown) < SHOWN:
            self.shown.append(words)
        else:
            self.more += 1


@dataclass(frozen=True, slots=True)
class Said:
    """What an event, or something else, moves, and as far as that is known who did it."""

    by: str
    transfer: Transfer
    stream_id: str = ""
    who: Mapping[str, object] = field(default_factory=dict)


def told(entry: Any) -> str:
    """An entry, in words."""
    return f"transfer={entry['id']}, kind={entry['kind']}, reference={entry['reference_id']}"


async def not_posted(raw: Any) -> Found:
    """Every event of the snapshot that is open on `raw`: what it moves and was not posted, or otherwise, or twice.

    What was posted in a month that was taken away is known by its id alone.
    """
    found, place = Found(), ("", 0)
    stream, known = "", set[UUID]()
    while rows := await raw.fetch(_EVENTS, *place, _NAMES, PAGE):
        place = (rows[-1]["stream_id"], rows[-1]["version"])
        said = []
        for one in _said(rows):
            if one.stream_id != stream:
                stream, known = one.stream_id, set()
            if one.transfer.id in known:
                found.add(f"transfer={one.transfer.id}, kind={one.transfer.kind}, said again by {one.by}")
                continue
            known.add(one.transfer.id)
            said.append(one)
        await compare(raw, said, found)
    return found


async def compare(raw: Any, said: Sequence[Said], found: Found) -> list[Any]:
    """What was said, held against what was posted under its id, ever; the entries there are, with `seq`."""
    ids = [one.transfer.id for one in said]
    posted = {row["id"]: row for row in await raw.fetch(_POSTED, ids)}
    missing = [one for one in ids if one not in posted]
    away = {row["id"] for row in await raw.fetch(_AWAY, missing)} if missing else set()
    for one in said:
        row = posted.get(one.transfer.id)
        if row is None and one.transfer.id not in away:
            found.add(f"transfer={one.transfer.id}, kind={one.transfer.kind}, not posted, said by {one.by}")
        elif row is not None:
            facts = _facts(one.transfer)
            if row["actor_kind"] is not None:  # Of what was posted before entries said so nobody knows.
                facts.update(one.who)
            if differing := [name for name, value in facts.items() if row[name] != value]:
                what = ", ".join(differing)
                found.add(f"transfer={one.transfer.id}, posted with another {what} than said by {one.by}")
    return list(posted.values())


async def posted_ever(raw: Any, ids: Sequence[UUID]) -> set[UUID]:
    """Those that were posted, in whichever month."""
    return {row["id"] for query in (_POSTED, _AWAY) for row in await raw.fetch(query, ids)}


def _facts(one: Transfer) -> dict[str, Any]:
    return {
        "kind": one.kind,
        "amount_minor": one.amount_minor,
        "reference_id": one.reference_id,
        "group_id": one.group,
        "provider": one.provider,
        **_account("debit", one.debit),
        **_account("credit", one.credit),
    }


def _account(side: str, ref: AccountRef) -> dict[str, Any]:
    return {
        f"{side}_casino": ref.casino_id,
        f"{side}_type": ref.type,
        f"{side}_currency": ref.currency,
        f"{side}_player": ref.player_id,
        f"{side}_provider": ref.provider,
    }


async def not_said(raw: Any) -> Found:
    """Every entry of a kind that an event causes, in the snapshot that is open on `raw`: those that none says."""
    found, place = Found(), (BEGINNING, 0)
    while rows := await raw.fetch(ENTRIES, *place, [str(kind) for kind in KINDS], PAGE):
        place = (rows[-1]["posted_at"], rows[-1]["seq"])
        for row in await _without(rows, lambda streams: raw.fetch(_OF_STREAMS, sorted(streams), _NAMES)):
            found.add(told(row))
    return found


async def _without(rows: Sequence[Any], events_of: Callable[[set[str]], Awaitable[Sequence[Any]]]) -> list[Any]:
    """The entries that no event says. A refund that is a part of a withdrawal moves money under the whole's name."""
    keys = {row[name] for row in rows for name in ("reference_id", "group_id")} - {None}
    events = await events_of({f"{category}-{key}" for category in _MOVED_BY for key in keys})
    said = {one.transfer.id for one in _said(events)}
    left = [row for row in rows if row["id"] not in said]
    parts = {f"refund-{part.part_id}" for row in events if left for part in _parts(row)}
    said = {one.transfer.id for one in _said(await events_of(parts))} if parts else set()
    return [row for row in left if row["id"] not in said]


def _said(rows: Iterable[Any]) -> Iterable[Said]:
    for row in rows:
        category, _, key = row["stream_id"].partition("-")
        event = _TYPES.decode(row["type"], row["type_version"], row["data"])
        by = f"{row['type']} (version {row['version']} of {row['stream_id']})"
        who = {name: row[name] for name in _WHO} if row["actor_kind"] is not None else {}
        for transfer in _MOVED_BY[category](UUID(key), [event]):
            yield Said(by, transfer, row["stream_id"], who)


def _parts(row: Any) -> Iterable[Any]:
    event = _TYPES.decode(row["type"], row["type_version"], row["data"])
    return event.parts if isinstance(event, WithdrawalSplit) else ()
