"""The tables the chassis owns in every service's database. Each service's migrations create them."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.types import UserDefinedType

from chassis.db.states import ApprovalState, BulkResult, BulkState, ExportState


class Xid8(UserDefinedType[int]):
    """PostgreSQL's 64-bit transaction id, which never wraps around."""

    cache_ok = True

    def get_col_spec(self, **_: object) -> str:
        return "xid8"


NAMING = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
"""Every constraint has a name that a migration can speak of. Services use it for their own MetaData too."""

metadata = MetaData(naming_convention=NAMING)

_NOW = func.clock_timestamp()
_THIS_TRANSACTION = text("pg_current_xact_id()")

event = Table(
    "event",
    metadata,
    Column("global_position", BigInteger, Identity(always=True), primary_key=True),
    Column("tx_id", Xid8, nullable=False, server_default=_THIS_TRANSACTION),
    Column("stream_id", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("event_id", Uuid, nullable=False),
    Column("type", Text, nullable=False),
    Column("type_version", Integer, nullable=False),
    Column("data", JSONB, nullable=False),
    Column("meta", JSONB, nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False, server_default=_NOW),
    UniqueConstraint("stream_id", "version", name="uq_event_stream_version"),
    Index("ix_event_tx", "tx_id", "global_position"),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("topic", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("partition", Integer, comment="only where a message must reach one partition, as a sign of life does"),
    Column("envelope", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=_NOW),
    Column("published_at", DateTime(timezone=True)),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Index("ix_outbox_waiting", "id", postgresql_where=text("published_at IS NULL")),
    Index("ix_outbox_published", "published_at", postgresql_where=text("published_at IS NOT NULL")),
)

inbox = Table(
    "inbox",
    metadata,
    Column("consumer", Text, nullable=False),
    Column("event_id", Uuid, nullable=False),
    Column("position", BigInteger, Identity(always=True), nullable=False),
    Column("tx_id", Xid8, nullable=False, server_default=_THIS_TRANSACTION),
    Column("topic", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("envelope", Text, comment="kept where read models are rebuilt from it"),
    Column("received_at", DateTime(timezone=True), nullable=False, server_default=_NOW),
    PrimaryKeyConstraint("consumer", "event_id"),
    Index("ix_inbox_position", "position"),
    Index("ix_inbox_tx", "tx_id", "position"),
)

idempotency = Table(
    "idempotency",
    metadata,
    Column("key", Text, primary_key=True),
    Column("fingerprint", LargeBinary, nullable=False),
    Column("status", Integer),
    Column("response", JSONB),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=_NOW),
    Index("ix_idempotency_created_at", "created_at"),
)

projection_state = Table(
    "projection_state",
    metadata,
    Column("name", Text, primary_key=True),
    Column("window_from", BigInteger, nullable=False, server_default="0"),
    Column("window_to", BigInteger, nullable=False, server_default="0"),
    Column("position", BigInteger, nullable=False, server_default="0"),
    Column("updated_at", DateTime(timezone=True), nullable=False, server_default=_NOW),
)

parked_message = Table(
    "parked_message",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("consumer", Text, nullable=False),
    Column("event_id", Uuid),
    Column("topic", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("envelope", LargeBinary, nullable=False),
    Column("reason", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("parked_at", DateTime(timezone=True), nullable=False, server_default=_NOW),
    Column("resolved_at", DateTime(timezone=True)),
    Column("message_id", Uuid, nullable=False, server_default=func.gen_random_uuid()),
    Column("given_up", Boolean, nullable=False, server_default="false"),
    Column("type", Text, comment="of the event, as far as it can be read"),
    Column("code", Text, nullable=False, server_default="unknown", comment="why, as a stable word"),
    Column("casino_id", Uuid),
    Index("ix_parked_message_open", "consumer", "key", "id", postgresql_where=text("resolved_at IS NULL")),
    Index("ix_parked_message_message_id", "message_id", unique=True),
    Index("ix_parked_message_parked_at", "parked_at", "message_id"),
    Index("ix_parked_message_casino_id", "casino_id", "parked_at", "message_id"),
    Index("ix_parked_message_resolved_at", "resolved_at", postgresql_where=text("resolved_at IS NOT NULL")),
)

task = Table(
    "task",
    metadata,
    Column("kind", Text, nullable=False),
    Column("id", Uuid, nullable=False),
    Column("payload", JSONB, nullable=False),
    Column("run_at", DateTime(timezone=True), nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("locked_until", DateTime(timezone=True)),
    Column("last_error", Text),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=_NOW),
    Column("lane", Text, nullable=False, server_default="", comment="what it waits for outside; empty: nothing"),
    PrimaryKeyConstraint("kind", "id"),
    Index("ix_task_lane_run_at", "lane", "run_at"),
)

subject_key = Table(
    "subject_key",
    metadata,
    Column("subject_id", Uuid, primary_key=True),
    Column("wrapped_key", LargeBinary, comment="null once the personal data was erased; no new key is made then"),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=_NOW),
    Column("erased_at", DateTime(timezone=True)),
)

casino_zone = Table(
    "rm_casino_zone",
    metadata,
    Column("casino_id", Uuid, primary_key=True),
    Column("time_zone", Text, nullable=False),
)

approval_payload = Table(
    "approval_payload",
    metadata,
    Column("approval_id", Uuid, primary_key=True),
    Column("sealed", Text, nullable=False, comment="the canonical JSON that will be executed; it may hold secrets"),
)

approval_list = Table(
    "rm_approval_list",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("casino_id", Uuid),
    Column("command", Text, nullable=False),
    Column("permission", Text, nullable=False),
    Column("approve_permission", Text, nullable=False),
    Column("risk", Text, nullable=False),
    Column("subject_kind", Text, nullable=False),
    Column("subject_id", Text, nullable=False),
    Column("summary", Text, nullable=False),
    Column("reason", Text),
    Column("requester_id", Uuid, nullable=False),
    Column("state", Text, nullable=False, comment=", ".join(ApprovalState)),
    Column("code", Text, comment="why it was voided"),
    Column("payload_sha256", Text, nullable=False),
    Column("before", JSONB),
    Column("after", JSONB),
    Column("barred", JSONB, nullable=False),
    Column("approved_by", JSONB, nullable=False),
    Column("needed", Integer, nullable=False),
    Column("proposed_at", DateTime(timezone=True), nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Column("ended_at", DateTime(timezone=True)),
    Index("ix_rm_approval_list_casino_id", "casino_id", "proposed_at", "id"),
    Index("ix_rm_approval_list_open", "requester_id", postgresql_where=text("ended_at IS NULL")),
)

list_export = Table(
    "list_export",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("list", Text, nullable=False),
    Column("path", Text, nullable=False),
    Column("permission", Text, nullable=False),
    Column("format", Text, nullable=False),
    Column("asked", Text, nullable=False, comment="sealed: the filter may hold personal data"),
    Column("reason", Text, nullable=False),
    Column("requested_by", Uuid, nullable=False),
    Column("requested_at", DateTime(timezone=True), nullable=False),
    Column("state", Text, nullable=False, comment=", ".join(ExportState)),
    Column("code", Text, comment="why it failed"),
    Column("rows", BigInteger, nullable=False, server_default="0"),
    Column("cut", Boolean, nullable=False, server_default="false", comment="there were more rows than a file may have"),
    Column("sight", Text, comment="what the requester saw when it was made, as a hash"),
    Column("file", Text),
    Column("sha256", Text),
    Column("size_bytes", BigInteger),
    Column("finished_at", DateTime(timezone=True)),
    Column("expires_at", DateTime(timezone=True)),
    Index("ix_list_export_requested_by", "requested_by", "requested_at", "id"),
)

list_view = Table(
    "list_view",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("list", Text, nullable=False, comment="the address of the list, with the parameters in it unfilled"),
    Column("owner_id", Uuid, nullable=False),
    Column("version", Integer, nullable=False),
    Column("name", Text, nullable=False),
    Column("visibility", Text, nullable=False, comment="private, role, casino"),
    Column("role_id", Uuid),
    Column("casino_id", Uuid),
    Column("role_default", Boolean, nullable=False, comment="the default of those who hold the role"),
    Column("content", Text, nullable=False, comment="sealed: the filter may hold personal data"),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    Column("changed_by", Uuid, nullable=False),
    Column("deleted", Boolean, nullable=False, server_default="false"),
    Index("ix_list_view_list", "list", "owner_id"),
    Index("ix_list_view_version", "version"),
)

list_view_version = Table(
    "list_view_version",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("view_id", Uuid, nullable=False),
    Column("version", Integer, nullable=False),
    Column("name", Text, nullable=False),
    Column("visibility", Text, nullable=False),
    Column("role_id", Uuid),
    Column("casino_id", Uuid),
    Column("role_default", Boolean, nullable=False),
    Column("content", Text, nullable=False, comment="sealed: the filter may hold personal data"),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    Column("changed_by", Uuid, nullable=False),
    Column("deleted", Boolean, nullable=False),
    UniqueConstraint("view_id", "version", name="uq_list_view_version"),
)

list_view_choice = Table(
    "list_view_choice",
    metadata,
    Column("subject_id", Uuid, nullable=False),
    Column("list", Text, nullable=False),
    Column("default_id", Uuid, comment="the view this person begins with"),
    Column("pinned", JSONB, nullable=False, comment="ids of views, in order"),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    PrimaryKeyConstraint("subject_id", "list"),
)

bulk_job = Table(
    "bulk_job",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("action", Text, nullable=False, comment="of which list, and what: withdrawals.approve"),
    Column("parameters", JSONB),
    Column("asked", JSONB, comment="the filter as a tree, without what it asks of personal data"),
    Column("casinos", ARRAY(Uuid), nullable=False, comment="whose rows; none: rows of no casino"),
    Column("sha256", Text, nullable=False, comment="of the action, its parameters and the rows' ids in order"),
    Column("totals", JSONB, nullable=False, comment="the amounts of all rows by currency, where money moves"),
    Column("state", Text, nullable=False, comment=", ".join(BulkState)),
    Column("rows", BigInteger, nullable=False),
    Column("not_allowed", BigInteger, nullable=False, comment="rows the requester could not act on when he asked"),
    Column("done", BigInteger, nullable=False, server_default="0"),
    Column("refused", BigInteger, nullable=False, server_default="0"),
    Column("skipped", BigInteger, nullable=False, server_default="0"),
    Column("requested_by", Uuid, nullable=False),
    Column("requested_at", DateTime(timezone=True), nullable=False),
    Column("amr", JSONB, nullable=False, comment="how the requester had proved who they are"),
    Column("reason", Text),
    Column("approval_id", Uuid),
    Column("authorised_by", Text, comment="who approved it; null: it took nobody else"),
    Column("started_at", DateTime(timezone=True)),
    Column("finished_at", DateTime(timezone=True)),
    Column("expires_at", DateTime(timezone=True), nullable=False, comment="when it is started no more"),
    Index("ix_bulk_job_requested_by", "requested_by", "requested_at", "id"),
    Index("ix_bulk_job_requested_at", "requested_at", "id"),
    Index("ix_bulk_job_finished_at", "finished_at", postgresql_where=text("finished_at IS NOT NULL")),
)

bulk_row = Table(
    "bulk_row",
    metadata,
    Column("job_id", Uuid, nullable=False),
    Column("position", Integer, nullable=False),
    Column("row_id", Uuid, nullable=False),
    Column("casino_id", Uuid),
    Column("amount_minor", BigInteger),
    Column("currency", Text),
    Column("result", Text, nullable=False, server_default=BulkResult.WAITING, comment=", ".join(BulkResult)),
    Column("code", Text, comment="why it was refused or skipped"),
    Column("tries", Integer, nullable=False, server_default="0", comment="that ended in a fault of ours"),
    Column("settled_at", DateTime(timezone=True)),
    PrimaryKeyConstraint("job_id", "position"),
    UniqueConstraint("job_id", "row_id", name="uq_bulk_row_row_id"),
    Index("ix_bulk_row_waiting", "job_id", "position", postgresql_where=text("result = 'waiting'")),
)
