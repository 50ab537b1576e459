"""Decisions at the doors are found in the audit log by their code, permission and subject."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

_TABLE = "rm_audit_log"
_FOUND_BY = ("decision", "permission", "subject_id")


def upgrade() -> None:
    for name in _FOUND_BY:
        op.create_index(f"ix_{_TABLE}_{name}", _TABLE, [sa.text(f"(after ->> '{name}')"), "happened_at"])
