"""The tables of the chassis, and those of verification."""

from alembic import op

from chassis.db.migrations import create_chassis

revision = "0001"
down_revision = None

_STATEMENTS = (
    """
    CREATE TABLE casino_profile (
        casino_id uuid NOT NULL,
        profile_version integer NOT NULL,
        effective_from timestamptz NOT NULL,
        required_documents jsonb NOT NULL,
        CONSTRAINT pk_casino_profile PRIMARY KEY (casino_id, profile_version)
    )
    """,
    "COMMENT ON COLUMN casino_profile.profile_version IS '0: the one the casino was opened with'",
    """
    CREATE TABLE document_file (
        document_id uuid NOT NULL,
        player_id uuid NOT NULL,
        casino_id uuid NOT NULL,
        kind text NOT NULL,
        media_type text NOT NULL,
        size_bytes bigint NOT NULL,
        path text NOT NULL,
        key_token text,
        stored_at timestamptz NOT NULL,
        CONSTRAINT pk_document_file PRIMARY KEY (document_id)
    )
    """,
    "COMMENT ON COLUMN document_file.size_bytes IS 'of what is kept, unencrypted'",
    "COMMENT ON COLUMN document_file.key_token IS 'the file''s key under its player''s; null once erased'",
    "CREATE INDEX ix_document_file_player_id ON document_file (player_id)",
    """
    CREATE TABLE rescreening (
        revision bigint NOT NULL,
        started_at timestamptz NOT NULL,
        after uuid,
        players integer DEFAULT 0 NOT NULL,
        unknown integer DEFAULT 0 NOT NULL,
        finished_at timestamptz,
        CONSTRAINT pk_rescreening PRIMARY KEY (revision)
    )
    """,
    "COMMENT ON COLUMN rescreening.\"after\" IS 'the last player of the last finished page'",
    "COMMENT ON COLUMN rescreening.unknown IS 'players backoffice knows no more'",
    """
    CREATE TABLE rm_case_list (
        player_id uuid NOT NULL,
        casino_id uuid NOT NULL,
        country text NOT NULL,
        status text NOT NULL,
        level text NOT NULL,
        level_since timestamptz NOT NULL,
        opened_at timestamptz NOT NULL,
        screened_at timestamptz,
        open_hits integer NOT NULL,
        confirmed_hits integer NOT NULL,
        pending_documents integer NOT NULL,
        documents jsonb NOT NULL,
        CONSTRAINT pk_rm_case_list PRIMARY KEY (player_id)
    )
    """,
    "COMMENT ON COLUMN rm_case_list.player_id IS 'a case has its player''s id'",
    "COMMENT ON COLUMN rm_case_list.status IS 'open, refused or erased'",
    "COMMENT ON COLUMN rm_case_list.documents IS 'document -> pending, accepted or rejected'",
    "CREATE INDEX ix_rm_case_list_casino ON rm_case_list (casino_id, opened_at, player_id)",
    "CREATE INDEX ix_rm_case_list_walk ON rm_case_list (casino_id, player_id)",
    """
    CREATE TABLE rm_document_list (
        id uuid NOT NULL,
        player_id uuid NOT NULL,
        casino_id uuid NOT NULL,
        kind text NOT NULL,
        status text NOT NULL,
        media_type text NOT NULL,
        size_bytes bigint NOT NULL,
        sha256 text NOT NULL,
        uploaded_by text NOT NULL,
        uploaded_at timestamptz NOT NULL,
        decided_by text,
        decided_at timestamptz,
        reject_reason text,
        final boolean NOT NULL,
        expires_on date,
        CONSTRAINT pk_rm_document_list PRIMARY KEY (id)
    )
    """,
    "COMMENT ON COLUMN rm_document_list.status IS 'pending, accepted or rejected'",
    "COMMENT ON COLUMN rm_document_list.sha256 IS 'of the bytes as they were sent'",
    "CREATE INDEX ix_rm_document_list_casino ON rm_document_list (casino_id, uploaded_at, id)",
    "CREATE INDEX ix_rm_document_list_player ON rm_document_list (player_id)",
    """
    CREATE TABLE rm_hit_list (
        id uuid NOT NULL,
        player_id uuid NOT NULL,
        casino_id uuid NOT NULL,
        status text NOT NULL,
        list_name text NOT NULL,
        list_version text NOT NULL,
        entity_id text NOT NULL,
        listed_name text NOT NULL,
        matched_name text NOT NULL,
        matched_weak boolean NOT NULL,
        listed_births jsonb NOT NULL,
        programmes jsonb NOT NULL,
        score_permille integer NOT NULL,
        birth text NOT NULL,
        algorithm text NOT NULL,
        evidence text NOT NULL,
        raised_at timestamptz NOT NULL,
        decided_by text,
        decided_at timestamptz,
        reason text,
        CONSTRAINT pk_rm_hit_list PRIMARY KEY (id)
    )
    """,
    "COMMENT ON COLUMN rm_hit_list.status IS 'open, cleared, confirmed or withdrawn'",
    "COMMENT ON COLUMN rm_hit_list.birth IS 'agrees, near, disagrees or unknown'",
    "COMMENT ON COLUMN rm_hit_list.evidence IS 'both names word by word, sealed under the player''s key'",
    "CREATE INDEX ix_rm_hit_list_casino ON rm_hit_list (casino_id, raised_at, id)",
    "CREATE INDEX ix_rm_hit_list_player ON rm_hit_list (player_id)",
    """
    CREATE TABLE screening_entry (
        kind text NOT NULL,
        entity_id text NOT NULL,
        content_hash text NOT NULL,
        document jsonb NOT NULL,
        CONSTRAINT pk_screening_entry PRIMARY KEY (kind, entity_id)
    )
    """,
    """
    CREATE TABLE screening_list (
        kind text NOT NULL,
        source text NOT NULL,
        version text NOT NULL,
        sha256 text NOT NULL,
        revision bigint NOT NULL,
        entries integer NOT NULL,
        names integer NOT NULL,
        imported_at timestamptz NOT NULL,
        imported_by text NOT NULL,
        CONSTRAINT pk_screening_list PRIMARY KEY (kind)
    )
    """,
    "COMMENT ON COLUMN screening_list.source IS 'kinds of one source add to the same entities'",
    "COMMENT ON COLUMN screening_list.sha256 IS 'of the file or files it was read from'",
    "COMMENT ON COLUMN screening_list.revision IS 'grows with every import of any kind'",
)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '15min'")
    create_chassis()
    for statement in _STATEMENTS:
        op.execute(statement)
