"""What may happen to a dispute, in which state; rendered in docs/payment-states.md.

What a provider says is told apart by how it says the stage stands; whether that is of an earlier or a later stage
decides what of the row follows. A dispute books nothing: the money that a word takes or gives back is the deposit's,
whose own table has it.
"""

from collections.abc import Mapping
from typing import Final

from payments.domain.dispute import events as e
from payments.domain.dispute import words as w
from payments.domain.dispute.commands import (
    AddEvidence,
    AnswerDispute,
    DisputeCommand,
    HearAnswer,
    HearDispute,
    OrderAnswer,
    StartAnswer,
    WatchDispute,
)
from payments.domain.dispute.states import (
    BY_STATUS,
    Absent,
    Accepted,
    Answering,
    Challenged,
    Expired,
    Lost,
    Opened,
    Won,
)
from payments.domain.table import After, Row, Table


class ToldOpened:
    """The provider says that an answer is awaited."""


class ToldChallenged:
    """The provider says that evidence was submitted."""


class ToldExpired:
    """The provider says that nobody answered in time."""


class ToldAccepted:
    """The provider says that it is not contested."""


class ToldLost:
    """The provider says that it was decided for the payer."""


class ToldWon:
    """The provider says that it was decided for us."""


TOLD: Final[Mapping[w.Status, type]] = {
    w.Status.OPENED: ToldOpened,
    w.Status.CHALLENGED: ToldChallenged,
    w.Status.EXPIRED: ToldExpired,
    w.Status.ACCEPTED: ToldAccepted,
    w.Status.LOST: ToldLost,
    w.Status.WON: ToldWon,
}


def said(command: DisputeCommand) -> type:
    """What the table calls it."""
    match command:
        case HearDispute():
            return TOLD[command.word.status]
        case HearAnswer():
            return type(command.word)
        case _:
            return type(command)


ANSWERED = (Challenged, Expired, Accepted, Lost, Won)
STANDING = (Opened, Answering, *ANSWERED)
NEWS = (e.DisputeAdvanced, e.DisputeFeeCharged)
DIFFERS = ("reference_differs", "currency_differs")
TWICE = (*DIFFERS, "dispute_decided_twice")
_CONTRADICTS: Final[Mapping[type, type]] = {ToldLost: Won}
_OURS = (AnswerDispute, OrderAnswer, StartAnswer, w.Taken, w.Refused, w.Unanswered, WatchDispute, AddEvidence)

TABLE = Table(
    "dispute",
    [
        *(Row(word, (Absent,), (e.DisputeOpened, e.DisputeFeeCharged)) for word in TOLD.values()),
        *(
            Row(word, tuple(one for one in STANDING if one is not _CONTRADICTS.get(word)), NEWS, DIFFERS)
            for word in TOLD.values()
        ),
        *(Row(word, (state,), NEWS, TWICE) for word, state in _CONTRADICTS.items()),
        *(Row(command, (Absent,), refusals=("not_found",)) for command in _OURS),
        Row(OrderAnswer, (Opened,), (e.DisputeAnswerOrdered,), ("evidence_unknown",)),
        Row(OrderAnswer, (Answering,), refusals=("dispute_answer_underway",)),
        Row(OrderAnswer, ANSWERED, refusals=("dispute_not_open",)),
        Row(StartAnswer, (Answering,), (e.DisputeAnswerStarted,)),
        Row(StartAnswer, (Opened, *ANSWERED)),
        Row(w.Taken, (Answering,), (e.DisputeAnswered,)),
        Row(w.Refused, (Answering,), (e.DisputeAnswerRefused,)),
        Row(w.Unanswered, (Answering,), (e.DisputeAnswerUnknown,)),
        *(Row(word, (Opened, *ANSWERED)) for word in (w.Taken, w.Refused, w.Unanswered)),
        Row(AnswerDispute, (Opened,), (e.DisputeAnswered,)),
        Row(AnswerDispute, (Answering,), (e.DisputeAnswered,), ("dispute_answer_underway",)),
        Row(AnswerDispute, ANSWERED, refusals=("dispute_not_open",)),
        Row(WatchDispute, (Opened,), (e.DisputeDueSoon, e.DisputeAnswered)),
        Row(WatchDispute, (Answering, *ANSWERED)),
        Row(AddEvidence, (Opened, Answering, Challenged), (e.DisputeEvidenceAdded,)),
        Row(AddEvidence, (Expired, Accepted, Lost, Won), refusals=("dispute_not_open",)),
    ],
    {
        e.DisputeOpened: After(tuple(BY_STATUS.values())),
        e.DisputeAdvanced: After(STANDING),
        e.DisputeAnswerOrdered: After((Answering,)),
        e.DisputeAnswerStarted: After(),
        e.DisputeAnswerUnknown: After(),
        e.DisputeAnswered: After((Challenged, Accepted, Expired)),
        e.DisputeAnswerRefused: After((Opened, Expired)),
        e.DisputeDueSoon: After(),
        e.DisputeEvidenceAdded: After(),
        e.DisputeFeeCharged: After(),
    },
)
