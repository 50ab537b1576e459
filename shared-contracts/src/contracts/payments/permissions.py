"""The permissions payments asks for."""

from enum import StrEnum


class PaymentsPermission(StrEnum):
    """`payments.resource.action`."""

    PROVIDER_CONFIGURE = "payments.provider.configure"
    PROVIDER_LIST = "payments.provider.list"
    POLICY_SET = "payments.policy.set"
    DEPOSIT_LIST = "payments.deposit.list"
    WITHDRAWAL_LIST = "payments.withdrawal.list"
    WITHDRAWAL_APPROVE = "payments.withdrawal.approve"
    WITHDRAWAL_REJECT = "payments.withdrawal.reject"
    BALANCE_VIEW = "payments.balance.view"
    STATEMENT_VIEW = "payments.statement.view"
    LEDGER_VIEW = "payments.ledger.view"
