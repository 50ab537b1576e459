"""Entries say who asked for them, and what of them was bonus money; what each day did to accounts is summed up."""

from alembic import op

revision = "0027"
down_revision = "0026"

_COLUMNS = {
    "bonus_minor": "bigint",
    "bonus_after": "bigint",
    "actor_kind": "text",
    "actor_id": "text",
    "authorised_by": "text",
    "correlation_id": "uuid",
}

_GAMES = "'bet', 'win', 'rollback_bet', 'rollback_win', 'tombstone'"

_STATEMENTS = (
    "ALTER TABLE transfer " + ", ".join(f"ADD COLUMN {name} {kind}" for name, kind in _COLUMNS.items()),
    "ALTER TYPE ledger_entry " + ", ".join(f"ADD ATTRIBUTE {name} {kind}" for name, kind in _COLUMNS.items()),
    f"""
    CREATE INDEX ix_transfer_beside_games ON transfer (player_id, seq)
        WHERE player_id IS NOT NULL AND kind NOT IN ({_GAMES})
    """,
    """
    CREATE TABLE ledger_day (
        day date NOT NULL,
        casino_id uuid NOT NULL,
        currency text NOT NULL,
        type text NOT NULL,
        sum_minor numeric NOT NULL,
        entries bigint NOT NULL,
        CONSTRAINT pk_ledger_day PRIMARY KEY (day, casino_id, currency, type)
    )
    """,
    """
    CREATE TRIGGER ledger_day_is_append_only BEFORE UPDATE OR DELETE ON ledger_day
        FOR EACH ROW EXECUTE FUNCTION refuse_change()
    """,
    """
    CREATE TRIGGER ledger_day_is_never_emptied BEFORE TRUNCATE ON ledger_day
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
    """,
    "REVOKE UPDATE, DELETE, TRUNCATE ON ledger_day FROM PUBLIC, CURRENT_USER",
)

_COMMENTS = {
    "COLUMN transfer.bonus_minor": "what of a game movement goes over the player''s bonus, in an entry of its own",
    "COLUMN transfer.bonus_after": "the balance of the player''s bonus after it; NULL: he has none",
    "COLUMN transfer.actor_kind": "who asked; NULL: a supplier",
    "COLUMN transfer.authorised_by": "who agreed",
    "COLUMN transfer.correlation_id": "of everything that came of the same request",
    "TABLE ledger_day": "what the entries of a day, in UTC, did to all accounts of one type; made when it is over",
    "COLUMN ledger_day.entries": "sides of entries that are in the sum",
}


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '15min'")
    for statement in _STATEMENTS:
        op.execute(statement)
    for what, comment in _COMMENTS.items():
        op.execute(f"COMMENT ON {what} IS '{comment}'")
