"""Files, their lines, what the ledger expects, and what is settled together."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Numeric,
    Table,
    Text,
    TextClause,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from payments.application.schema import metadata

_OUTSTANDING = text("state IN ('open', 'missing_at_provider', 'mismatched')")
_UNEXPLAINED = text("state IN ('mismatched', 'missing_in_ledger')")
_MISSING = text("state = 'missing_at_provider'")
_OPEN_LINES = text("state IN ('mismatched', 'missing_in_ledger') AND difference <> 'fee' AND provider IS NOT NULL")
_PAIRABLE = text("provider IS NULL AND state IN ('staged', 'mismatched', 'missing_in_ledger')")
_OPEN_AT_BANK = text("state IN ('mismatched', 'missing_in_ledger') AND provider IS NULL")


def _as_breaks(table: str, break_id: TextClause, off: str, where: TextClause) -> list[Index]:
    """In the orders of the list of breaks, of one casino and of several: as the view `settlement_break` names them."""
    name = f"ix_{table}_break"
    return [
        Index(name, "booked_at", break_id, postgresql_where=where),
        Index(f"{name}_casino", "casino_id", "booked_at", break_id, postgresql_where=where),
        Index(f"{name}_off", "currency", off, break_id, postgresql_where=where),
        Index(f"{name}_casino_off", "casino_id", "currency", off, break_id, postgresql_where=where),
    ]


settlement_terms = Table(
    "settlement_terms",
    metadata,
    Column("id", Uuid, nullable=False, server_default=text("gen_random_uuid()"), unique=True),
    Column("casino_id", Uuid, primary_key=True),
    Column("provider", Text, primary_key=True),
    Column("currency", Text, primary_key=True),
    Column("due_days", Integer, nullable=False, comment="after a movement a file must tell of it"),
    Column("alarm_days", Integer, nullable=False, comment="a movement without a line may be so old"),
    Column("match_days", Integer, nullable=False, comment="apart, where nothing but the amount tells which it is"),
    Column("tolerance_minor", BigInteger, nullable=False, comment="an amount may be off by so much"),
    Column("fee_fixed_minor", BigInteger, comment="of a movement; NULL with fee_bps: fees are taken as they are"),
    Column("fee_bps", Integer, comment="of a movement, in hundredths of a percent"),
    Column("fee_tolerance_minor", BigInteger, nullable=False),
    Column(
        "rate_tolerance_bps",
        Integer,
        nullable=False,
        server_default="0",
        comment=(
            "what is settled in this currency may be off from published rates by so much, in hundredths of a percent"
        ),
    ),
    Column(
        "fee_share_bps",
        Integer,
        comment=(
            "of what the payments of a batch move its fees may be so much before two people are asked, as fee_bps;"
            " NULL: the price that is agreed for a payment, or what holds without one"
        ),
    ),
    Column(
        "prefunded",
        Boolean,
        nullable=False,
        server_default="false",
        comment="payouts are sent only as far as the provider holds our money",
    ),
    Column("holds_max_minor", BigInteger, comment="of our money, before deposits go to others; NULL: no bound"),
    Column(
        "float_low_minor", BigInteger, comment="people are told when the provider can pay out less; NULL: they are not"
    ),
    Column(
        "accounts",
        JSONB,
        nullable=False,
        server_default="[]",
        comment="the casino's own bank accounts, capitals and digits; of the provider bank alone",
    ),
    Column("updated_at", DateTime(timezone=True), nullable=False),
    Index("ix_settlement_terms_casino", "casino_id", "updated_at", "id"),
    Index("ix_settlement_terms_updated_at", "updated_at", "id"),
    comment="what is agreed with a provider about settlements; defaults hold where there is none",
)

settlement_expectation = Table(
    "settlement_expectation",
    metadata,
    Column("id", Uuid, primary_key=True, comment="of the entry of the ledger, the first where there are two"),
    Column("casino_id", Uuid, nullable=False),
    Column("provider", Text, nullable=False),
    Column("movement", Text, nullable=False),
    Column("reference_id", Uuid, comment="the deposit or withdrawal"),
    Column("provider_reference", Text, comment="how the provider calls it"),
    Column("amount_minor", BigInteger, nullable=False, comment="what it adds to our money at the provider"),
    Column("currency", Text, nullable=False),
    Column("booked_at", DateTime(timezone=True), nullable=False),
    Column("due_at", DateTime(timezone=True), nullable=False),
    Column("state", Text, nullable=False),
    Column("item_id", BigInteger, comment="the line that explains it, the first where there are several"),
    Column("ended_at", DateTime(timezone=True), comment="since when it is explained"),
    Index("ix_settlement_expectation_casino", "casino_id", "booked_at", "id"),
    Index("ix_settlement_expectation_booked_at", "booked_at", "id"),
    Index("ix_settlement_expectation_reference", "reference_id", "movement"),
    Index("ix_settlement_expectation_provider_reference", "provider_reference"),
    Index(
        "ix_settlement_expectation_amount",
        "casino_id", "provider", "currency", "amount_minor",
        postgresql_where=_OUTSTANDING,
    ),
    Index(
        "ix_settlement_expectation_oldest",
        "casino_id", "provider", "currency", "booked_at",
        postgresql_where=_OUTSTANDING,
    ),
    Index("ix_settlement_expectation_state", "state", "due_at", "id"),
    *_as_breaks("settlement_expectation", text("('expectation-' || id::text)"), "amount_minor", _MISSING),
    comment="movements at providers that a settlement file must tell of",
)  # fmt: skip

settlement_file = Table(
    "settlement_file",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("casino_id", Uuid, nullable=False),
    Column("format", Text, nullable=False),
    Column("provider", Text, comment="NULL: a bank's statement"),
    Column("sha256", Text, nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    Column("path", Text, nullable=False, comment="where its bytes are"),
    Column("state", Text, nullable=False),
    Column("why", Text, comment="it failed"),
    Column("why_code", Text, comment="the same for programs; NULL with a text: it failed before codes were kept"),
    Column("rows", BigInteger, nullable=False, server_default="0", comment="read so far"),
    Column("compared", BigInteger, nullable=False, server_default="0", comment="lines compared so far, by number"),
    Column("last_line", BigInteger, nullable=False, server_default="0"),
    Column("replaces", Uuid),
    Column("uploaded_by", Text, nullable=False),
    Column("uploaded_at", DateTime(timezone=True), nullable=False),
    Column("finished_at", DateTime(timezone=True)),
    Column("warning", Text, comment="it is done, and yet hardly what was meant; NULL: nothing to say"),
    Index(
        "uq_settlement_file_sha256",
        "casino_id",
        "sha256",
        unique=True,
        postgresql_where=text("state <> 'replaced'"),
    ),
    Index("ix_settlement_file_casino", "casino_id", "uploaded_at", "id"),
    Index("ix_settlement_file_uploaded_at", "uploaded_at", "id"),
)

bank_statement = Table(
    "bank_statement",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("file_id", Uuid, ForeignKey("settlement_file.id"), nullable=False),
    Column("place", BigInteger, nullable=False, comment="in the file"),
    Column("casino_id", Uuid, nullable=False),
    Column("account", Text, nullable=False, comment="as the terms of the bank have it"),
    Column("currency", Text, nullable=False),
    Column("name", Text, comment="how the bank calls it"),
    Column("number", BigInteger, comment="in the row of statements, where the bank gives one"),
    Column("opened_on", Date, nullable=False),
    Column("opening_minor", BigInteger, nullable=False),
    Column("closed_on", Date, nullable=False),
    Column("closing_minor", BigInteger, nullable=False),
    Column("state", Text, nullable=False),
    Column("gap_minor", BigInteger, comment="by which it opens with more than the one before closed with"),
    UniqueConstraint("file_id", "place"),
    Index("ix_bank_statement_casino", "casino_id", "closed_on", "id"),
    Index("ix_bank_statement_closed_on", "closed_on", "id"),
    Index("ix_bank_statement_account", "casino_id", "account", "currency", "closed_on"),
    Index("ix_bank_statement_gap", "casino_id", "opened_on", "id", postgresql_where=text("state = 'gap'")),
    comment="what banks have stated of the casino's accounts",
)

settlement_batch = Table(
    "settlement_batch",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("file_id", Uuid, ForeignKey("settlement_file.id"), nullable=False),
    Column("casino_id", Uuid, nullable=False),
    Column("provider", Text, nullable=False),
    Column("name", Text, nullable=False, comment="how the provider calls it; empty: the lines of no batch"),
    Column("said", Text, comment="how the bank's statement will call it"),
    Column("currency", Text, nullable=False),
    Column("lines", BigInteger, nullable=False),
    Column("gross_minor", BigInteger, nullable=False),
    Column("fee_minor", BigInteger, nullable=False),
    Column("rounding_minor", BigInteger, nullable=False, comment="by which matched lines are off; a fee as well"),
    Column("arrives_minor", BigInteger, nullable=False, comment="at our bank; negative: we pay"),
    Column("booked_at", DateTime(timezone=True), nullable=False, comment="the last of its lines"),
    Column("state", Text, nullable=False),
    Column("posted", Boolean, nullable=False, server_default="false", comment="its fees are in the ledger"),
    Column("bank_item_id", BigInteger, comment="the line of the bank's statement, the first where there are several"),
    Column("ended_at", DateTime(timezone=True)),
    Column(
        "explained_minor",
        BigInteger,
        comment="what the payments move that its lines explain, whichever way; NULL before that was kept",
    ),
    Column(
        "state_then",
        Text,
        comment="its state once two people have agreed to its fees; NULL: these wait for nobody",
    ),
    Index("ix_settlement_batch_casino", "casino_id", "booked_at", "id"),
    Index("ix_settlement_batch_booked_at", "booked_at", "id"),
    Index("ix_settlement_batch_file", "file_id"),
    Index(
        "ix_settlement_batch_oldest",
        "casino_id",
        "provider",
        "currency",
        "booked_at",
        postgresql_where=text("state IN ('open', 'mismatched')"),
    ),
    comment="what a provider settles together",
)

settlement_item = Table(
    "settlement_item",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("file_id", Uuid, nullable=False),
    Column("line", BigInteger, nullable=False),
    Column("casino_id", Uuid, nullable=False),
    Column("provider", Text, comment="NULL: a line of a bank's statement"),
    Column("movement", Text, nullable=False),
    Column("our_reference", Text, comment="as the file has it"),
    Column("reference_id", Uuid, comment="the deposit or withdrawal it is about"),
    Column("provider_reference", Text),
    Column("batch", Text),
    Column("said", Text),
    Column("said_sha256", LargeBinary, comment="of the casino and what a bank said, once that is no longer kept"),
    Column("amount_minor", BigInteger, nullable=False, comment="before fees"),
    Column("fee_minor", BigInteger, nullable=False),
    Column("currency", Text, nullable=False),
    Column("booked_at", DateTime(timezone=True), nullable=False),
    Column("final", Boolean, nullable=False),
    Column("code", Text, nullable=False, comment="the provider's word for it"),
    Column("state", Text, nullable=False),
    Column("difference", Text, comment="why it does not agree"),
    Column("difference_minor", BigInteger, comment="by how much, where it is an amount or a fee"),
    Column("expectation_id", Uuid),
    Column("ended_at", DateTime(timezone=True)),
    Column("paid_minor", BigInteger, comment="what was paid, where that is not what was settled and the file says it"),
    Column("paid_currency", Text),
    Column(
        "off_minor",
        BigInteger,
        comment=(
            "by how much its amount is off, within the tolerance; NULL before that was kept beside a fee that differs"
        ),
    ),
    UniqueConstraint("file_id", "line"),
    CheckConstraint("line > 0", name="line"),
    Index(
        "ix_settlement_item_reference", "reference_id", "movement", postgresql_where=text("reference_id IS NOT NULL")
    ),
    Index("ix_settlement_item_casino", "casino_id", "booked_at", "id"),
    Index("ix_settlement_item_booked_at", "booked_at", "id"),
    *_as_breaks("settlement_item", text("('item-' || id::text)"), "difference_minor", _UNEXPLAINED),
    Index("ix_settlement_item_oldest", "casino_id", "provider", "currency", "booked_at", postgresql_where=_OPEN_LINES),
    Index("ix_settlement_item_open_at_bank", "casino_id", postgresql_where=_OPEN_AT_BANK),
    Index(
        "ix_settlement_item_bank_marks",
        text("bank_marks(said)"),
        postgresql_using="gin",
        postgresql_with={"fastupdate": "off"},
        postgresql_where=_PAIRABLE,
    ),
    Index("ix_settlement_item_bank_amount", "casino_id", "currency", "amount_minor", postgresql_where=_PAIRABLE),
    Index("ix_settlement_item_provider_reference", "provider_reference"),
    comment="lines of settlement files and bank statements",
)

settlement_conversion = Table(
    "settlement_conversion",
    metadata,
    Column("item_id", BigInteger, primary_key=True, autoincrement=False,
           comment="the line that explains the payment, the last of several"),
    Column("file_id", Uuid, nullable=False),
    Column("casino_id", Uuid, nullable=False),
    Column("provider", Text, nullable=False),
    Column("expectation_id", Uuid, nullable=False),
    Column("sold_currency", Text, nullable=False),
    Column("sold_minor", BigInteger, nullable=False, comment="of the payment, signed as its movement"),
    Column("bought_currency", Text, nullable=False),
    Column("bought_minor", BigInteger, nullable=False, comment="as it was settled, before fees"),
    Column("rate", Numeric, nullable=False, comment="bought for one sold, of the settlement itself"),
    Column("published_minor", BigInteger, comment="what published rates would have bought; NULL: none"),
    Column("off_bps", BigInteger, comment="from that, in hundredths of a percent"),
    Column("source", Text, comment="who published the rates"),
    Column("as_of", Date, comment="of what day they were"),
    Column("booked_at", DateTime(timezone=True), nullable=False),
    Column("posted_as", Uuid, comment="what its two entries refer to; those of one batch are one sum"),
    Column("undone", Boolean, nullable=False, server_default="false",
           comment="its file was replaced, and the entries taken back"),
    Index("ix_settlement_conversion_casino", "casino_id", "booked_at", "item_id"),
    Index("ix_settlement_conversion_booked_at", "booked_at", "item_id"),
    Index("ix_settlement_conversion_file", "file_id"),
    Index("ix_settlement_conversion_expectation", "expectation_id"),
    comment="payments that were settled in another currency, each at its own rate",
)  # fmt: skip

_views = MetaData()
"""Views are no tables: migrations make them, and nobody compares them."""

clearing_account = Table(
    "clearing_account",
    _views,
    Column("id", BigInteger, primary_key=True),
    Column("casino_id", Uuid, nullable=False),
    Column("provider", Text, nullable=False),
    Column("currency", Text, nullable=False),
    Column("balance_minor", BigInteger, nullable=False),
    Column("open_movements", BigInteger, nullable=False),
    Column("open_minor", BigInteger, nullable=False),
    Column("missing_movements", BigInteger, nullable=False),
    Column("open_batches", BigInteger, nullable=False),
    Column("on_its_way_minor", BigInteger, nullable=False),
    Column("oldest_open_at", DateTime(timezone=True)),
    Column("payouts_under_way_minor", BigInteger, nullable=False),
    Column("float_minor", BigInteger, nullable=False),
    Column("prefunded", Boolean, nullable=False),
    Column("open_lines", BigInteger, nullable=False),
)

settlement_break = Table(
    "settlement_break",
    _views,
    Column("id", Text, primary_key=True),
    Column("casino_id", Uuid, nullable=False),
    Column("kind", Text, nullable=False),
    Column("provider", Text),
    Column("movement", Text, nullable=False),
    Column("difference", Text),
    Column("difference_minor", BigInteger),
    Column("currency", Text, nullable=False),
    Column("reference_id", Uuid),
    Column("provider_reference", Text),
    Column("file_id", Uuid),
    Column("item_id", BigInteger),
    Column("expectation_id", Uuid),
    Column("batch_id", Uuid),
    Column("booked_at", DateTime(timezone=True), nullable=False),
    Column("statement_id", Uuid),
)
