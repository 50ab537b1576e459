"""Bodies of the game endpoints."""

from typing import Annotated, Self

from pydantic import BaseModel, Field, StrictBool

from chassis.http import StrictModel
from contracts.fields import CountryCode, Slug
from games.application.ports import CatalogueEntry


class GameChange(StrictModel):
    """What the casino decides about a game."""

    enabled: StrictBool
    blocked_countries: Annotated[list[CountryCode], Field(max_length=250)] = Field(
        default_factory=list, description="Beside those the supplier closes"
    )
    supplier: Slug | None = Field(default=None, description="Needed only when several suppliers use the code")


class GameItem(BaseModel):
    """A game at a casino."""

    supplier: str
    game_code: str
    name: str
    category: str
    product: str
    platforms: list[str]
    free_bets: bool
    thumbnail_url: str | None
    offered: bool = Field(description="Whether the supplier still offers it")
    enabled: bool = Field(description="Whether the casino switched it on")
    closed_by_supplier: list[str] = Field(description="Countries the supplier closes")
    closed_by_casino: list[str] = Field(description="Countries the casino closes")

    @classmethod
    def of(cls, entry: CatalogueEntry) -> Self:
        return cls(
            supplier=entry.supplier,
            game_code=entry.game_code,
            name=entry.name,
            category=entry.category,
            product=entry.product,
            platforms=list(entry.platforms),
            free_bets=entry.free_bets,
            thumbnail_url=entry.thumbnail_url,
            offered=entry.offered,
            enabled=entry.enabled,
            closed_by_supplier=list(entry.closed_by_supplier),
            closed_by_casino=list(entry.closed_by_casino),
        )


class LobbyGame(BaseModel):
    """A game a player may launch."""

    supplier: str
    game_code: str
    name: str
    category: str
    platforms: list[str]
    thumbnail_url: str | None


class Lobby(BaseModel):
    """The games a player may launch where they live."""

    items: list[LobbyGame]
