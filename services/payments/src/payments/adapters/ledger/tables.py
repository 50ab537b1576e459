"""The ledger's tables. `transfer` is the log of everything that happened to money; the rest follows from it.

Each month of it is a table in the schema `ledger_months` with unique indexes on `id` and `reversal_of` of its own
(`months.py`).
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Numeric,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    Uuid,
    func,
    text,
)

from payments.application.schema import metadata

_NOW = func.clock_timestamp()

account = Table(
    "account",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("casino_id", Uuid, nullable=False),
    Column("player_id", Uuid, comment="the owner; an account without player and provider is the house's"),
    Column("provider", Text),
    Column("type", Text, nullable=False),
    Column("currency", Text, nullable=False),
    Column(
        "balance_minor",
        BigInteger,
        nullable=False,
        server_default="0",
        comment="credits minus debits; for house and providers what waits in account_delta comes on top",
    ),
    Column("floor_minor", BigInteger, comment="the least it may hold; NULL: no floor"),
    Column("bets_blocked", Boolean, nullable=False, server_default=text("false")),
    Column("deposits_blocked", Boolean, nullable=False, server_default=text("false")),
    Column(
        "debt_stops",
        Boolean,
        nullable=False,
        server_default=text("false"),
        comment="what is owed here is for a chargeback, and nobody let its player go on",
    ),
    Column("opened_at", DateTime(timezone=True), nullable=False, server_default=_NOW),
    CheckConstraint("balance_minor >= floor_minor", name="floor"),
    CheckConstraint("player_id IS NULL OR provider IS NULL", name="one_owner"),
    Index(
        "uq_account_player",
        "player_id",
        "type",
        "currency",
        "casino_id",
        unique=True,
        postgresql_where=text("player_id IS NOT NULL"),
    ),
    Index(
        "uq_account_house",
        "casino_id",
        "currency",
        "type",
        "provider",
        unique=True,
        postgresql_nulls_not_distinct=True,
        postgresql_where=text("player_id IS NULL"),
    ),
    postgresql_with={
        "fillfactor": "60",
        "autovacuum_vacuum_scale_factor": "0.02",
        "autovacuum_vacuum_cost_delay": "0",
    },
)

transfer = Table(
    "transfer",
    metadata,
    Column("seq", BigInteger, Identity(always=True), nullable=False, comment="within a wallet, the order of posting"),
    Column("id", Uuid, nullable=False),
    Column("kind", Text, nullable=False),
    Column("debit_account", BigInteger, nullable=False),
    Column("credit_account", BigInteger, nullable=False),
    Column("amount_minor", BigInteger, nullable=False),
    Column("debit_balance", BigInteger, comment="after it; NULL for house and providers"),
    Column("credit_balance", BigInteger, comment="after it; NULL for house and providers"),
    Column("wallet_id", BigInteger, comment="the cash account of the player it concerns"),
    Column("cash_after", BigInteger, comment="the balance of that account after it"),
    Column("fingerprint", BigInteger, nullable=False, comment="of the facts as they were sent"),
    Column("reference_id", Uuid, comment="what it belongs to: the bet, the deposit, the withdrawal"),
    Column("reversal_of", Uuid, comment="what it takes back, or will never let happen (kind tombstone)"),
    Column("group_id", Uuid, comment="transfers that were posted together or not at all"),
    Column("provider", Text),
    Column("supplier", Text),
    Column("supplier_tx", Text),
    Column("game_code", Text),
    Column("round_ref", Text),
    Column("round_closed", Boolean, nullable=False),
    Column("session_id", Uuid),
    Column("posted_at", DateTime(timezone=True), nullable=False),
    Column("casino_id", Uuid, nullable=False, comment="of both accounts"),
    Column("player_id", Uuid, comment="whose accounts are concerned; NULL: nobody's"),
    Column("currency", Text, nullable=False, comment="of both accounts"),
    Column("debit_type", Text, nullable=False, comment="what the debited account is for"),
    Column("credit_type", Text, nullable=False, comment="what the credited account is for"),
    Column(
        "bonus_minor",
        BigInteger,
        comment="what of a game movement goes over the player's bonus, in an entry of its own",
    ),
    Column("bonus_after", BigInteger, comment="the balance of the player's bonus after it; NULL: he has none"),
    Column("actor_kind", Text, comment="who asked; NULL: a supplier"),
    Column("actor_id", Text),
    Column("authorised_by", Text, comment="who agreed"),
    Column("correlation_id", Uuid, comment="of everything that came of the same request"),
    PrimaryKeyConstraint("posted_at", "seq"),
    CheckConstraint("debit_account <> credit_account", name="two_accounts"),
    CheckConstraint(
        "amount_minor > 0 OR (amount_minor = 0 AND "
        "kind IN ('tombstone', 'bet', 'win', 'rollback_bet', 'rollback_win'))",
        name="amount",
    ),
    Index("ix_transfer_casino", "casino_id", "posted_at", "seq"),
    Index("ix_transfer_player", "player_id", "seq", postgresql_where=text("player_id IS NOT NULL")),
    Index(
        "ix_transfer_beside_games",
        "player_id",
        "seq",
        postgresql_where=text(
            "player_id IS NOT NULL AND kind NOT IN ('bet', 'win', 'rollback_bet', 'rollback_win', 'tombstone')"
        ),
    ),
    Index("ix_transfer_reversal_of", "reversal_of", postgresql_where=text("reversal_of IS NOT NULL")),
    Index("ix_transfer_reference", "reference_id", postgresql_where=text("reference_id IS NOT NULL")),
    postgresql_partition_by="RANGE (posted_at)",
)

transfer_closed = Table(
    "transfer_closed",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("posted_at", DateTime(timezone=True), nullable=False),
    Column("seq", BigInteger, nullable=False),
    comment="the ids of entries of closed months: they stay when a month is taken away",
)

transfer_closed_reversal = Table(
    "transfer_closed_reversal",
    metadata,
    Column("reversal_of", Uuid, primary_key=True),
    Column("posted_at", DateTime(timezone=True), nullable=False),
    Column("seq", BigInteger, nullable=False),
    comment="what entries of closed months took back, or will never let happen",
)

ledger_seal = Table(
    "ledger_seal",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("until_at", DateTime(timezone=True), nullable=False, comment="of its last entry"),
    Column("until_seq", BigInteger, nullable=False),
    Column("entries", Integer, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("chain", LargeBinary, nullable=False),
    Column("sealed_at", DateTime(timezone=True), nullable=False),
    Column("told_at", DateTime(timezone=True), comment="when its chain was published; NULL: it was not"),
    Column(
        "form",
        SmallInteger,
        nullable=False,
        server_default="1",
        comment="of the rows that are hashed: their columns, in order",
    ),
    comment="blocks of entries, each with the hash of its rows and of the seal before it",
)

ledger_open = Table(
    "ledger_open",
    metadata,
    Column("since", DateTime(timezone=True), primary_key=True),
    comment="from when on months are open: their own indexes know the ids in them",
)

ledger_away = Table(
    "ledger_away",
    metadata,
    Column("month", Date, primary_key=True),
    Column("entries", BigInteger, nullable=False),
    Column("taken_at", DateTime(timezone=True), nullable=False, server_default=_NOW),
    comment="months whose table was taken away, to be kept elsewhere",
)

ledger_carried = Table(
    "ledger_carried",
    metadata,
    Column("month", Date, primary_key=True),
    Column("account_id", BigInteger, primary_key=True),
    Column("sum_minor", BigInteger, nullable=False),
    Column("last_seq", BigInteger, nullable=False, comment="of the last entry in that month"),
    comment="what a month that was taken away did to each account",
)

ledger_carried_withdrawal = Table(
    "ledger_carried_withdrawal",
    metadata,
    Column("month", Date, primary_key=True),
    Column("reference_id", Uuid, primary_key=True),
    Column("wallet_id", BigInteger),
    Column("open_minor", BigInteger, nullable=False, comment="held less released and paid, in that month"),
    comment="withdrawals and refunds that a month that was taken away did not hold and end alike",
)

ledger_day = Table(
    "ledger_day",
    metadata,
    Column("day", Date, primary_key=True),
    Column("casino_id", Uuid, primary_key=True),
    Column("currency", Text, primary_key=True),
    Column("type", Text, primary_key=True),
    Column("sum_minor", Numeric, nullable=False),
    Column("entries", BigInteger, nullable=False, comment="sides of entries that are in the sum"),
    comment="what the entries of a day, in UTC, did to all accounts of one type; made when it is over",
)

ledger_exchange = Table(
    "ledger_exchange",
    metadata,
    Column("id", Uuid, primary_key=True, comment="the group of its two entries"),
    Column("casino_id", Uuid, nullable=False),
    Column("player_id", Uuid, nullable=False),
    Column("sold_currency", Text, nullable=False),
    Column("sold_minor", BigInteger, nullable=False),
    Column("bought_currency", Text, nullable=False),
    Column("bought_minor", BigInteger, nullable=False),
    Column("rate", Numeric, nullable=False, comment="bought for one sold, before the spread"),
    Column("spread_bp", Integer, nullable=False, comment="what the house kept, in hundredths of a per cent"),
    Column("source", Text, nullable=False, comment="who published the rates"),
    Column("as_of", Date, nullable=False, comment="of what day they were"),
    Column("proposed_by", Text, nullable=False, server_default=""),
    Column(
        "approved_by", Text, nullable=False, server_default="", comment="who agreed; several are separated by commas"
    ),
    Column("exchanged_at", DateTime(timezone=True), nullable=False, server_default=_NOW),
    Column("recorded_at", DateTime(timezone=True), server_default=_NOW, comment="NULL: when it was exchanged"),
    Index("ix_ledger_exchange_casino", "casino_id", "exchanged_at", "id"),
    Index("ix_ledger_exchange_player", "player_id", "exchanged_at", "id"),
    Index("ix_ledger_exchange_exchanged_at", "exchanged_at", "id"),
    comment="what money of one currency was exchanged at for money of another",
)

ledger_bonus = Table(
    "ledger_bonus",
    metadata,
    Column("id", Uuid, primary_key=True, comment="the reference of its entries"),
    Column("casino_id", Uuid, nullable=False),
    Column("player_id", Uuid, nullable=False),
    Column("action", Text, nullable=False),
    Column("amount_minor", BigInteger, nullable=False),
    Column("forfeited_minor", BigInteger, nullable=False, comment="taken back together with a conversion"),
    Column("currency", Text, nullable=False),
    Column("reference", Text, comment="what it is about, as an outsider calls it"),
    Column("proposed_by", Text, nullable=False),
    Column("approved_by", Text, nullable=False, comment="who agreed; several are separated by commas"),
    Column("moved_at", DateTime(timezone=True), nullable=False),
    Index("ix_ledger_bonus_casino", "casino_id", "moved_at", "id"),
    Index("ix_ledger_bonus_player", "player_id", "moved_at", "id"),
    Index("ix_ledger_bonus_moved_at", "moved_at", "id"),
    Index("ix_ledger_bonus_reference", "reference"),
    comment="what people did with bonus money of players",
)

account_delta = Table(
    "account_delta",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("account_id", BigInteger, nullable=False),
    Column("delta_minor", BigInteger, nullable=False),
    comment="what happened to accounts of house and providers since it was last added to their balance",
)
