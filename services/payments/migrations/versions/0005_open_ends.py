"""What is still open at a provider, as whom it was begun, and players who were erased."""

from alembic import op

revision = "0005"
down_revision = "0004"

_STATEMENTS = (
    # Constant defaults rewrite nothing, and the version that still runs need not know the columns.
    "ALTER TABLE rm_deposit_list ADD COLUMN open_at_provider boolean NOT NULL DEFAULT false",
    "ALTER TABLE rm_deposit_list ADD COLUMN sent_as text",
    "ALTER TABLE rm_withdrawal_list ADD COLUMN sent_as text",
    "ALTER TABLE rm_player_standing ADD COLUMN erased boolean NOT NULL DEFAULT false",
)

_COMMENTS = {
    "COLUMN rm_deposit_list.open_at_provider": "given up, but the provider has not said yet that it cannot be paid",
    "COLUMN rm_deposit_list.sent_as": "the customer of the provider it was begun as, as a fingerprint",
    "COLUMN rm_withdrawal_list.sent_as": "the customer of the provider it was sent as, as a fingerprint",
    "COLUMN rm_withdrawal_list.returned_minor": "all that came back, in however many parts",
}


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '15min'")
    for statement in _STATEMENTS:
        op.execute(statement)
    for what, comment in _COMMENTS.items():
        op.execute(f"COMMENT ON {what} IS '{comment}'")
