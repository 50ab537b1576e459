"""What the story knows while it goes on: who is in it, where they are, and what must be true at its end."""

import sys
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pitlocal.paths import REPOSITORY
from pitlocal.stack import Stack

from journey.client import Api, Person

STAFF_DOOR = "/api/security/v1/staff-sessions"
PLAYER_DOOR = "/api/security/v1/player-sessions"

PARTNERS_INSIST_S = 300.0
"""So long a partner may take for what it is asked to do while services are down: asked again, it would do it twice."""


@dataclass
class Tale:
    """The state of the story.

    Attributes:
        api: the gateway.
        world: the simulated partners.
        calm: nothing is killed meanwhile, so nothing has to be taken back and every movement can be counted.
        restless: whether the rounds should go on, beyond those that are told.
        cash_minor: what the player should have, from what was answered so far.
        movements: how many movements of his wallet there should be.
        findings: what the closing table tells.
        files: the report files that were fetched.
    """

    stack: Stack
    api: Api
    world: Api
    calm: bool = True
    restless: Callable[[], bool] = bool
    staff: dict[str, Person] = field(default_factory=dict)
    player: Person | None = None
    casino_id: str = ""
    currency: str = "EUR"
    game_url: str = ""
    game_code: str = ""
    open_bet: dict[str, Any] = field(default_factory=dict)
    document_id: str = ""
    cash_minor: int = 0
    movements: int = 0
    deposits_minor: int = 0
    bets_minor: int = 0
    wins_minor: int = 0
    paid_out_minor: int = 0
    findings: dict[str, str] = field(default_factory=dict)
    files: list[Path] = field(default_factory=list)

    @property
    def who(self) -> Person:
        """The player."""
        assert self.player is not None, "nobody registered yet"
        return self.player

    @property
    def player_id(self) -> str:
        """The player's id."""
        return self.who.id

    async def balance(self) -> dict[str, Any]:
        """The player's wallet as he sees it."""
        answer = await self.who.get(f"/api/payments/v1/players/{self.player_id}/balance")
        [wallet] = answer["wallets"]
        assert isinstance(wallet, dict)
        return wallet

    async def direct(self, method: str, path: str, body: Any = None) -> Any:
        """Ask the simulated world for something."""
        return (await self.world.send(method, path, body=body)).json()

    async def play(self, action: str, **wish: Any) -> dict[str, Any]:
        """One action in the launched game, as the player's browser would ask for it."""
        path = "/" + self.game_url.split("/", 3)[3]
        told: dict[str, Any] = await self.direct("POST", f"{path}/{action}", wish)
        return told


@dataclass(frozen=True)
class Step:
    """One step: what it is called, and what plays it and returns what happened, in a sentence."""

    title: str
    play: Callable[[Tale], Coroutine[Any, Any, str]]

    @property
    def name(self) -> str:
        """A word for it: the name of what plays it."""
        return self.play.__name__


async def start_world(stack: Stack, addresses: Mapping[str, str] | None = None) -> Api:
    """The simulated partners, as one more process of the stack.

    Args:
        addresses: where they call (`PAYMENTS_URL`), if not at the services themselves.
    """
    settings = {"PYTHONPATH": str(REPOSITORY / "tests-e2e"), **(addresses or {})}
    address = await stack.launch("simulators", [sys.executable, "-m", "simulators"], settings=settings)
    return Api(address, timeout_s=PARTNERS_INSIST_S)


def money(minor: int, currency: str) -> str:
    """An amount for people; the story's currencies have two decimals."""
    return f"{minor // 100}.{minor % 100:02} {currency}"


def major(minor: int) -> str:
    """An amount as a partner writes it.

    >>> major(1_05)
    '1.05'
    """
    return f"{minor // 100}.{minor % 100:02}"
