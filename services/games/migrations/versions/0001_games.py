"""The chassis' tables, accounts with suppliers, catalogues, and games' read models."""

from alembic import op

from chassis.db.migrations import create_chassis

revision = "0001"
down_revision = None

_STATEMENTS = (
    """
    CREATE TABLE supplier_setting (
        casino_id uuid NOT NULL,
        supplier text NOT NULL,
        enabled boolean NOT NULL,
        settings jsonb NOT NULL,
        secrets jsonb NOT NULL,
        updated_at timestamptz NOT NULL,
        catalogue_asked_at timestamptz,
        catalogue_synced_at timestamptz,
        catalogue_error text,
        CONSTRAINT pk_supplier_setting PRIMARY KEY (casino_id, supplier)
    )
    """,
    """
    CREATE TABLE catalogue_game (
        casino_id uuid NOT NULL,
        supplier text NOT NULL,
        game_code text NOT NULL,
        name text NOT NULL,
        category text NOT NULL,
        product text NOT NULL,
        platforms jsonb NOT NULL,
        blocked_countries jsonb NOT NULL,
        thumbnail_url text,
        free_bets boolean NOT NULL,
        offered boolean NOT NULL,
        first_seen_at timestamptz NOT NULL,
        seen_at timestamptz NOT NULL,
        CONSTRAINT pk_catalogue_game PRIMARY KEY (casino_id, supplier, game_code)
    )
    """,
    "CREATE INDEX ix_catalogue_game_code ON catalogue_game (casino_id, game_code)",
    """
    CREATE TABLE casino_game (
        casino_id uuid NOT NULL,
        supplier text NOT NULL,
        game_code text NOT NULL,
        enabled boolean NOT NULL,
        blocked_countries jsonb NOT NULL,
        updated_at timestamptz NOT NULL,
        CONSTRAINT pk_casino_game PRIMARY KEY (casino_id, supplier, game_code)
    )
    """,
    """
    CREATE TABLE rm_session_list (
        session_id uuid NOT NULL,
        casino_id uuid NOT NULL,
        player_id uuid NOT NULL,
        supplier text NOT NULL,
        game_code text NOT NULL,
        currency text NOT NULL,
        country text NOT NULL,
        platform text NOT NULL,
        token_hash text NOT NULL,
        state text NOT NULL,
        launched boolean NOT NULL,
        closed_because text,
        opened_at timestamptz NOT NULL,
        launched_at timestamptz,
        closed_at timestamptz,
        expires_at timestamptz NOT NULL,
        CONSTRAINT pk_rm_session_list PRIMARY KEY (session_id)
    )
    """,
    "CREATE INDEX ix_rm_session_list_casino ON rm_session_list (casino_id, opened_at, session_id)",
    "CREATE INDEX ix_rm_session_list_player ON rm_session_list (player_id, opened_at)",
    "CREATE UNIQUE INDEX ix_rm_session_list_token_hash ON rm_session_list (token_hash)",
    """
    CREATE TABLE rm_player (
        player_id uuid NOT NULL,
        casino_id uuid NOT NULL,
        country text NOT NULL,
        currency text NOT NULL,
        registered_at timestamptz NOT NULL,
        blocked boolean NOT NULL,
        excluded boolean NOT NULL,
        excluded_until timestamptz,
        CONSTRAINT pk_rm_player PRIMARY KEY (player_id)
    )
    """,
    """
    CREATE TABLE rm_casino (
        casino_id uuid NOT NULL,
        name text NOT NULL,
        jurisdiction text NOT NULL,
        currency text NOT NULL,
        CONSTRAINT pk_rm_casino PRIMARY KEY (casino_id)
    )
    """,
    """
    CREATE TABLE rm_casino_profile (
        casino_id uuid NOT NULL,
        profile_version integer NOT NULL,
        effective_from timestamptz NOT NULL,
        profile jsonb NOT NULL,
        CONSTRAINT pk_rm_casino_profile PRIMARY KEY (casino_id, profile_version)
    )
    """,
    """
    CREATE TABLE rm_round_list (
        round_id uuid NOT NULL,
        casino_id uuid NOT NULL,
        player_id uuid NOT NULL,
        supplier text NOT NULL,
        game_code text NOT NULL,
        round_ref text NOT NULL,
        session_id uuid,
        currency text,
        bets_minor bigint NOT NULL,
        wins_minor bigint NOT NULL,
        rolled_back_bets_minor bigint NOT NULL,
        rolled_back_wins_minor bigint NOT NULL,
        net_minor bigint NOT NULL,
        bets integer NOT NULL,
        wins integer NOT NULL,
        rollbacks integer NOT NULL,
        state text NOT NULL,
        opened_at timestamptz NOT NULL,
        last_at timestamptz NOT NULL,
        closed_at timestamptz,
        CONSTRAINT pk_rm_round_list PRIMARY KEY (round_id)
    )
    """,
    "CREATE INDEX ix_rm_round_list_casino ON rm_round_list (casino_id, opened_at, round_id)",
    "CREATE INDEX ix_rm_round_list_player ON rm_round_list (player_id, opened_at)",
    """
    CREATE TABLE rm_round_movement (
        transfer_id uuid NOT NULL,
        round_id uuid NOT NULL,
        casino_id uuid NOT NULL,
        player_id uuid NOT NULL,
        kind text NOT NULL,
        currency text,
        amount_minor bigint NOT NULL,
        balance_minor bigint,
        supplier_tx text,
        reference_id uuid,
        session_id uuid,
        closes_round boolean NOT NULL,
        posted_at timestamptz NOT NULL,
        CONSTRAINT pk_rm_round_movement PRIMARY KEY (transfer_id)
    )
    """,
    "CREATE INDEX ix_rm_round_movement_round ON rm_round_movement (round_id, posted_at)",
    """
    CREATE VIEW game_list AS
    SELECT c.casino_id || ':' || c.supplier || ':' || c.game_code AS id,
           c.casino_id, c.supplier, c.game_code, c.name, c.category, c.product, c.platforms, c.free_bets,
           c.thumbnail_url, c.offered, coalesce(g.enabled, false) AS enabled,
           c.blocked_countries AS closed_by_supplier,
           coalesce(g.blocked_countries, '[]'::jsonb) AS closed_by_casino
    FROM catalogue_game c LEFT JOIN casino_game g USING (casino_id, supplier, game_code)
    """,
)

_COMMENTS = {
    "supplier_setting.secrets": "name -> sealed value",
    "catalogue_game.offered": "false once the supplier no longer names it",
    "rm_player.excluded_until": "null with excluded: without end",
    "rm_casino_profile.profile_version": "0 is the one the casino opened with",
    "rm_round_list.net_minor": "bets less wins, less what was undone: the house made it",
    "rm_round_list.state": "open or closed",
}


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '15min'")
    create_chassis()
    for statement in _STATEMENTS:
        op.execute(statement)
    for column, comment in _COMMENTS.items():
        op.execute(f"COMMENT ON COLUMN {column} IS '{comment}'")
