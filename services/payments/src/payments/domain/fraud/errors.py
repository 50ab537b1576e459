"""Refusals of rules."""

from typing import ClassVar

from chassis.domain import DomainError, Invalid


class RuleInvalid(Invalid):
    """The rule says something that cannot be evaluated; `field` is where."""

    code: ClassVar[str] = "fraud_rule_invalid"


class FraudDraftChanged(DomainError):
    """The draft is not the one that was looked at any more, or the rules in force are not."""

    code: ClassVar[str] = "fraud_draft_changed"


class FraudRuleStoppedBefore(DomainError):
    """You used the switch of this rule within the last seven days: another person stops it, or two publish a draft."""

    code: ClassVar[str] = "fraud_rule_stopped_before"
