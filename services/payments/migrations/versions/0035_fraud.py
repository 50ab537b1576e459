"""Payments are analysed: what is counted, linked, decided and published."""

from alembic import op

revision = "0035"
down_revision = "0034"

_STATEMENTS = (
    """
    CREATE TABLE fraud_counter (
        casino_id uuid NOT NULL,
        kind text NOT NULL,
        key text NOT NULL,
        grain smallint NOT NULL,
        bucket timestamptz NOT NULL,
        currency text NOT NULL,
        deposits bigint NOT NULL,
        asked_minor bigint NOT NULL,
        largest_minor bigint NOT NULL,
        credited bigint NOT NULL,
        credited_minor bigint NOT NULL,
        failures bigint NOT NULL,
        refusals bigint NOT NULL,
        withdrawals bigint NOT NULL,
        withdrawn_minor bigint NOT NULL,
        reversals bigint NOT NULL,
        reversed_minor bigint NOT NULL,
        CONSTRAINT pk_fraud_counter PRIMARY KEY (casino_id, kind, key, grain, bucket, currency)
    )
     WITH (fillfactor = 70)
    """,
    "COMMENT ON TABLE fraud_counter IS 'what happened to a player, a device, an address ... in a stretch of time'",
    "COMMENT ON COLUMN fraud_counter.kind IS 'of the key: player, device, ip ...'",
    "COMMENT ON COLUMN fraud_counter.grain IS '0: ever, 1: ten minutes, 2: an hour, 3: a day'",
    "COMMENT ON COLUMN fraud_counter.bucket IS 'when it begins'",
    "COMMENT ON COLUMN fraud_counter.currency IS 'of its sums'",
    """
    CREATE TABLE fraud_link (
        casino_id uuid NOT NULL,
        kind text NOT NULL,
        key text NOT NULL,
        other text NOT NULL,
        other_key text NOT NULL,
        first_seen timestamptz NOT NULL,
        last_seen timestamptz NOT NULL,
        CONSTRAINT pk_fraud_link PRIMARY KEY (casino_id, kind, key, other, other_key)
    )
     WITH (fillfactor = 80)
    """,
    "COMMENT ON TABLE fraud_link IS 'who was seen with which device, address, instrument or payout, from either end'",
    "COMMENT ON COLUMN fraud_link.other IS 'the kind of the other end'",
    """
    CREATE TABLE fraud_play (
        casino_id uuid NOT NULL,
        player_id uuid NOT NULL,
        currency text NOT NULL,
        last_seq bigint NOT NULL,
        last_at timestamptz NOT NULL,
        held_minor bigint NOT NULL,
        wagered_minor bigint NOT NULL,
        wagered_since_empty_minor bigint NOT NULL,
        deposited_since_empty_minor bigint NOT NULL,
        CONSTRAINT pk_fraud_play PRIMARY KEY (casino_id, player_id, currency)
    )
     WITH (fillfactor = 70)
    """,
    "COMMENT ON TABLE fraud_play IS 'what a player wagered, as far as his entries in the ledger were looked at'",
    "COMMENT ON COLUMN fraud_play.last_seq IS 'the last entry of the ledger that is in it'",
    "COMMENT ON COLUMN fraud_play.last_at IS 'when that was posted'",
    "COMMENT ON COLUMN fraud_play.held_minor IS 'on hold after it'",
    """
    CREATE TABLE fraud_entry (
        id uuid NOT NULL,
        casino_id uuid NOT NULL,
        list text NOT NULL,
        kind text NOT NULL,
        key text NOT NULL,
        until timestamptz,
        rule text,
        player_id uuid,
        added_by text NOT NULL,
        added_at timestamptz NOT NULL,
        CONSTRAINT pk_fraud_entry PRIMARY KEY (id)
    )
    """,
    "CREATE INDEX ix_fraud_entry_added_at ON fraud_entry (added_at, id)",
    "CREATE INDEX ix_fraud_entry_casino ON fraud_entry (casino_id, added_at, id)",
    "CREATE UNIQUE INDEX uq_fraud_entry_key ON fraud_entry (casino_id, kind, key, list)",
    "COMMENT ON TABLE fraud_entry IS 'block lists and allow lists of casinos'",
    "COMMENT ON COLUMN fraud_entry.list IS 'block or allow'",
    "COMMENT ON COLUMN fraud_entry.until IS 'NULL: until somebody takes it off'",
    "COMMENT ON COLUMN fraud_entry.rule IS 'the rule that put it there; NULL: a person'",
    "COMMENT ON COLUMN fraud_entry.player_id IS 'because of whom'",
    """
    CREATE TABLE fraud_rules (
        sha256 text NOT NULL,
        content jsonb NOT NULL,
        CONSTRAINT pk_fraud_rules PRIMARY KEY (sha256)
    )
    """,
    "COMMENT ON TABLE fraud_rules IS 'rules by their fingerprint; what was in force once stays'",
    "COMMENT ON COLUMN fraud_rules.sha256 IS 'of the content'",
    """
    CREATE TABLE fraud_rule_set (
        casino_id uuid NOT NULL,
        version integer NOT NULL,
        sha256 text NOT NULL,
        published_by text NOT NULL,
        published_at timestamptz NOT NULL,
        CONSTRAINT pk_fraud_rule_set PRIMARY KEY (casino_id, version),
        CONSTRAINT fk_fraud_rule_set_sha256_fraud_rules FOREIGN KEY(sha256) REFERENCES fraud_rules (sha256)
    )
    """,
    "COMMENT ON TABLE fraud_rule_set IS 'which rules were in force at a casino; the greatest version is'",
    """
    CREATE TABLE fraud_rule_draft (
        casino_id uuid NOT NULL,
        content jsonb NOT NULL,
        sha256 text NOT NULL,
        edited_by text NOT NULL,
        edited_at timestamptz NOT NULL,
        CONSTRAINT pk_fraud_rule_draft PRIMARY KEY (casino_id)
    )
    """,
    "COMMENT ON TABLE fraud_rule_draft IS 'the rules a casino works on, one draft each'",
    """
    CREATE TABLE fraud_rule (
        id uuid NOT NULL,
        casino_id uuid NOT NULL,
        rule text NOT NULL,
        version integer NOT NULL,
        trigger text NOT NULL,
        action text NOT NULL,
        mode text NOT NULL,
        typology text,
        score integer NOT NULL,
        switched_off boolean DEFAULT false NOT NULL,
        switched_by text,
        switched_at timestamptz,
        published_at timestamptz NOT NULL,
        CONSTRAINT pk_fraud_rule PRIMARY KEY (id)
    )
    """,
    "CREATE INDEX ix_fraud_rule_published_at ON fraud_rule (published_at, id)",
    "CREATE UNIQUE INDEX uq_fraud_rule_casino ON fraud_rule (casino_id, rule)",
    "COMMENT ON TABLE fraud_rule IS 'the rules in force, one row each, with the switch that stops one at once'",
    "COMMENT ON COLUMN fraud_rule.mode IS 'as it was published'",
    """
    CREATE TABLE fraud_decision (
        id uuid NOT NULL,
        casino_id uuid NOT NULL,
        player_id uuid NOT NULL,
        trigger text NOT NULL,
        payment_id uuid NOT NULL,
        amount_minor bigint NOT NULL,
        currency text NOT NULL,
        action text NOT NULL,
        shadow_action text NOT NULL,
        rules jsonb NOT NULL,
        shadow_rules jsonb NOT NULL,
        scores jsonb NOT NULL,
        overridden boolean NOT NULL,
        rule_version integer NOT NULL,
        rules_sha256 text NOT NULL,
        switched_off jsonb NOT NULL,
        features jsonb NOT NULL,
        keys jsonb NOT NULL,
        case_id uuid,
        decided_at timestamptz NOT NULL,
        CONSTRAINT pk_fraud_decision PRIMARY KEY (id),
        CONSTRAINT fk_fraud_decision_rules_sha256_fraud_rules FOREIGN KEY(rules_sha256) REFERENCES fraud_rules (sha256)
    )
    """,
    "CREATE INDEX ix_fraud_decision_action ON fraud_decision (action, decided_at, id)",
    "CREATE INDEX ix_fraud_decision_case ON fraud_decision (case_id) WHERE case_id IS NOT NULL",
    "CREATE INDEX ix_fraud_decision_casino ON fraud_decision (casino_id, decided_at, id)",
    "CREATE INDEX ix_fraud_decision_decided_at ON fraud_decision (decided_at, id)",
    "CREATE INDEX ix_fraud_decision_player ON fraud_decision (player_id, decided_at, id)",
    "CREATE UNIQUE INDEX uq_fraud_decision_payment ON fraud_decision (payment_id, trigger)",
    "COMMENT ON TABLE fraud_decision IS 'what was decided about each payment, with all it was decided by'",
    "COMMENT ON COLUMN fraud_decision.payment_id IS 'the deposit or withdrawal'",
    "COMMENT ON COLUMN fraud_decision.shadow_action IS 'what it would be if rules in shadow counted'",
    "COMMENT ON COLUMN fraud_decision.rules IS 'the live rules that held'",
    "COMMENT ON COLUMN fraud_decision.shadow_rules IS 'the rules in shadow that held'",
    "COMMENT ON COLUMN fraud_decision.scores IS 'by typology'",
    "COMMENT ON COLUMN fraud_decision.switched_off IS 'rules that were switched off then'",
    "COMMENT ON COLUMN fraud_decision.features IS 'every value that was known'",
    "COMMENT ON COLUMN fraud_decision.keys IS 'by kind: what was counted for'",
    """
    CREATE TABLE rm_fraud_case_list (
        id uuid NOT NULL,
        casino_id uuid NOT NULL,
        player_id uuid NOT NULL,
        status text NOT NULL,
        outcome text,
        rules jsonb NOT NULL,
        alerts integer NOT NULL,
        assignee text,
        decided_by text,
        opened_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        CONSTRAINT pk_rm_fraud_case_list PRIMARY KEY (id)
    )
    """,
    "CREATE INDEX ix_rm_fraud_case_list_casino ON rm_fraud_case_list (casino_id, opened_at, id)",
    "CREATE INDEX ix_rm_fraud_case_list_opened_at ON rm_fraud_case_list (opened_at, id)",
    "CREATE INDEX ix_rm_fraud_case_list_player ON rm_fraud_case_list (player_id, opened_at, id)",
    "CREATE INDEX ix_rm_fraud_case_list_status ON rm_fraud_case_list (status, opened_at, id)",
    "CREATE UNIQUE INDEX uq_rm_fraud_case_list_open ON rm_fraud_case_list (player_id) WHERE status = 'open'",
    "COMMENT ON COLUMN rm_fraud_case_list.status IS 'open or closed'",
    "COMMENT ON COLUMN rm_fraud_case_list.outcome IS 'fraud, not_fraud or unclear, once it was decided'",
    "COMMENT ON COLUMN rm_fraud_case_list.rules IS 'the live rules that held, by name'",
    "COMMENT ON COLUMN rm_fraud_case_list.alerts IS 'payments at which they did'",
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)
