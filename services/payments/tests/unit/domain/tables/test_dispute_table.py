"""The transition table of disputes and their decider say the same."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Final
from uuid import UUID

from payments.domain.dispute.aggregate import dispute
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
from payments.domain.dispute.events import DisputeEvent, DisputeFact
from payments.domain.dispute.table import TABLE, said
from payments.domain.dispute.words import (
    AnswerStatus,
    AnswerWord,
    DisputeTold,
    EvidenceSent,
    Fee,
    Refused,
    Stage,
    Status,
    Taken,
    Unanswered,
)
from payments.domain.ledger.transfers import Transfer

from .walk import differences, walk

NOW: Final = datetime(2026, 3, 1, 12, tzinfo=UTC)
DUE: Final = NOW + timedelta(days=10)
FACT: Final = DisputeFact(
    deposit_id=UUID(int=7),
    player_id=UUID(int=1),
    casino_id=UUID(int=2),
    provider="stripe",
    reference="dp_1",
    payment="pi_1",
)
WORD: Final = DisputeTold(
    payment="pi_1",
    stage=Stage.CHARGEBACK,
    status=Status.OPENED,
    amount_minor=50_00,
    currency="EUR",
    code="fraudulent",
    due_at=DUE,
)
HEAR: Final = HearDispute(fact=FACT, word=WORD, said_at=NOW, deposited_minor=80_00, currency="EUR")
FEE: Final = Fee(movement="txn_1", amount_minor=15_00, currency="USD")
ANSWERS: Final[tuple[AnswerStatus, ...]] = (Status.ACCEPTED, Status.CHALLENGED)
HEARD: Final[tuple[AnswerWord, ...]] = (Taken(), Refused(code="no"), Unanswered())
FIRST, SECOND, FILE = UUID(int=11), UUID(int=12), UUID(int=5)
STATED: Final = [
    replace(HEAR, word=replace(WORD, stage=stage, status=status), fee=fee)
    for stage, status, fee in product((Stage.INQUIRY, Stage.CHARGEBACK), Status, (None, FEE))
]
COMMANDS: Final[list[DisputeCommand]] = [
    *STATED,
    *(replace(one, said_at=NOW + timedelta(seconds=1)) for one in STATED if one.word.status is Status.LOST),
    *(replace(one, fact=replace(FACT, payment="pi_2")) for one in STATED),
    *(replace(one, word=replace(one.word, currency="USD")) for one in STATED),
    *[AnswerDispute(status=status, now=NOW) for status in (Status.ACCEPTED, Status.CHALLENGED)] * 5,
    *[
        OrderAnswer(answer_id=answer_id, status=status, now=NOW)
        for answer_id, status in product((FIRST, SECOND), ANSWERS)
    ]
    * 5,
    OrderAnswer(
        answer_id=FIRST,
        status=Status.CHALLENGED,
        now=NOW,
        evidence=(EvidenceSent(evidence_id=UUID(int=6), document="receipt"),),
    ),
    *[StartAnswer(answer_id=one, sent_as="us") for one in (FIRST, SECOND)] * 5,
    *[HearAnswer(answer_id=one, word=word, now=NOW) for one, word in product((FIRST, SECOND), HEARD)] * 5,
    WatchDispute(now=DUE - timedelta(days=1), warn_before_s=3 * 86_400),
    WatchDispute(now=DUE, warn_before_s=3 * 86_400),
    *[AddEvidence(evidence_id=FILE, kind="receipt", media_type="application/pdf", size=7, sha256="ab")] * 3,
]


def nothing(_: UUID, __: Iterable[DisputeEvent]) -> list[Transfer]:
    """A dispute moves no money: the deposit it is about does."""
    return []


def test_whatever_happens_is_listed_and_whatever_is_listed_happens() -> None:
    assert differences(TABLE, walk(dispute, COMMANDS, said, nothing, lives=2_000, steps=25)) == []
