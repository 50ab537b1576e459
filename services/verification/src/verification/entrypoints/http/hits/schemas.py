"""What is sent and shown about hits."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from chassis.http import StrictModel
from verification.application.ports import BirthVerdict
from verification.domain.hit.commands import Decision
from verification.read_models.hit_list import HitStatus


class HitItem(BaseModel):
    """A player who looks like somebody on a list. Who the player is stays sealed until the hit is opened."""

    id: UUID
    player_id: UUID
    casino_id: UUID
    status: HitStatus
    list_name: str
    list_version: str
    entity_id: str
    listed_name: str
    matched_name: str = Field(description="The name of the listed one that looks like the player's most")
    matched_weak: bool = Field(description="Whether the list itself calls that name a weak one")
    listed_births: list[str] = Field(description="Days, years, or ranges with a slash, as the list knows them")
    programmes: list[str]
    score_permille: int
    birth: BirthVerdict
    algorithm: str
    raised_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    reason: str | None


class WordPair(BaseModel):
    """A word of the player's name, the word of the listed name that goes with it, and how alike they are."""

    player: str
    listed: str
    likeness_permille: int


class HitEvidence(BaseModel):
    """Both sides, for whoever decides."""

    player_name: str
    player_born: date | None
    player_country: str
    name_permille: int
    pairs: list[WordPair]


class HitView(HitItem):
    """A hit, opened."""

    evidence: HitEvidence | None = Field(description="Null once the player's personal data was erased")


class DecideHitBody(StrictModel):
    """What was found."""

    decision: Decision
    reason: Annotated[
        str,
        Field(
            min_length=1,
            max_length=2000,
            description="Why; for whoever asks later, also after an erasure: no personal data of the player",
        ),
    ]


class HitDecided(BaseModel):
    """What became of the hit."""

    hit_id: UUID
    player_id: UUID
    status: Literal["cleared", "confirmed"]
