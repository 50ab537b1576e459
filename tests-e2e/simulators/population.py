"""`python -m simulators.population`: players who live their lives, through the public API alone and at a gentle rate.

CASINOS is a JSON list of `{"casino_id", "currency", "country"}`; GATEWAY_URL and SIMULATORS_URL say where things are.
`GET /figures` on HOST and PORT counts what they did.
"""

import asyncio
import json
import os
import random
import secrets
import uuid
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import aiohttp
from aiohttp import web

from simulators.purse import Purse, pay, purse

FIRST_NAMES = ("Ada", "Bruno", "Chiara", "Dan", "Elif", "Finn", "Greta", "Hugo", "Ines", "Jonas", "Karla", "Leo")
LAST_NAMES = ("Abela", "Borg", "Camilleri", "Dalli", "Ellul", "Farrugia", "Grech", "Hart", "Mercer", "Oakley", "Reed")
ARRIVAL_S = (3.0, 9.0)
SPIN_PAUSE_S = (0.8, 2.5)
MOST_AT_ONCE = 24
HASTY = 8
"""Of so many at a casino one takes out what he paid in, and has not played: rules against fraud want to see that."""
HASTY_MINOR = 250_00
PASSPORT = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"
RETRIED = frozenset({429, 502, 503, 504})


class Unwanted(Exception):
    """The casino said no; the player shrugs and does something else."""


@dataclass
class Town:
    """Where players come from, and what they did so far."""

    gateway: str
    simulators: str
    casinos: list[dict[str, str]]
    session: aiohttp.ClientSession
    dice: random.Random
    figures: Counter[str] = field(default_factory=Counter)
    awake: set[asyncio.Task[None]] = field(default_factory=set)
    purses: dict[str, list[Purse]] = field(default_factory=dict)

    async def live(self) -> None:
        """Let players arrive, as long as nobody stops it."""
        while True:
            if len(self.awake) < MOST_AT_ONCE:
                task = asyncio.create_task(self._life())
                self.awake.add(task)
                task.add_done_callback(self.awake.discard)
            await asyncio.sleep(self.dice.uniform(*ARRIVAL_S))

    async def _life(self) -> None:
        try:
            await Player(self, self.dice.choice(self.casinos)).live()
        except (Unwanted, aiohttp.ClientError, TimeoutError):
            self.figures["troubles"] += 1


class Player:
    """Somebody who registers, plays, and perhaps takes something home."""

    def __init__(self, town: Town, casino: dict[str, str]) -> None:
        self._town = town
        self._dice = town.dice
        self._casino = casino
        self._token = ""
        self._id = ""
        self._cash_minor = 0
        names = self._dice.choice(FIRST_NAMES), self._dice.choice(LAST_NAMES)
        before = town.purses.setdefault(casino["casino_id"], [])
        self._hasty = len(before) % HASTY == 1
        email = f"{secrets.token_hex(6)}@player.example"
        self._purse = purse(town.dice, before, names, email, casino["country"])

    async def live(self) -> None:
        """One evening."""
        await self._register()
        if self._hasty or self._dice.random() < 0.7:
            await self._upload()
        if self._hasty:
            await self._deposit(HASTY_MINOR)
            await self._withdraw(patient_with=(409,))
            return
        if self._dice.random() < 0.2:
            await self._limit_oneself()
        await self._deposit(self._dice.choice([20_00, 50_00, 100_00, 250_00]))
        for _ in range(self._dice.randint(1, 3)):
            await self._play(rounds=self._dice.randint(8, 40))
        if self._cash_minor > 10_00:
            await self._withdraw()
        if self._dice.random() < 0.03:
            await self._ask(
                "POST", f"/api/backoffice/v1/players/{self._id}/self-exclusion", {"months": 6, "cause": "time"}
            )
            self._town.figures["exclusions"] += 1

    async def _register(self) -> None:
        email, password = self._purse.email, secrets.token_urlsafe(12)
        registered = await self._ask(
            "POST",
            "/api/backoffice/v1/players",
            {
                "casino_id": self._casino["casino_id"],
                "email": email,
                "password": password,
                "first_name": self._purse.first_name,
                "last_name": self._purse.last_name,
                "date_of_birth": f"{self._dice.randint(1955, 2004)}-{self._dice.randint(1, 12):02}-17",
                "country": self._casino["country"],
                "currency": self._casino["currency"],
                "address": f"{self._dice.randint(1, 99)} High Street",
                "terms_version": "2026-01",
            },
        )
        self._id = registered["player_id"]
        log_in = {"casino_id": self._casino["casino_id"], "email": email, "password": password}
        answer = await self._ask("POST", "/api/security/v1/player-sessions", log_in, patient_with=(401,))
        self._token = answer["access_token"]
        self._town.figures["players"] += 1

    async def _upload(self) -> None:
        form = aiohttp.FormData()
        form.add_field("kind", "passport")
        form.add_field("file", PASSPORT, filename="passport.pdf", content_type="application/pdf")
        path = f"{self._town.gateway}/api/verification/v1/players/{self._id}/documents"
        headers = {"Authorization": f"Bearer {self._token}"}
        async with self._town.session.post(path, data=form, headers=headers) as answer:
            self._town.figures["documents"] += answer.status < 300

    async def _limit_oneself(self) -> None:
        limit = {"period": "week", "amount_minor": 300_00, "currency": self._casino["currency"]}
        await self._ask("PUT", f"/api/backoffice/v1/players/{self._id}/deposit-limits", limit)

    async def _deposit(self, amount_minor: int) -> None:
        wish = {
            "method": self._purse.method,
            "amount_minor": amount_minor,
            "currency": self._casino["currency"],
            "return_url": "https://casino.example/cashier",
            "details": self._purse.details,
        }
        begun = await self._ask("POST", "/api/payments/v1/deposits", wish, patient_with=(409,))
        path = f"/api/payments/v1/deposits/{begun['deposit_id']}"
        asked = await self._until(path, "requires_action", "failed", "refused")
        if not asked.get("next_action"):
            raise Unwanted("nothing to do on no page")
        await pay(self._town.session, self._town.simulators, asked, self._purse)
        ended = await self._until(path, "succeeded", "refused")
        self._town.figures[f"deposits {ended['status']}"] += 1
        if ended["status"] != "succeeded":
            raise Unwanted("no money")
        self._cash_minor += ended["amount_minor"] - ended["fee_minor"]

    async def _until(self, path: str, *statuses: str) -> dict[str, Any]:
        """The deposit once it has one of these, or as it is after half a minute."""
        for _ in range(60):
            now: dict[str, Any] = await self._ask("GET", path)
            if now["status"] in statuses:
                break
            await asyncio.sleep(0.5)
        return now

    async def _play(self, rounds: int) -> None:
        lobby = (await self._ask("GET", "/api/games/v1/lobby", patient_with=(404, 409)))["items"]
        game = self._dice.choice(lobby)
        wish = {
            "game_code": game["game_code"],
            "platform": self._dice.choice(["desktop", "mobile"]),
            "lang": "en",
            "lobby_url": "https://casino.example/lobby",
        }
        url = (await self._ask("POST", "/api/games/v1/sessions", wish, patient_with=(409,)))["url"]
        for _ in range(rounds):
            stake = min(self._dice.choice([20, 50, 100, 200, 500]), self._cash_minor)
            if stake <= 0:
                return
            # About 95 of 100 come back: seven eighths, and now and then a lot.
            won = stake * self._dice.choice([0, 0, 0, 0, 1, 1, 2, 3]) if self._dice.random() > 0.003 else 25 * stake
            body = {"amount": _major(stake), "win": _major(won)}
            async with self._town.session.post(f"{url}/spin", json=body) as answer:
                told = await answer.json()
            if told["bet"]["status"] != "RS_OK":
                return
            self._cash_minor += won - stake
            self._town.figures["bets"] += 1
            await asyncio.sleep(self._dice.uniform(*SPIN_PAUSE_S))

    async def _withdraw(self, *, patient_with: tuple[int, ...] = ()) -> None:
        money = {"amount_minor": self._cash_minor - self._cash_minor % 100, "currency": self._casino["currency"]}
        try:
            path = f"/api/payments/v1/cashier?direction=withdrawal&{urlencode(money)}"
            offered = {one["method"]: one["destinations"] for one in await self._ask("GET", path)}
            method = self._purse.paid_by
            wish = {**money, "method": method, "destination": self._purse.destination(offered.get(method, []))}
            await self._ask("POST", "/api/payments/v1/withdrawals", wish, patient_with=patient_with)
            self._town.figures["withdrawals"] += 1
        except Unwanted:
            self._town.figures["withdrawals refused"] += 1

    async def _ask(self, method: str, path: str, body: Any = None, *, patient_with: tuple[int, ...] = ()) -> Any:
        """Ask until it is answered; statuses of `patient_with` mean that the news has not arrived yet."""
        headers = {"Idempotency-Key": str(uuid.uuid4())}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        for _ in range(40):
            async with self._town.session.request(
                method, self._town.gateway + path, json=body, headers=headers
            ) as reply:
                if reply.status < 400:
                    return await reply.json()
                if reply.status not in RETRIED and reply.status not in patient_with:
                    raise Unwanted(await reply.text())
            await asyncio.sleep(0.5)
        raise Unwanted(f"{path} is not answered")


def _major(minor: int) -> str:
    return f"{minor // 100}.{minor % 100:02}"


async def _figures(request: web.Request) -> web.Response:
    town: Town = request.app["town"]
    return web.json_response({**town.figures, "at play": len(town.awake)})


async def _living(app: web.Application) -> AsyncIterator[None]:
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=40)) as session:
        casinos = json.loads(os.environ["CASINOS"])
        gateway, simulators = os.environ["GATEWAY_URL"], os.environ["SIMULATORS_URL"]
        town = app["town"] = Town(gateway, simulators, casinos, session, random.Random())
        living = asyncio.create_task(town.live())
        yield
        tasks = [living, *town.awake]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def main() -> None:
    """Serve and live until SIGTERM."""
    app = web.Application()
    app.cleanup_ctx.append(_living)
    app.add_routes([web.get("/healthz", _figures), web.get("/figures", _figures)])
    web.run_app(app, host=os.environ["HOST"], port=int(os.environ["PORT"]), print=None, access_log=None)


if __name__ == "__main__":
    main()
