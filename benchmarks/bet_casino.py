"""A casino that is ready to play, made through the services' own code: for benchmarks/bet.py."""

import base64
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
from aiohttp import web
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from chassis.db import Database
from chassis.db.engine import driver
from chassis.domain import uuid7
from chassis.messaging.bus import DEFAULT_PARTITIONS, Record
from chassis.messaging.processing import Processor
from chassis.runtime import Service, http_application
from chassis.settings import parse
from chassis.tasks import TaskRunner
from chassis.testing.client import client as talking
from chassis.testing.second_person import approved
from chassis.testing.tokens import bearer, make_token, test_authority, test_verifier
from contracts.backoffice.events import CasinoOpened, PlayerRegistered
from contracts.backoffice.profile import JurisdictionProfile
from contracts.envelope import Envelope
from contracts.event import ContractEvent
from contracts.games.permissions import GamesPermission
from games.main import build
from games.settings import Settings
from payments.adapters.ledger.accounts import open_wallet
from payments.domain.ledger.accounts import WalletKey

CASINO = UUID("0190f5fe-7c00-7a00-8000-000000000001")
GAME = "clt_dragonrising"
_API = "/api/games/v1"


@dataclass(frozen=True, slots=True)
class Seat:
    """A player in front of a game, as the supplier knows him."""

    player_id: UUID
    token: str


class Hub88:
    """The supplier: its key, its catalogue, the addresses of its games, and its signed bets."""

    def __init__(self) -> None:
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self._tokens: list[str] = []
        self.url = ""

    @asynccontextmanager
    async def served(self) -> AsyncIterator["Hub88"]:
        """Answer on a free port while the block lasts."""
        app = web.Application()
        app.router.add_post("/operator/generic/v2/game/{what}", self._answer)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        try:
            yield self
        finally:
            await runner.cleanup()

    async def _answer(self, request: web.Request) -> web.Response:
        asked = json.loads(await request.read())
        if request.match_info["what"] == "list":
            return web.json_response([{"game_code": GAME, "name": "Dragon Rising", "platforms": ["GPL_DESKTOP"]}])
        self._tokens.append(asked["token"])
        return web.json_response({"url": "https://play.hub88.test/"})

    def newest_token(self) -> str:
        """Of the last game that was opened."""
        return self._tokens[-1]

    def public_key(self) -> str:
        """For the casino's account."""
        return self._key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()

    def private_key(self) -> str:
        """For the processes that sign its bets."""
        return _private_pem(self._key)


def signed_bets(private_key: str, seats: Sequence[Seat], host: str, count: int) -> list[bytes]:
    """Whole signed HTTP requests for bets that were never made before."""
    key = load_pem_private_key(private_key.encode(), password=None)
    assert isinstance(key, rsa.RSAPrivateKey)
    return [_bet(key, seats[n % len(seats)], host) for n in range(count)]


def _bet(key: rsa.RSAPrivateKey, seat: Seat, host: str) -> bytes:
    body = json.dumps(
        {
            "user": str(seat.player_id),
            "token": seat.token,
            "request_uuid": str(uuid4()),
            "transaction_uuid": str(uuid4()),
            "supplier_transaction_id": str(uuid4()),
            "game_code": GAME,
            "round": f"r{uuid4().hex[:12]}",
            "round_closed": False,
            "amount": 100_000,
            "currency": "EUR",
            "is_free": False,
        }
    ).encode()
    signature = base64.b64encode(key.sign(body, padding.PKCS1v15(), hashes.SHA256())).decode()
    head = (
        f"POST /partner/hub88/{CASINO}/transaction/bet HTTP/1.1\r\nHost: {host}\r\n"
        f"Content-Type: application/json\r\nX-Hub88-Signature: {signature}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def _private_pem(key: rsa.RSAPrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()).decode()


async def prepare(
    games_url: str, payments_url: str, environment: dict[str, str], players: int
) -> tuple[Hub88, list[Seat]]:
    """Casino, game, players with money in front of it; the supplier and the seats."""
    overrides: dict[str, Any] = {name.lower(): value for name, value in environment.items()}
    settings = parse(
        Settings,
        **{
            **overrides,
            "database_url": games_url,
            "payments_url": "http://127.0.0.1:1",
            "partner_hosts": "http://127.0.0.1:*",
        },
    )
    service = replace(build(settings), verifier=test_verifier(), authority=test_authority())
    seats: list[Seat] = []
    async with Hub88().served() as hub88, talking(http_application(service)) as client:
        ids = [uuid7() for _ in range(players)]
        await _hear(service, _news(ids))
        await _open(client, service, hub88)
        for player_id in ids:
            headers = {
                **bearer(make_token(kind="player", subject=player_id, casino=CASINO)),
                "Idempotency-Key": f"launch-{player_id}",
            }
            body = {"game_code": GAME, "platform": "desktop", "lang": "en", "lobby_url": "https://casino.test/"}
            _good(await client.post(f"{_API}/sessions", json=body, headers=headers))
            seats.append(Seat(player_id, hub88.newest_token()))
    await fund(payments_url, ids)
    return hub88, seats


def _news(players: Sequence[UUID]) -> list[ContractEvent]:
    profile = JurisdictionProfile(
        minimum_age=18,
        limit_loosening_hours=24,
        exclusion_months_min=6,
        withdrawal_requires_level="verified",
        withdrawal_cancellation_allowed=False,
        required_documents=("identity",),
    )
    opened = CasinoOpened(
        casino_id=CASINO, name="C", jurisdiction="MGA", currency="EUR", time_zone="Europe/Malta", profile=profile
    )
    since = datetime.now(UTC) - timedelta(days=1)
    registered = [
        PlayerRegistered(player_id=player, casino_id=CASINO, country="MT", currency="EUR", registered_at=since)
        for player in players
    ]
    return [opened, *registered]


async def _hear(service: Service, events: Sequence[ContractEvent]) -> None:
    """Deliver other services' events as the bus would."""
    assert service.consumer is not None
    records = []
    for offset, event in enumerate(events):
        envelope = Envelope(
            id=uuid7(),
            source=f"/pitboss/{event.owner()}",
            type=event.type,
            typeversion=event.version,
            subject=f"{event.key}-{event.key_value()}",
            time=datetime.now(UTC),
            partitionkey=event.key_value(),
            casinoid=CASINO,
            actorkind="system",
            actorid="benchmark",
            correlationid=uuid7(),
            data=event.model_dump(mode="json"),
        )
        records.append(Record(event.topic, 0, offset, event.key_value(), envelope.to_json()))
    await Processor(service.consumer, service.application)(records)


async def _open(client: httpx.AsyncClient, service: Service, hub88: Hub88) -> None:
    staff = bearer(make_token(permissions=[permission.value for permission in GamesPermission]))
    own = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    account = {
        "enabled": True,
        "settings": {"base_url": hub88.url, "operator_id": 7, "public_key": hub88.public_key()},
        "secrets": {"private_key": _private_pem(own)},
    }
    proposed = await client.put(f"{_API}/casinos/{CASINO}/suppliers/hub88", json=account, headers=staff)
    await approved(client, proposed, list(GamesPermission))
    await TaskRunner(service.db, service.tasks).run_due()
    game = {"enabled": True, "blocked_countries": []}
    _good(await client.put(f"{_API}/casinos/{CASINO}/games/{GAME}", json=game, headers=staff))


def _good(answer: httpx.Response) -> None:
    if not answer.is_success:
        raise RuntimeError(f"{answer.request.url}: {answer.status_code} {answer.text}")


async def fund(url: str, players: Sequence[UUID]) -> None:
    """Wallets with money, and restrictions that were just heard of."""
    db = Database(url, application_name="benchmark")
    async with db.write() as connection:
        raw = await driver(connection)
        for player_id in players:
            await open_wallet(raw, WalletKey(CASINO, player_id, "EUR"))
        await raw.execute("UPDATE account SET balance_minor = 1000000000 WHERE type = 'cash'")
        await raw.execute(
            "INSERT INTO restriction_beat (partition, sent_at) SELECT n, now() FROM generate_series(0, $1 - 1) AS n",
            DEFAULT_PARTITIONS,
        )
    await db.close()
