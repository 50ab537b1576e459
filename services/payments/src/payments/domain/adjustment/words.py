"""The words an adjustment is described in."""

from enum import StrEnum


class Direction(StrEnum):
    """Which way the money goes, as the player's statement says it."""

    CREDIT = "credit"
    """From the house to the player."""
    DEBIT = "debit"
    """From the player to the house."""


class AdjustmentClass(StrEnum):
    """What for; reports add up by it."""

    GOODWILL = "goodwill"
    """Given because we want to: for trouble we made, say."""
    GAME_ERROR = "game_error"
    """A game, or its supplier, settled wrongly."""
    PAYMENT_ERROR = "payment_error"
    """A payment was credited or charged wrongly."""
    LEGAL_ORDER = "legal_order"
    """A court, a regulator or a settlement of a dispute wants it."""
    MISCONDUCT = "misconduct"
    """Taken back by the terms: fraud, abuse of a bonus."""
    CORRECTION = "correction"
    """An earlier adjustment was wrong."""
    DEBT_PAYMENT = "debt_payment"
    """What a player owes is paid out of his cash: only taken from him, and never more than he owes."""
    BAD_DEBT = "bad_debt"
    """What a player owes is written off: his debt ends, and his cash stays."""
