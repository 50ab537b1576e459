"""What games needs from the outside: suppliers to speak with, a wallet to move money, its own copies to look into."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from games.application.wallet_calls import (
    CasinoFacts,
    GameFacts,
    Movement,
    PlayerFacts,
    SessionFacts,
    Verdict,
    WalletAnswer,
    WalletCall,
)

Headers = Iterable[tuple[bytes, bytes]]
"""Header names (lower case) and values, as ASGI carries them."""


@dataclass(frozen=True, slots=True)
class SupplierAccount:
    """One casino's account with one supplier. `secrets` are open here and nowhere else: never log or answer them."""

    casino_id: UUID
    supplier: str
    enabled: bool
    settings: Mapping[str, Any]
    secrets: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Outbound:
    """A call to a supplier, ready to be sent: the body is signed, so these very bytes must travel."""

    method: str
    url: str
    body: bytes
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class SupplierReply:
    """What came back from a supplier."""

    status: int
    body: bytes


@dataclass(frozen=True, slots=True)
class OfferedGame:
    """A game as a supplier offers it to a casino."""

    code: str
    name: str
    category: str
    product: str
    platforms: tuple[str, ...]
    blocked_countries: tuple[str, ...]
    thumbnail_url: str | None
    free_bets: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueEntry:
    """A game at a casino: what the supplier offers, and what the casino chose."""

    supplier: str
    game_code: str
    name: str
    category: str
    product: str
    platforms: tuple[str, ...]
    thumbnail_url: str | None
    free_bets: bool
    offered: bool
    enabled: bool
    closed_by_supplier: tuple[str, ...]
    closed_by_casino: tuple[str, ...]

    @property
    def available(self) -> bool:
        """Switched on, and still on offer."""
        return self.enabled and self.offered

    @property
    def blocked_countries(self) -> tuple[str, ...]:
        """Where nobody may play it, whoever said so."""
        return tuple(sorted({*self.closed_by_supplier, *self.closed_by_casino}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    """A player's wish to play, as the supplier must hear it."""

    player_id: UUID
    token: str
    game_code: str
    platform: str
    language: str
    currency: str
    country: str
    lobby_url: str
    ip: str


@dataclass(frozen=True, slots=True)
class LaunchGranted:
    """The game runs at this address."""

    url: str


@dataclass(frozen=True, slots=True)
class LaunchRefused:
    """The supplier's explicit no, in its own words."""

    words: str


@dataclass(frozen=True, slots=True)
class LaunchUnanswered:
    """Neither yes nor no: no answer, or one that says nothing."""


LaunchOutcome = LaunchGranted | LaunchRefused | LaunchUnanswered


class SupplierSilent(Exception):
    """The supplier did not answer, or not in a way that tells what happened."""


class WalletSilent(Exception):
    """Payments did not answer in time: whether money moved is unknown until the same id is asked again."""


class PartnerDesk(Protocol):
    """Speaks one supplier's wallet protocol for one casino. Keys are parsed once; the rest is pure."""

    def read(self, operation: str, headers: Headers, body: bytes) -> WalletCall:
        """Understand a call of the supplier.

        Args:
            operation: the rest of the path, such as `transaction/bet`.
            body: the raw bytes; signatures are checked over them.

        Raises:
            CallRefused: the signature is wrong, or the body is not what the protocol says.
        """
        ...

    def word(self, call: WalletCall, answer: WalletAnswer) -> bytes:
        """Our answer in the protocol's words."""
        ...


class GameSupplier(Protocol):
    """A supplier's protocol, without I/O: pairs of a request that is built and an answer that is read.

    An answer that does not say yes or no explicitly is read as "unanswered", never as a refusal. Every account has the
    setting `base_url`, the server that is called; who may be called is decided by `hosts` and the operator, not by it.
    """

    @property
    def name(self) -> str:
        """Its name in settings, addresses and events."""
        ...

    @property
    def hosts(self) -> frozenset[str]:
        """Names of its own servers, live and for tests, called by https at the usual port."""
        ...

    @property
    def operations(self) -> frozenset[str]:
        """The wallet calls it makes: the rest of the path after `/partner/<name>/<casino id>/`."""
        ...

    @property
    def secret_names(self) -> frozenset[str]:
        """The secrets an account needs."""
        ...

    @property
    def catalogue_interval_s(self) -> int:
        """Seconds that must lie between two requests for the catalogue."""
        ...

    def check(self, account: SupplierAccount) -> None:
        """Raise chassis.domain.Invalid naming the field when settings or secrets of an account cannot work."""
        ...

    def desk(self, account: SupplierAccount) -> PartnerDesk:
        """Who speaks the wallet protocol for this account."""
        ...

    def refusal(self, body: bytes, verdict: Verdict) -> bytes:
        """The answer to a call that was not understood or not believed; echoes of `body` what can be read."""
        ...

    def catalogue_request(self, account: SupplierAccount) -> Outbound:
        """Ask for all games on offer."""
        ...

    def read_catalogue(self, reply: SupplierReply) -> Sequence[OfferedGame]:
        """The games on offer; SupplierSilent when the answer is not a catalogue."""
        ...

    def launch_request(self, account: SupplierAccount, launch: Launch) -> Outbound:
        """Ask for the address of a game. Asking again with the same token is the same launch."""
        ...

    def read_launch(self, reply: SupplierReply) -> LaunchOutcome:
        """What the supplier said to a launch."""
        ...


class SupplierClient(Protocol):
    """Sends what a supplier's strategy built."""

    async def send(self, supplier: GameSupplier, outbound: Outbound) -> SupplierReply:
        """The answer, whatever its status; SupplierSilent when there was none in time, or it may not be called."""
        ...

    async def close(self) -> None:
        """Close the connections."""
        ...


class WalletHop(Protocol):
    """The one synchronous call behind games: payments moves the money."""

    async def move(self, movement: Movement) -> tuple[int, int | None]:
        """A code of contracts.payments.wallet.WalletCode and the player's cash where it is known; WalletSilent."""
        ...

    async def balance(self, player_id: UUID, currency: str) -> int | None:
        """The player's cash in minor units, None when payments knows no such wallet; WalletSilent."""
        ...


@dataclass(frozen=True, slots=True)
class Lookups:
    """Where each kind of fact is read from: a connection, then the key. None: there is no such thing."""

    account: Callable[[AsyncConnection, UUID, str], Awaitable[SupplierAccount | None]]
    session: Callable[[AsyncConnection, str], Awaitable[SessionFacts | None]]
    running_sessions: Callable[[AsyncConnection, UUID], Awaitable[Sequence[UUID]]]
    player: Callable[[AsyncConnection, UUID], Awaitable[PlayerFacts | None]]
    game: Callable[[AsyncConnection, UUID, str, str], Awaitable[GameFacts | None]]
    casino: Callable[[AsyncConnection, UUID, datetime], Awaitable[CasinoFacts | None]]


class Directory(Protocol):
    """Games' own copies. What another process committed is found; what it changed is heard of within milliseconds."""

    async def account(self, casino_id: UUID, supplier: str) -> tuple[SupplierAccount, PartnerDesk] | None:
        """The casino's account with the supplier, and who speaks for it."""
        ...

    async def session(self, token_hash: str) -> SessionFacts | None:
        """The session behind a token."""
        ...

    async def player(self, player_id: UUID) -> PlayerFacts | None:
        """A player."""
        ...

    async def game(self, casino_id: UUID, supplier: str, game_code: str) -> GameFacts | None:
        """A game at a casino."""
        ...

    async def casino(self, casino_id: UUID) -> CasinoFacts | None:
        """A casino."""
        ...
