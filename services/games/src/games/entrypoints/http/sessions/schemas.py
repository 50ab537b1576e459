"""Bodies of the session endpoints."""

from datetime import datetime
from typing import Annotated, Literal
from urllib.parse import urlsplit
from uuid import UUID

from pydantic import AfterValidator, BaseModel, Field, StringConstraints

from chassis.http import StrictModel
from contracts.fields import ExternalRef, Slug
from games.read_models.session_list import SessionState


def _web_address(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("an http or https address is needed")
    return value


WebAddress = Annotated[str, StringConstraints(strict=True, max_length=2048), AfterValidator(_web_address)]


class SessionWish(StrictModel):
    """What a player wants to play, and on what."""

    game_code: ExternalRef
    supplier: Slug | None = Field(default=None, description="Needed only when several suppliers use the code")
    platform: Literal["desktop", "mobile"]
    lang: Annotated[str, StringConstraints(pattern=r"^[a-z]{2}$")] = Field(description="ISO 639-1")
    lobby_url: WebAddress = Field(description="Where the game sends the player afterwards")


class SessionRef(BaseModel):
    """The session that was recorded before the supplier was asked."""

    session_id: UUID


class SessionLaunch(BaseModel):
    """The game runs: send the player to `url`."""

    session_id: UUID
    url: str


class SessionItem(BaseModel):
    """A session."""

    session_id: UUID
    casino_id: UUID
    player_id: UUID
    supplier: str
    game_code: str
    currency: str
    country: str
    platform: str
    state: SessionState
    closed_because: str | None = Field(description="`not_allowed`: the player was not, or no longer, to play")
    restriction: str | None = Field(default=None, description="The exclusion that closed it; for whoever sees those")
    review: str | None = Field(default=None, description="The suspicion that closed it; for whoever sees those")
    opened_at: datetime
    launched_at: datetime | None
    closed_at: datetime | None
    expires_at: datetime
