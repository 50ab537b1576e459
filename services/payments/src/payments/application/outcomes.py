"""What comes of a call out to a provider, and of what a provider tells us, in one word each."""

from enum import StrEnum


class AttemptOutcome(StrEnum):
    """What the answer to a call says, as a class."""

    ASKED = "asked"
    """It is on its way, or nothing was heard of its caller again."""
    ACTION_NEEDED = "action_needed"
    UNDERWAY = "underway"
    SETTLED = "settled"
    DECLINED = "declined"
    TAKEN = "taken"
    CONFIRMED = "confirmed"
    SENT_BACK = "sent_back"
    TAKEN_BACK = "taken_back"
    GIVEN_BACK = "given_back"
    REFUNDED = "refunded"
    NOT_THERE = "not_there"
    NOT_SENT = "not_sent"
    """Nothing of it left us: there was no place, or nobody took the connection."""
    UNANSWERED = "unanswered"
    """None came, or none that can be believed."""


class NotificationOutcome(StrEnum):
    """What became of a notification."""

    APPLIED = "applied"
    ASKING = "asking"
    """It says where to look alone: the provider is asked, and has not answered yet."""
    NOTHING_NEW = "nothing_new"
    WITHOUT_CONSEQUENCE = "without_consequence"
    SET_ASIDE = "set_aside"
    """For a person to look into."""
