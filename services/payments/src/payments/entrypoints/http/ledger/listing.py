"""The entries of the ledger as lists: all of a casino, and those of one wallet."""

from typing import get_args

from sqlalchemy import ColumnElement, Text, case, cast, func, select
from sqlalchemy.dialects.postgresql import JSONB

from chassis.http.listing import Field, ListSpec
from chassis.store.context import ActorKind
from contracts.payments.permissions import PaymentsPermission as P
from payments.adapters.ledger.tables import ledger_exchange, transfer
from payments.domain.ledger.accounts import DEBTS, HOLDS, AccountType
from payments.domain.ledger.transfers import TransferKind

c = transfer.c

made = ledger_exchange.c
_sold = c.currency == made.sold_currency

_EXCHANGE = case(
    (
        c.kind == TransferKind.EXCHANGE,
        select(
            func.jsonb_build_object(
                "rate",
                cast(made.rate, Text),
                "spread_bp",
                made.spread_bp,
                "source",
                made.source,
                "as_of",
                made.as_of,
                "other_currency",
                case((_sold, made.bought_currency), else_=made.sold_currency),
                "other_minor",
                case((_sold, made.bought_minor), else_=made.sold_minor),
                type_=JSONB,
            )
        )
        .where(made.id == c.group_id)
        .correlate(transfer)
        .scalar_subquery(),
    )
)
"""What the other entry of an exchange is, and at what it was made; looked up for entries of that kind alone."""

_CAUSE = {
    "reference_id": Field(c.reference_id, index_hint="ix_transfer_reference"),
    "reversal_of": Field(c.reversal_of, index_hint="ix_transfer_reversal_of"),
    "group_id": Field(c.group_id),
    "provider": Field(c.provider),
    "supplier": Field(c.supplier),
    "supplier_tx": Field(c.supplier_tx),
    "game_code": Field(c.game_code),
    "round_ref": Field(c.round_ref),
    "round_closed": Field(c.round_closed),
    "session_id": Field(c.session_id),
    "exchange": Field(_EXCHANGE, ops=(), data_class="financial"),
}

_WHO = {
    "actor_kind": Field(c.actor_kind, values=get_args(ActorKind), staff_only=True),
    "actor_id": Field(c.actor_id, staff_only=True),
    "authorised_by": Field(c.authorised_by, staff_only=True),
    "correlation_id": Field(c.correlation_id, staff_only=True),
}

ENTRIES = ListSpec(
    "ledger_entries",
    transfer,
    casino_column=c.casino_id,
    tie_columns=(c.seq,),
    fields={
        "transfer_id": Field(c.id),
        "number": Field(c.seq, ops=()),
        "casino_id": Field(c.casino_id),
        "player_id": Field(c.player_id, index_hint="ix_transfer_player"),
        "kind": Field(c.kind, values=TransferKind),
        "debit_type": Field(c.debit_type, values=AccountType),
        "credit_type": Field(c.credit_type, values=AccountType),
        "amount_minor": Field(c.amount_minor, sortable=True, currency="currency", data_class="financial"),
        "currency": Field(c.currency),
        "cash_after_minor": Field(c.cash_after, ops=(), data_class="financial"),
        "bonus_after_minor": Field(c.bonus_after, ops=(), data_class="financial"),
        **_CAUSE,
        **_WHO,
        "posted_at": Field(c.posted_at, sortable=True),
    },
    default_order="posted_at.desc",
    time_field="posted_at",
    heavy=P.LIST_HEAVY,
)


def _change_of(*kinds: AccountType) -> ColumnElement[int]:
    """What an entry did to the player's accounts of these kinds."""
    return case((c.credit_type.in_(kinds), c.amount_minor), else_=0) - case(
        (c.debit_type.in_(kinds), c.amount_minor), else_=0
    )


MOVEMENTS = ListSpec(
    "wallet_movements",
    transfer,
    casino_column=c.casino_id,
    owner_column=c.player_id,
    fields={
        "transfer_id": Field(c.id),
        "number": Field(c.seq, sortable=True),
        "kind": Field(c.kind, values=TransferKind),
        "amount_minor": Field(c.amount_minor, data_class="financial"),
        "cash_delta_minor": Field(_change_of(AccountType.CASH), ops=(), data_class="financial"),
        "bonus_delta_minor": Field(_change_of(AccountType.BONUS), ops=(), data_class="financial"),
        "hold_delta_minor": Field(_change_of(*HOLDS), ops=(), data_class="financial"),
        "owed_delta_minor": Field(-_change_of(*DEBTS), ops=(), data_class="financial"),
        "cash_after_minor": Field(c.cash_after, ops=(), data_class="financial"),
        "bonus_after_minor": Field(c.bonus_after, ops=(), data_class="financial"),
        **_CAUSE,
        **_WHO,
        "posted_at": Field(c.posted_at),
    },
    default_order="number.desc",
    large=True,
    heavy=P.LIST_HEAVY,
)
