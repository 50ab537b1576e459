"""The permissions of payments are those of its contract, and those that let money out are given by two."""

from contracts.payments.permissions import PaymentsPermission
from payments.entrypoints.permissions import PERMISSIONS


def test_every_permission_of_the_contract_is_declared() -> None:
    assert {spec.id for spec in PERMISSIONS} == {str(one) for one in PaymentsPermission}


def test_one_administrator_alone_makes_nobody_who_lets_money_out() -> None:
    """What is critical is given by two; otherwise one human would be both who approve a large withdrawal."""
    lets_out = {
        PaymentsPermission.WITHDRAWAL_APPROVE,
        PaymentsPermission.BULK_APPROVE,
        PaymentsPermission.ADJUSTMENT_APPROVE,
        PaymentsPermission.REFUND_APPROVE,
        PaymentsPermission.OUTCOME_APPROVE,
    }
    assert {spec.risk for spec in PERMISSIONS if spec.id in lets_out} == {"critical"}
