"""Exchanges and moves of bonus money can be looked at: who, when, at what, in lists of their own."""

from alembic import op

revision = "0075"
down_revision = "0073"

_EXCHANGES = (
    """
    ALTER TABLE ledger_exchange
        ADD COLUMN proposed_by text NOT NULL DEFAULT '',
        ADD COLUMN approved_by text NOT NULL DEFAULT '',
        ADD COLUMN exchanged_at timestamptz NOT NULL DEFAULT clock_timestamp()
    """,
    # What it was made at stays; only what its entry says is copied beside it. An exchange whose month was taken away
    # has no entry any more: its id begins with when it was proposed.
    "ALTER TABLE ledger_exchange DISABLE TRIGGER ledger_exchange_is_append_only",
    "GRANT UPDATE ON ledger_exchange TO CURRENT_USER",
    """
    UPDATE ledger_exchange AS made SET
        proposed_by = coalesce(posted.actor_id, ''),
        approved_by = coalesce(posted.authorised_by, ''),
        exchanged_at = coalesce(
            posted.posted_at,
            to_timestamp(('x' || substr(replace(made.id::text, '-', ''), 1, 12))::bit(48)::bigint / 1000.0)
        )
    FROM ledger_exchange AS same
    LEFT JOIN transfer AS posted
        ON posted.reference_id = same.id AND posted.kind = 'exchange' AND posted.debit_type = 'cash'
    WHERE same.id = made.id
    """,
    "REVOKE UPDATE ON ledger_exchange FROM CURRENT_USER",
    "ALTER TABLE ledger_exchange ENABLE TRIGGER ledger_exchange_is_append_only",
    "CREATE INDEX ix_ledger_exchange_casino ON ledger_exchange (casino_id, exchanged_at, id)",
    "CREATE INDEX ix_ledger_exchange_player ON ledger_exchange (player_id, exchanged_at, id)",
    "CREATE INDEX ix_ledger_exchange_exchanged_at ON ledger_exchange (exchanged_at, id)",
    "COMMENT ON COLUMN ledger_exchange.approved_by IS 'who agreed; several are separated by commas'",
)

_BONUSES = (
    """
    CREATE TABLE ledger_bonus (
        id uuid NOT NULL,
        casino_id uuid NOT NULL,
        player_id uuid NOT NULL,
        action text NOT NULL,
        amount_minor bigint NOT NULL,
        forfeited_minor bigint NOT NULL,
        currency text NOT NULL,
        reference text,
        proposed_by text NOT NULL,
        approved_by text NOT NULL,
        moved_at timestamptz NOT NULL,
        CONSTRAINT pk_ledger_bonus PRIMARY KEY (id)
    )
    """,
    """
    INSERT INTO ledger_bonus
    SELECT DISTINCT ON (main.reference_id) main.reference_id, main.casino_id, main.player_id,
           CASE main.kind WHEN 'bonus_grant' THEN 'grant' WHEN 'bonus_forfeit' THEN 'forfeit' ELSE 'convert' END,
           main.amount_minor, coalesce(rest.amount_minor, 0), main.currency, NULL,
           coalesce(main.actor_id, ''), coalesce(main.authorised_by, ''), main.posted_at
    FROM transfer AS main
    LEFT JOIN transfer AS rest
        ON rest.reference_id = main.reference_id AND rest.kind = 'bonus_forfeit' AND main.kind = 'bonus_conversion'
    WHERE main.kind IN ('bonus_grant', 'bonus_forfeit', 'bonus_conversion') AND main.reference_id IS NOT NULL
    ORDER BY main.reference_id, (main.kind = 'bonus_forfeit')
    """,
    "CREATE INDEX ix_ledger_bonus_casino ON ledger_bonus (casino_id, moved_at, id)",
    "CREATE INDEX ix_ledger_bonus_player ON ledger_bonus (player_id, moved_at, id)",
    "CREATE INDEX ix_ledger_bonus_moved_at ON ledger_bonus (moved_at, id)",
    "CREATE INDEX ix_ledger_bonus_reference ON ledger_bonus (reference)",
    """
    CREATE TRIGGER ledger_bonus_is_append_only BEFORE UPDATE OR DELETE ON ledger_bonus
        FOR EACH ROW EXECUTE FUNCTION refuse_change()
    """,
    """
    CREATE TRIGGER ledger_bonus_is_never_emptied BEFORE TRUNCATE ON ledger_bonus
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
    """,
    "REVOKE UPDATE, DELETE, TRUNCATE ON ledger_bonus FROM PUBLIC, CURRENT_USER",
    "COMMENT ON TABLE ledger_bonus IS 'what people did with bonus money of players'",
    "COMMENT ON COLUMN ledger_bonus.id IS 'the reference of its entries'",
    "COMMENT ON COLUMN ledger_bonus.forfeited_minor IS 'taken back together with a conversion'",
    "COMMENT ON COLUMN ledger_bonus.reference IS 'what it is about, as an outsider calls it'",
    "COMMENT ON COLUMN ledger_bonus.approved_by IS 'who agreed; several are separated by commas'",
)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '15min'")
    for statement in (*_EXCHANGES, *_BONUSES):
        op.execute(statement)
