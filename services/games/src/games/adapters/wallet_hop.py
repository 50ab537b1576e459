"""The wallet hop: bets, wins and rollbacks travel to payments in batches, over few connections that stay open.

Where payments has several writer processes a player belongs to one of them: what is asked about him at one time is in
one batch, and no two writers want the same row. Nothing but speed depends on it: while one is away another is asked.
"""

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any
from uuid import UUID

import aiohttp
import msgspec
import structlog

from contracts.payments.wallet import WalletCode
from games.adapters.batching import Batcher
from games.application.ports import WalletSilent
from games.application.wallet_calls import Movement

log = structlog.get_logger(__name__)

TRANSFERS = "/internal/v1/wallet/transfers"
BALANCES = "/internal/v1/wallet/balances"

LANES = 2
FIRST_PAUSE_S = 0.02
LONGEST_PAUSE_S = 0.2
"""Until what was not answered is asked again, alone: his wallet may be held by a deposit of his for a while."""
LARGEST_BATCH = 256
MOST_WAITING = 10_000

_REFUSED_WHOLE = frozenset({400, 413, 422})
"""Statuses that say nothing of the batch was applied, because something in it cannot be read."""

_ENCODER = msgspec.json.Encoder()
_ANSWERS: msgspec.json.Decoder[list[tuple[int, int | None]]] = msgspec.json.Decoder(list[tuple[int, int | None]])
_BALANCES: msgspec.json.Decoder[list[int | None]] = msgspec.json.Decoder(list[int | None])


class _Refused(Exception):
    """Payments could not read the batch."""


class HttpWalletHop:
    """See WalletHop.

    Args:
        writers: where payments' writer processes answer, in the order that all instances of games agree on.
        token: makes the service token for payments; called for every request.
        deadline_s: seconds from a question to its answer. Shorter than what suppliers wait, so that they hear from us.
        lanes: requests in flight at the same time to each writer, for movements and for balances each.
    """

    def __init__(
        self, writers: Sequence[str], *, token: Callable[[], str], deadline_s: float, lanes: int = LANES
    ) -> None:
        self._writers = [url.rstrip("/") for url in writers]
        self._token = token
        self._deadline_s = deadline_s
        self._timeout = aiohttp.ClientTimeout(total=deadline_s)
        self._session: aiohttp.ClientSession | None = None
        limits: dict[str, Any] = {
            "lanes": lanes,
            "largest": LARGEST_BATCH,
            "most_waiting": MOST_WAITING,
            "deadline_s": deadline_s,
        }
        self._moves: list[Batcher[Movement, tuple[int, int | None]]] = [
            Batcher(partial(self._send_moves, writer), **limits) for writer in range(len(self._writers))
        ]
        self._reads: list[Batcher[tuple[UUID, str], int | None]] = [
            Batcher(partial(self._send_reads, writer), **limits) for writer in range(len(self._writers))
        ]

    async def move(self, movement: Movement) -> tuple[int, int | None]:
        """See WalletHop."""
        lane, pause_s = self._moves[self._writer_of(movement.player_id)], FIRST_PAUSE_S
        try:
            async with asyncio.timeout(self._deadline_s):
                while (answer := await lane.ask(movement))[0] == WalletCode.UNANSWERED:
                    await asyncio.sleep(pause_s)
                    pause_s = min(2 * pause_s, LONGEST_PAUSE_S)
        except TimeoutError:
            raise WalletSilent from None
        return answer

    async def balance(self, player_id: UUID, currency: str) -> int | None:
        """See WalletHop."""
        return await self._reads[self._writer_of(player_id)].ask((player_id, currency))

    def _writer_of(self, player_id: UUID) -> int:
        """Other bits of the id than those by which a writer process shares its players out among its connections."""
        return (player_id.int >> 64) % len(self._writers)

    async def start(self) -> None:
        """Open the client. Connections are made when they are first needed."""
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=30),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=self._timeout,
        )

    async def close(self) -> None:
        """Answer what was asked, then close the connections."""
        for moves in self._moves:
            await moves.close()
        for reads in self._reads:
            await reads.close()
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _send_moves(
        self, writer: int, items: Sequence[Movement]
    ) -> Sequence[tuple[int, int | None] | WalletSilent]:
        return await self._one_by_one_if_refused(writer, TRANSFERS, items, _ANSWERS)

    async def _send_reads(self, writer: int, items: Sequence[tuple[UUID, str]]) -> Sequence[int | WalletSilent | None]:
        return await self._one_by_one_if_refused(writer, BALANCES, items, _BALANCES)

    async def _one_by_one_if_refused(
        self, writer: int, path: str, items: Sequence[Any], decoder: msgspec.json.Decoder[list[Any]]
    ) -> Sequence[Any]:
        """One unreadable item must not take the others with it: a batch refused whole is asked again item by item."""
        try:
            return await self._post(writer, path, items, decoder)
        except _Refused:
            if len(items) == 1:
                raise WalletSilent from None
        answers: list[Any] = []
        for item in items:
            try:
                answers.extend(await self._post(writer, path, [item], decoder))
            except (_Refused, WalletSilent):
                answers.append(WalletSilent())
        return answers

    async def _post(
        self, writer: int, path: str, items: Sequence[Any], decoder: msgspec.json.Decoder[list[Any]]
    ) -> list[Any]:
        """One request. One whose connection broke is sent once more, to the next writer: ids make a repeat harmless."""
        body = _ENCODER.encode(items)
        try:
            try:
                status, raw = await self._exchange(self._writers[writer] + path, body)
            except (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError):
                other = self._writers[(writer + 1) % len(self._writers)]
                status, raw = await self._exchange(other + path, body)
            if status in _REFUSED_WHOLE:
                log.error("wallet_batch_refused", status=status, items=len(items))
                raise _Refused
            if status != 200:
                log.warning("wallet_unavailable", status=status, items=len(items))
                raise WalletSilent
            answers = decoder.decode(raw)
        except (aiohttp.ClientError, TimeoutError, OSError, msgspec.DecodeError) as error:
            log.warning("wallet_silent", error=repr(error), items=len(items))
            raise WalletSilent from error
        if len(answers) != len(items):
            log.error("wallet_answers_missing", items=len(items), answers=len(answers))
            raise WalletSilent
        return answers

    async def _exchange(self, url: str, body: bytes) -> tuple[int, bytes]:
        if self._session is None:
            raise WalletSilent
        headers = {"Authorization": f"Bearer {self._token()}", "Content-Type": "application/json"}
        async with self._session.post(url, data=body, headers=headers) as response:
            return response.status, await response.read()
