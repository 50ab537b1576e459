"""The words a case is described in."""

from enum import StrEnum


class CaseOutcome(StrEnum):
    """What it was."""

    FRAUD = "fraud"
    NOT_FRAUD = "not_fraud"
    UNCLEAR = "unclear"
    """Nobody can tell: it counts neither for nor against the rules."""
