"""Payments as games meets it: the wallet in memory behind the wire format of the hop, on a real socket."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import msgspec
from aiohttp import web
from services.games.tests.support.wallet import MemoryWallet

from contracts.payments.wallet import WalletCode
from games.adapters.wallet_hop import BALANCES, TRANSFERS
from games.application.wallet_calls import Movement


class Payments:
    """What answers at the other end.

    Attributes:
        batches, tokens: what came, and with which token.
        statuses: answer these instead, one after the other.
        hang_up: cut so many connections instead of answering.
        unreadable: refuse batches with an item that holds this text.
        held: players whose movements are not answered, as long as somebody else has their wallet.
        gate: answer only while it is set.
    """

    def __init__(self) -> None:
        self.wallet = MemoryWallet()
        self.batches: list[list[Any]] = []
        self.tokens: list[str | None] = []
        self.statuses: list[int] = []
        self.hang_up = 0
        self.unreadable: str | None = None
        self.held: set[UUID] = set()
        self.gate = asyncio.Event()
        self.gate.set()
        self.url = ""

    async def transfers(self, request: web.Request) -> web.StreamResponse:
        items = await self._taken(request)
        if isinstance(items, web.StreamResponse):
            return items
        return web.json_response([list(await self._move(msgspec.convert(item, Movement))) for item in items])

    async def _move(self, asked: Movement) -> tuple[int, int | None]:
        return (WalletCode.UNANSWERED, None) if asked.player_id in self.held else await self.wallet.move(asked)

    async def balances(self, request: web.Request) -> web.StreamResponse:
        items = await self._taken(request)
        if isinstance(items, web.StreamResponse):
            return items
        return web.json_response([await self.wallet.balance(UUID(player), currency) for player, currency in items])

    async def _taken(self, request: web.Request) -> Any:
        items = await request.json()
        self.batches.append(items)
        self.tokens.append(request.headers.get("Authorization"))
        await self.gate.wait()
        if self.hang_up:
            self.hang_up -= 1
            assert request.transport is not None
            request.transport.close()
            return web.Response()
        if self.statuses:
            return web.Response(status=self.statuses.pop(0))
        if self.unreadable and any(self.unreadable in json.dumps(item) for item in items):
            return web.Response(status=422)
        return items

    @asynccontextmanager
    async def served(self) -> AsyncIterator["Payments"]:
        """Answer on a free port while the block lasts."""
        app = web.Application()
        app.router.add_post(TRANSFERS, self.transfers)
        app.router.add_post(BALANCES, self.balances)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        try:
            yield self
        finally:
            self.gate.set()
            await runner.cleanup()
