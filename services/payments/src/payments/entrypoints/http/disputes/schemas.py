"""What is said about disputes."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from annotated_types import Len
from pydantic import BaseModel, Field, StringConstraints

from chassis.http import NO_CARD_NUMBER, Reason, StrictModel
from payments.application.dispute_evidence import LONGEST
from payments.domain.dispute.words import AnswerState, Stage, Status

LARGEST_BODY = LONGEST * 4 // 3 + 4096
"""Bytes of a request with a file in it."""

EvidenceKind = Literal["receipt", "correspondence", "identity", "play_history", "terms", "statement", "other"]
ProviderWord = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.-]{1,80}$"), NO_CARD_NUMBER]

MOST_FILES = 8
"""Of one submission."""


class AnswerBody(StrictModel):
    """Why staff answer as they do."""

    reason: Reason


class AcceptBody(AnswerBody):
    """Why it is not contested."""

    by_hand: bool = Field(
        default=False, description="It was accepted on the provider's pages already: nothing is sent, it is only noted"
    )


class FileChoice(StrictModel):
    """A file that shall be sent."""

    evidence_id: UUID
    document: ProviderWord | None = Field(
        default=None,
        description="As which of the provider's kinds of documents (Stripe: a field of Evidence; Adyen: a "
        "`defenseDocumentTypeCode`); the usual one for the file's kind where none is said",
    )


class SubmitBody(AnswerBody):
    """Which evidence goes to the provider. It takes it once."""

    files: Annotated[list[FileChoice], Len(1, MOST_FILES)]
    defence: ProviderWord | None = Field(
        default=None, description="Adyen: one of the reasons of `GET .../defences`. Stripe asks for none"
    )


class DefenceItem(BaseModel):
    """A reason for which the provider lets us defend it."""

    code: str
    required: list[str] = Field(description="Kinds of documents it wants")
    optional: list[str] = Field(description="Kinds of documents it takes beside")


class EvidenceBody(StrictModel):
    """A file that proves our side."""

    kind: EvidenceKind
    content: Annotated[str, StringConstraints(min_length=4, max_length=LONGEST * 4 // 3 + 4)] = Field(
        description="The file, in base64: a PDF, a PNG or a JPEG of at most 2 MB; as `statement` a text of at most "
        "20,000 characters, without a card's number",
        repr=False,
    )


class EvidenceItem(BaseModel):
    """A file that is kept, without its content."""

    evidence_id: UUID
    kind: str
    media_type: str
    size: int
    sha256: str
    added_by: str
    added_at: datetime


class Moment(BaseModel):
    """One thing that happened."""

    at: datetime
    what: str = Field(
        description="`opened`, `advanced`, `answer_ordered`, `answer_started`, `answer_unknown`, `answered`, "
        "`answer_refused`, `due_soon`, `evidence_added`, `fee_charged`"
    )
    by: str = Field(description="Who said or did it: a provider, a colleague, or ourselves")
    stage: Stage | None = None
    status: Status | None = None
    code: str | None = None
    due_at: datetime | None = None
    defence: str | None = Field(default=None, description="The provider's code of why we are right")


class DisputeItem(BaseModel):
    """A dispute in a list."""

    dispute_id: UUID
    deposit_id: UUID
    casino_id: UUID
    player_id: UUID
    provider: str
    reference: str = Field(description="How the provider calls the dispute")
    payment: str = Field(description="How the provider calls the payment")
    stage: Stage
    status: Status = Field(description="Of the stage, with what we did ourselves")
    told: Status = Field(description="Of the stage, as the provider says")
    amount_minor: int
    currency: str
    code: str = Field(description="Why, in the words of the provider or of the card scheme")
    due_at: datetime | None = Field(description="Until when an answer is awaited")
    fee_minor: int = Field(description="What the provider charged for it; the house's, whatever the outcome")
    fee_currency: str | None
    evidence: int = Field(description="Files that are kept for it")
    warned: bool = Field(description="Its deadline is near, and nobody has answered")
    by_hand: bool = Field(description="It was answered at the provider, not by us")
    answered_by: str | None = Field(description="Who answered, or had the provider told")
    answering: Status | None = Field(description="What is, or was last, said to the provider: `accepted`, `challenged`")
    answer: AnswerState | None = Field(description="How far that has come. `unknown`: the provider may have it")
    answer_code: str | None = Field(description="Why the provider did not take it, in its words")
    taken: bool = Field(description="Its money is with the payer")
    opened_at: datetime
    updated_at: datetime


class DisputeView(DisputeItem):
    """A dispute with all that happened to it and the files that are kept."""

    timeline: list[Moment]
    files: list[EvidenceItem]
