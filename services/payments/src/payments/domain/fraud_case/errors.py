"""Refusals of a case."""

from typing import ClassVar

from chassis.domain import DomainError


class FraudCaseClosed(DomainError):
    """The case was decided before."""

    code: ClassVar[str] = "fraud_case_closed"
