"""Verification with a world around it: a backoffice that can be down, events, tasks, callers."""

import struct
import zlib
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
from sqlalchemy import text

from chassis.domain import FixedClock, uuid7
from chassis.runtime import Service
from chassis.tasks import TaskRunner
from chassis.testing.feed import Feed
from chassis.testing.tokens import bearer, make_token
from contracts.backoffice.events import (
    CasinoOpened,
    JurisdictionProfileAdopted,
    PersonalDataErased,
    PlayerProfileChanged,
    PlayerRegistered,
)
from contracts.backoffice.profile import JurisdictionProfile
from contracts.envelope import Envelope
from contracts.event import ContractEvent
from contracts.verification.permissions import VerificationPermission as P

V1 = "/api/verification/v1"
CASINO, ELSEWHERE = UUID("0190a000-0000-7000-8000-0000000000c1"), UUID("0190a000-0000-7000-8000-0000000000c2")
STAFF = tuple(P)


class Backoffice:
    """The one endpoint verification asks, with a switch."""

    def __init__(self) -> None:
        self.players: dict[str, dict[str, Any]] = {}
        self.down = False
        self.asked: list[str] = []
        self.meanwhile: Callable[[], Awaitable[None]] | None = None
        """What happens once, after the next answer was made and before it arrives."""

    def transport(self) -> httpx.MockTransport:
        return httpx.MockTransport(self._answer)

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        if self.down:
            raise httpx.ConnectError("refused", request=request)
        assert request.headers["authorization"].startswith("Bearer ")
        player_id = request.url.path.split("/")[-2]
        self.asked.append(player_id)
        known = self.players.get(player_id)
        if self.meanwhile is not None:
            happens, self.meanwhile = self.meanwhile, None
            await happens()
        return httpx.Response(404, json={"code": "not_found"}) if known is None else httpx.Response(200, json=known)


class World:
    """What the tests do to the service from outside."""

    def __init__(
        self, service: Service, client: httpx.AsyncClient, backoffice: Backoffice, clock: FixedClock, files: Path
    ) -> None:
        self.service = service
        self.client = client
        self.backoffice = backoffice
        self.clock = clock
        self.files = files
        self._feed = Feed(service)

    async def hear(self, event: ContractEvent, **changes: Any) -> None:
        """An event arrives from the bus; the changes are fields of its envelope."""
        await self._feed(event, **changes)

    async def work(self) -> int:
        """Everything that is due is done."""
        return await TaskRunner(self.service.db, self.service.tasks, clock=self.clock).run_due()

    async def register(
        self,
        first: str = "Jane",
        last: str = "Roe",
        *,
        born: date | None = date(1990, 5, 17),
        casino_id: UUID = CASINO,
        player_id: UUID | None = None,
    ) -> UUID:
        """A player registers at backoffice, which says so."""
        player_id = player_id or uuid7()
        self.backoffice.players[str(player_id)] = {
            "player_id": str(player_id),
            "first_name": first,
            "last_name": last,
            "date_of_birth": born.isoformat() if born else None,
            "country": "MT",
        }
        await self.hear(registration(player_id, casino_id))
        return player_id

    async def rename(self, player_id: UUID, first: str, last: str) -> None:
        """Somebody writes another name down at backoffice, which says that it did."""
        known = self.backoffice.players[str(player_id)]
        self.backoffice.players[str(player_id)] = {**known, "first_name": first, "last_name": last}
        fields = ("first_name", "last_name")
        await self.hear(PlayerProfileChanged(player_id=player_id, casino_id=CASINO, fields=fields))

    async def open_casino(self, *required: str, casino_id: UUID = CASINO) -> None:
        await self.hear(
            CasinoOpened(
                casino_id=casino_id,
                name="Test",
                jurisdiction="MT",
                currency="EUR",
                time_zone="Europe/Malta",
                profile=profile(*required),
            )
        )

    async def adopt(self, version: int, effective_from: datetime, *required: str) -> None:
        await self.hear(
            JurisdictionProfileAdopted(
                casino_id=CASINO,
                profile_version=version,
                effective_from=effective_from,
                profile=profile(*required),
            )
        )

    async def erase(self, player_id: UUID) -> None:
        del self.backoffice.players[str(player_id)]
        await self.hear(PersonalDataErased(player_id=player_id, casino_id=CASINO))

    async def import_list(self, *arguments: str | Path) -> int:
        """The command, as an operator types it."""
        return await self.service.commands["import-list"](self.service, [str(one) for one in arguments])

    async def upload(
        self,
        player_id: UUID,
        content: bytes,
        *,
        kind: str = "passport",
        token: str | None = None,
        name: str = "a.png",
        casino_id: UUID = CASINO,
    ) -> httpx.Response:
        """The player uploads a document himself, unless another token is given."""
        token = token or player_token(player_id, casino_id)
        return await self.client.post(
            f"{V1}/players/{player_id}/documents",
            data={"kind": kind},
            files={"file": (name, content, "application/octet-stream")},
            headers=bearer(token),
        )

    async def get(self, path: str, token: str | None = None) -> Any:
        """What permitted staff see at a path."""
        answer = await self.client.get(f"{V1}{path}", headers=bearer(token or staff()))
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def post(self, path: str, body: Any = None, token: str | None = None) -> httpx.Response:
        return await self.client.post(f"{V1}{path}", json=body, headers=bearer(token or staff()))

    async def level(self, player_id: UUID) -> str:
        level: str = (await self.get(f"/cases/{player_id}"))["level"]
        return level

    async def said(self, *types: str) -> list[dict[str, Any]]:
        """What the service told the others, of these types, in order."""
        async with self.service.db.read() as connection:
            rows = await connection.execute(text("SELECT envelope FROM outbox ORDER BY id"))
            envelopes = [Envelope.from_json(row.envelope) for row in rows]
        return [one.data for one in envelopes if not types or one.type in types]

    def stored(self, player_id: UUID) -> list[Path]:
        """The files of a player."""
        return [path for path in (self.files / "documents" / str(player_id)).rglob("*") if path.is_file()]

    async def waiting_hit(self, player_id: UUID) -> dict[str, Any]:
        """The one hit of a player."""
        [hit] = await self.get(f"/hits?player_id=eq.{player_id}")
        found: dict[str, Any] = hit
        return found

    async def everything_stored(self) -> str:
        """The whole database as text, to look for what must not be in it."""
        found = []
        async with self.service.db.read() as connection:
            names = await connection.execute(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"))
            for name in names.scalars():
                rows = await connection.execute(text(f'SELECT row_to_json(t)::text FROM "{name}" t'))
                found += list(rows.scalars())
        return "\n".join(found)


def profile(*required: str) -> JurisdictionProfile:
    return JurisdictionProfile(
        minimum_age=18,
        limit_loosening_hours=24,
        exclusion_months_min=6,
        exclusion_months_max=None,
        withdrawal_requires_level="verified",
        withdrawal_cancellation_allowed=False,
        required_documents=required,
    )


def registration(player_id: UUID, casino_id: UUID = CASINO) -> PlayerRegistered:
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    return PlayerRegistered(
        player_id=player_id, casino_id=casino_id, country="MT", currency="EUR", registered_at=moment
    )


def staff(*permissions: str, casinos: tuple[UUID | str, ...] = (CASINO,), subject: UUID | None = None) -> str:
    return make_token(permissions=permissions or STAFF, casinos=casinos, subject=subject or uuid4())


def player_token(player_id: UUID, casino_id: UUID = CASINO) -> str:
    return make_token(kind="player", subject=player_id, casino=casino_id)


def png(seed: int = 0, *, size: int = 0) -> bytes:
    """A small grey picture; another one for each seed. With `size`, so many bytes of noise are in it at least."""
    width = max(3, size)
    noise = bytes((seed + n * n * 31 + n // 7) % 251 for n in range(width))
    body = zlib.compress(b"\x00" + noise, 0)
    parts = [(b"IHDR", struct.pack(">IIBBBBB", width, 1, 8, 0, 0, 0, 0)), (b"IDAT", body), (b"IEND", b"")]
    chunks = (len(b).to_bytes(4, "big") + n + b + zlib.crc32(n + b).to_bytes(4, "big") for n, b in parts)
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def sdn(path: Path, *people: tuple[int, str, str]) -> Path:
    """A list in OFAC's format with people who do not exist: (number, name, remarks)."""
    empty = ",".join(["-0- "] * 7)
    rows = [f'{number},"{name}","individual","TEST",{empty},"{remarks}"' for number, name, remarks in people]
    path.write_text("\r\n".join(rows) + "\r\n\x1a\r\n")
    return path
