"""Entries of the books as contract events, written as JSON at once: thousands per second pass here.

A test compares what is written here with what `contracts` makes of the same facts.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from chassis.store import Context
from contracts.event import ContractEvent
from contracts.payments.events import DebtRecorded, RollbackRemembered, TransferPosted
from contracts.payments.wallet import transfer_id
from payments.domain.ledger.accounts import AccountType, WalletKey
from payments.domain.ledger.transfers import Entry, TransferKind

TOPIC = TransferPosted.topic
_encode = msgspec.json.Encoder().encode


class _Posted(msgspec.Struct, omit_defaults=True):
    transfer_id: UUID
    player_id: UUID
    casino_id: UUID
    kind: str
    currency: str
    amount_minor: int
    delta_minor: int
    balance_minor: int
    posted_at: datetime
    supplier: str | None = None
    game_code: str | None = None
    round_ref: str | None = None
    session_id: UUID | None = None
    supplier_tx: str | None = None
    reference_id: UUID | None = None
    round_closed: bool = False
    provider: str | None = None
    sequence: int = 0
    bonus_delta_minor: int = 0
    bonus_balance_minor: int = 0


class _Remembered(msgspec.Struct, omit_defaults=True):
    transfer_id: UUID
    player_id: UUID
    casino_id: UUID
    supplier: str
    round_ref: str
    posted_at: datetime
    game_code: str | None = None


class _Debt(msgspec.Struct):
    transfer_id: UUID
    player_id: UUID
    casino_id: UUID
    currency: str
    amount_minor: int
    owed_minor: int
    supplier: str
    round_ref: str
    recorded_at: datetime


class _Envelope(msgspec.Struct, omit_defaults=True):
    specversion: str
    id: UUID
    source: str
    type: str
    typeversion: int
    subject: str
    streamversion: int
    time: datetime
    datacontenttype: str
    partitionkey: str
    casinoid: UUID
    actorkind: str
    actorid: str
    correlationid: UUID
    data: Any
    actorip: str | None = None
    authorisedby: str | None = None
    causationid: UUID | None = None
    traceparent: str | None = None
    breakglass: UUID | None = None


def events_of(entry: Entry, owner: WalletKey, key: str, ctx: Context | None, now: datetime, sequence: int) -> list[str]:
    """The envelopes that tell of one entry, as JSON, in order.

    `key` is the player's id as text; `ctx` is None for what a supplier did; `sequence` is greater than that of the
    wallet's movement before. Why people did it is told by what caused the movement, to whoever may read their words.
    """

    def envelope(fact: type[ContractEvent], event_id: UUID, data: msgspec.Struct) -> str:
        return _wrapped(fact, event_id, data, entry, owner, key, ctx, now)

    if entry.supplier is not None and AccountType.BONUS in (entry.debit_type, entry.credit_type):
        return []  # The entry that carries the movement's id tells of all of it.
    if entry.kind == TransferKind.TOMBSTONE:
        return [envelope(RollbackRemembered, entry.id, _remembered(entry, owner, now))]
    posted = envelope(TransferPosted, entry.id, _posted(entry, owner, now, sequence))
    if entry.kind == TransferKind.OWED:
        return [posted, envelope(DebtRecorded, transfer_id("debt", entry.id), _debt(entry, owner, now))]
    return [posted]


def _posted(entry: Entry, owner: WalletKey, now: datetime, sequence: int) -> _Posted:
    wallet, amount, of_bonus = entry.wallet_id, entry.amount_minor, entry.bonus_minor or 0
    delta = amount if entry.credit_account == wallet else -amount if entry.debit_account == wallet else 0
    bonus_delta = of_bonus if entry.credit_account == wallet else -of_bonus
    if not of_bonus and entry.bonus_after is not None:
        bonus_delta = amount * ((entry.credit_type == AccountType.BONUS) - (entry.debit_type == AccountType.BONUS))
    return _Posted(
        entry.id,
        owner.player_id,
        owner.casino_id,
        entry.kind,
        owner.currency,
        amount + of_bonus,
        delta,
        entry.cash_after or 0,
        now,
        entry.supplier,
        entry.game_code,
        entry.round_ref,
        entry.session_id,
        entry.supplier_tx,
        entry.reference_id,
        entry.round_closed,
        entry.provider,
        sequence,
        bonus_delta,
        entry.bonus_after or 0,
    )


def _remembered(entry: Entry, owner: WalletKey, now: datetime) -> _Remembered:
    return _Remembered(
        entry.id,
        owner.player_id,
        owner.casino_id,
        entry.supplier or "",
        entry.round_ref or "",
        now,
        entry.game_code,
    )


def _debt(entry: Entry, owner: WalletKey, now: datetime) -> _Debt:
    assert entry.reference_id is not None
    assert entry.debit_balance is not None
    return _Debt(
        entry.reference_id,
        owner.player_id,
        owner.casino_id,
        owner.currency,
        entry.amount_minor,
        -entry.debit_balance,
        entry.supplier or "",
        entry.round_ref or "",
        now,
    )


def _wrapped(
    fact: type[ContractEvent],
    event_id: UUID,
    data: msgspec.Struct,
    entry: Entry,
    owner: WalletKey,
    key: str,
    ctx: Context | None,
    now: datetime,
) -> str:
    envelope = _Envelope(
        "1.0",
        event_id,
        "/pitboss/payments",
        fact.type,
        fact.version,
        "wallet-" + key,
        0,
        now,
        "application/json",
        key,
        owner.casino_id,
        "partner",
        entry.supplier or "unknown",
        entry.id,
        data,
    )
    if ctx is not None:
        envelope.time = ctx.occurred_at
        envelope.actorkind, envelope.actorid, envelope.actorip = ctx.actor.kind, ctx.actor.id, ctx.actor.ip
        envelope.correlationid, envelope.causationid = ctx.correlation_id, ctx.causation_id
        envelope.authorisedby, envelope.traceparent = ctx.authorised_by, ctx.traceparent
        envelope.breakglass = ctx.breakglass
    return _encode(envelope).decode()
