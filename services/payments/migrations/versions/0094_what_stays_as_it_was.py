"""What was published, decided and brought as evidence stays: versions of rules, decisions about fraud, files."""

from alembic import op

revision = "0094"
down_revision = "0093"

_STATEMENTS = (
    """
    CREATE TRIGGER dispute_evidence_is_append_only BEFORE UPDATE OR DELETE ON dispute_evidence
        FOR EACH ROW EXECUTE FUNCTION refuse_change()
    """,
    """
    CREATE TRIGGER dispute_evidence_is_never_emptied BEFORE TRUNCATE ON dispute_evidence
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
    """,
    "REVOKE UPDATE, DELETE, TRUNCATE ON dispute_evidence FROM PUBLIC, CURRENT_USER",
    """
    CREATE TRIGGER fraud_rule_set_is_append_only BEFORE UPDATE OR DELETE ON fraud_rule_set
        FOR EACH ROW EXECUTE FUNCTION refuse_change()
    """,
    """
    CREATE TRIGGER fraud_rule_set_is_never_emptied BEFORE TRUNCATE ON fraud_rule_set
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
    """,
    "REVOKE UPDATE, DELETE, TRUNCATE ON fraud_rule_set FROM PUBLIC, CURRENT_USER",
    """
    CREATE TRIGGER fraud_decision_is_never_deleted BEFORE DELETE ON fraud_decision
        FOR EACH ROW EXECUTE FUNCTION refuse_change()
    """,
)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for statement in _STATEMENTS:
        op.execute(statement)
