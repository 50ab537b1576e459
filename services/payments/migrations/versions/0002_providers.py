"""Payment providers, deposits, withdrawals, and the copies of what other services decided."""

from alembic import op

revision = "0002"
down_revision = "0001"

_STATEMENTS = (
    """
    CREATE TABLE provider_setting (
        casino_id uuid NOT NULL,
        provider text NOT NULL,
        enabled boolean NOT NULL,
        currencies jsonb NOT NULL,
        settings jsonb NOT NULL,
        secrets jsonb NOT NULL,
        updated_at timestamptz NOT NULL,
        CONSTRAINT pk_provider_setting PRIMARY KEY (casino_id, provider)
    )
    """,
    """
    CREATE TABLE withdrawal_policy (
        casino_id uuid NOT NULL,
        currency text NOT NULL,
        second_person_above_minor bigint NOT NULL,
        automatic_up_to_minor bigint,
        minimum_minor bigint,
        maximum_minor bigint,
        updated_at timestamptz NOT NULL,
        CONSTRAINT pk_withdrawal_policy PRIMARY KEY (casino_id, currency)
    )
    """,
    """
    CREATE TABLE provider_notification (
        casino_id uuid NOT NULL,
        provider text NOT NULL,
        notification_id text NOT NULL,
        kind text NOT NULL,
        outcome text NOT NULL,
        code text,
        accepted boolean NOT NULL,
        facts jsonb NOT NULL,
        sealed text,
        said_at timestamptz NOT NULL,
        received_at timestamptz NOT NULL,
        CONSTRAINT pk_provider_notification PRIMARY KEY (casino_id, provider, notification_id)
    )
    """,
    """
    CREATE INDEX ix_provider_notification_set_aside ON provider_notification (received_at)
        WHERE outcome = 'set_aside'
    """,
    """
    CREATE TABLE restriction_beat (
        partition integer NOT NULL,
        sent_at timestamptz NOT NULL,
        CONSTRAINT pk_restriction_beat PRIMARY KEY (partition)
    )
    """,
    """
    CREATE TABLE rm_casino_rules (
        casino_id uuid NOT NULL,
        jurisdiction text NOT NULL,
        currency text NOT NULL,
        time_zone text NOT NULL,
        profile_version integer NOT NULL,
        profiles jsonb NOT NULL,
        CONSTRAINT pk_rm_casino_rules PRIMARY KEY (casino_id)
    )
    """,
    """
    CREATE TABLE rm_player_standing (
        player_id uuid NOT NULL,
        casino_id uuid NOT NULL,
        currency text,
        blocked boolean NOT NULL,
        excluded boolean NOT NULL,
        excluded_until date,
        level text NOT NULL,
        confirmed_hits jsonb NOT NULL,
        limits jsonb NOT NULL,
        CONSTRAINT pk_rm_player_standing PRIMARY KEY (player_id)
    )
    """,
    """
    CREATE TABLE rm_deposit_list (
        id uuid NOT NULL,
        casino_id uuid NOT NULL,
        player_id uuid NOT NULL,
        provider text NOT NULL,
        status text NOT NULL,
        amount_minor bigint NOT NULL,
        requested_minor bigint NOT NULL,
        currency text NOT NULL,
        reference text,
        code text,
        late boolean NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        CONSTRAINT pk_rm_deposit_list PRIMARY KEY (id)
    )
    """,
    "CREATE INDEX ix_rm_deposit_list_casino ON rm_deposit_list (casino_id, created_at, id)",
    "CREATE INDEX ix_rm_deposit_list_player ON rm_deposit_list (player_id, created_at, id)",
    """
    CREATE TABLE rm_withdrawal_list (
        id uuid NOT NULL,
        casino_id uuid NOT NULL,
        player_id uuid NOT NULL,
        provider text NOT NULL,
        status text NOT NULL,
        amount_minor bigint NOT NULL,
        currency text NOT NULL,
        destination text NOT NULL,
        approvals_needed smallint NOT NULL,
        approved_by jsonb NOT NULL,
        reference text,
        code text,
        reject_reason text,
        returned_minor bigint,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        CONSTRAINT pk_rm_withdrawal_list PRIMARY KEY (id)
    )
    """,
    "CREATE INDEX ix_rm_withdrawal_list_casino ON rm_withdrawal_list (casino_id, created_at, id)",
    """
    CREATE INDEX ix_rm_withdrawal_list_open ON rm_withdrawal_list (casino_id, created_at)
        WHERE status = 'awaiting_approval'
    """,
    "CREATE INDEX ix_rm_withdrawal_list_player ON rm_withdrawal_list (player_id, created_at, id)",
)

_COMMENTS = {
    "COLUMN provider_setting.secrets": "name -> sealed value",
    "COLUMN withdrawal_policy.automatic_up_to_minor": "NULL: somebody always has to approve",
    "COLUMN provider_notification.code": "why it was set aside",
    "COLUMN provider_notification.accepted": "what the provider was answered",
    "COLUMN provider_notification.sealed": "the whole of what was set aside, for a person to look into",
    "TABLE restriction_beat": "the youngest sign of life heard on each partition of the players'' topic",
    "COLUMN rm_casino_rules.profile_version": "the newest, in force or not yet",
    "COLUMN rm_casino_rules.profiles": "[{effective_from, profile}], oldest first",
    "COLUMN rm_player_standing.currency": "NULL until the registration itself is heard of",
    "COLUMN rm_player_standing.excluded_until": "the last day of the exclusion; NULL: without end, or there is none",
    "COLUMN rm_player_standing.limits": "period -> [{amount_minor, currency, effective_from}], oldest first",
    "COLUMN rm_deposit_list.amount_minor": "as settled; until then as asked for",
    "COLUMN rm_deposit_list.reference": "how the provider calls it",
    "COLUMN rm_deposit_list.code": "why it was refused or failed",
    "COLUMN rm_deposit_list.late": "it succeeded after it had been given up",
    "COLUMN rm_withdrawal_list.destination": "masked",
    "COLUMN rm_withdrawal_list.reference": "how the provider calls it",
    "COLUMN rm_withdrawal_list.code": "why it failed or came back",
}


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '15min'")
    for statement in _STATEMENTS:
        op.execute(statement)
    for what, comment in _COMMENTS.items():
        op.execute(f"COMMENT ON {what} IS '{comment}'")
