"""The permissions payments asks for."""

from enum import StrEnum


class PaymentsPermission(StrEnum):
    """`payments.resource.action`."""

    PROVIDER_CONFIGURE = "payments.provider.configure"
    """Set up a payment provider for a casino, its secrets included."""
    PROVIDER_LIST = "payments.provider.list"
    """See the payment providers of a casino; secrets stay hidden."""
    POLICY_SET = "payments.policy.set"
    """Set a casino's rules for withdrawals, the four-eyes threshold included."""
    DEPOSIT_LIST = "payments.deposit.list"
    """See the deposits."""
    WITHDRAWAL_LIST = "payments.withdrawal.list"
    """See the withdrawals."""
    WITHDRAWAL_APPROVE = "payments.withdrawal.approve"
    """Approve a withdrawal."""
    WITHDRAWAL_REJECT = "payments.withdrawal.reject"
    """Reject a withdrawal, with a reason."""
    BALANCE_VIEW = "payments.balance.view"
    """See a player's balance."""
    STATEMENT_VIEW = "payments.statement.view"
    """See every movement behind a player's balance."""
    LEDGER_VIEW = "payments.ledger.view"
    """See the totals of the ledger."""
    LIST_HEAVY = "payments.list.heavy"
    """Ask lists for what costs much: filters and orders that no index serves."""
