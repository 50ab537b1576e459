"""What payments tells of its rules against fraud and of the cases they open. For the audit log alone."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from contracts.event import ContractEvent
from contracts.fields import CasinoId, Code, Count, PlayerId, Sha256

FRAUD = "payments.fraud.events"

RuleName = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9-]{0,39}$")]
"""How a casino calls one of its rules: `CARD-TEST-IP`."""


class FraudCaseOpened(
    ContractEvent, type="payments.fraud_case_opened", version=1, topic=FRAUD, key="casino_id", consumers=()
):
    """Rules found something at a payment of a player, and a person is to look into it."""

    case_id: UUID
    player_id: PlayerId
    casino_id: CasinoId
    payment_id: UUID
    trigger: Literal["deposit", "withdrawal"]
    action: Literal["review", "challenge", "hold", "decline", "block"]
    """What was done."""
    rules: Annotated[tuple[RuleName, ...], Field(max_length=100)]
    """That held, and count."""


class FraudCaseAssigned(
    ContractEvent, type="payments.fraud_case_assigned", version=1, topic=FRAUD, key="casino_id", consumers=()
):
    """Somebody is to look into a case; None: nobody in particular any more."""

    case_id: UUID
    casino_id: CasinoId
    assignee: UUID | None = None


class FraudCaseNoted(
    ContractEvent, type="payments.fraud_case_noted", version=1, topic=FRAUD, key="casino_id", consumers=()
):
    """Somebody wrote down what he found. The words stay where they are."""

    case_id: UUID
    casino_id: CasinoId
    note_id: UUID


class FraudCaseDecided(
    ContractEvent, type="payments.fraud_case_decided", version=1, topic=FRAUD, key="casino_id", consumers=()
):
    """Somebody said what it was: the case is closed."""

    case_id: UUID
    player_id: PlayerId
    casino_id: CasinoId
    outcome: Literal["fraud", "not_fraud", "unclear"]


class FraudRulesPublished(
    ContractEvent, type="payments.fraud_rules_published", version=1, topic=FRAUD, key="casino_id", consumers=()
):
    """Two people put rules in force, all of them together; whatever is switched off stays off."""

    casino_id: CasinoId
    rule_version: Count
    """Of the casino's rules: 1, 2, 3."""
    sha256: Sha256
    """Of the rules as JSON."""


class FraudRuleSwitched(
    ContractEvent, type="payments.fraud_rule_switched", version=1, topic=FRAUD, key="casino_id", consumers=()
):
    """Somebody stopped a rule at once, or lets it go on as it was published."""

    casino_id: CasinoId
    rule: RuleName
    switched_off: bool


class FraudListChanged(
    ContractEvent, type="payments.fraud_list_changed", version=1, topic=FRAUD, key="casino_id", consumers=()
):
    """Somebody put something on a casino's block list or allow list, or took it off. Its kind alone is told."""

    casino_id: CasinoId
    entry_id: UUID
    list_name: Literal["block", "allow"]
    kind: Code
    added: bool
