"""A game supplier that speaks Hub88's operator API: its catalogue and launches here, its wallet calls in `wallet`.

The address of a launched game is where the player's browser would play; here it takes `spin`, `bet`, `win`,
`rollback`, `info` and `balance` as POST, and the supplier turns each into calls to the operator's wallet.
"""

import json
import secrets
import uuid as uuids
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from aiohttp import web

from simulators.keys import KeyPair
from simulators.wallet import SCALE, Call, Wallet, verified

GAMES = (
    ("hub_book_of_dunes", "Book of Dunes", "Video Slots"),
    ("hub_lucky_harbour", "Lucky Harbour", "Video Slots"),
    ("hub_moon_orchard", "Moon Orchard", "Video Slots"),
    ("hub_roulette_royal", "Roulette Royal", "Roulette"),
    ("hub_blackjack_nine", "Blackjack Nine", "Blackjack"),
    ("hub_crash_comet", "Crash Comet", "Crash Games"),
)


@dataclass
class Operator:
    """One casino; `keys` are the operator's, `own` are the supplier's."""

    operator_id: str
    wallet_url: str
    keys: KeyPair
    own: KeyPair
    calls: list[Call] = field(default_factory=list)


@dataclass
class Launch:
    """A game that was launched for a player."""

    operator: Operator
    user: str
    token: str
    game_code: str
    currency: str

    def base(self, round_id: str) -> dict[str, Any]:
        """What every call about money says."""
        return {
            "user": self.user,
            "token": self.token,
            "game_code": self.game_code,
            "request_uuid": str(uuids.uuid4()),
            "supplier_transaction_id": secrets.token_hex(8),
            "round": round_id,
        }


class Hub88:
    """The supplier."""

    def __init__(self, wallet: Wallet, own_url: str) -> None:
        self.operators: dict[str, Operator] = {}
        self.launches: dict[str, Launch] = {}
        self.wallet = wallet
        self._own_url = own_url

    def sign_up(self, operator_id: str, wallet_url: str, keys: KeyPair, own: KeyPair) -> Operator:
        """A new operator."""
        operator = self.operators[operator_id] = Operator(operator_id, wallet_url, keys, own)
        return operator

    def routes(self) -> list[web.RouteDef]:
        """What it answers."""
        return [
            web.post("/hub88/operator/generic/v2/game/list", self.game_list),
            web.post("/hub88/operator/generic/v2/game/url", self.game_url),
            web.post("/hub88/games/{launch}/{action}", self.play),
        ]

    # -- what the operator calls -----------------------------------------------------------------------------------

    async def game_list(self, request: web.Request) -> web.Response:
        """Every game."""
        await self._authentic(request)
        games = [
            {
                "game_code": code,
                "name": name,
                "category": category,
                "product": "Simulated",
                "platforms": ["GPL_DESKTOP", "GPL_MOBILE"],
                "blocked_countries": ["US"],
                "restricted_countries": [],
                "certifications": ["MT", "GB"],
                "url_thumb": f"{self._own_url}/hub88/thumbs/{code}.png",
                "freebet_support": True,
                "enabled": True,
            }
            for code, name, category in GAMES
        ]
        return web.json_response(games)

    async def game_url(self, request: web.Request) -> web.Response:
        """Launch a game."""
        operator, wish = await self._authentic(request)
        missing = {"user", "token", "game_code", "platform", "lang", "currency", "country", "lobby_url"} - set(wish)
        if missing:
            return web.json_response({"error": f"missing {', '.join(sorted(missing))}"}, status=400)
        if wish["game_code"] not in {code for code, _, _ in GAMES}:
            return web.json_response({"error": "unknown game_code"}, status=404)
        launch_id = secrets.token_urlsafe(12)
        self.launches[launch_id] = Launch(operator, wish["user"], wish["token"], wish["game_code"], wish["currency"])
        return web.json_response({"url": f"{self._own_url}/hub88/games/{launch_id}"})

    async def _authentic(self, request: web.Request) -> tuple[Operator, dict[str, Any]]:
        raw = await request.read()
        try:
            document = json.loads(raw)
        except ValueError:
            raise _refused(400, "not JSON") from None
        operator = self.operators.get(str(document.get("operator_id")))
        if operator is None:
            raise _refused(404, "unknown operator_id")
        if not verified(operator.keys.public, request.headers.get("X-Hub88-Signature", ""), raw):
            raise _refused(401, "wrong signature")
        return operator, document

    # -- what the player's browser calls ---------------------------------------------------------------------------

    async def play(self, request: web.Request) -> web.Response:
        """One action in a game; amounts are decimal strings in the currency's main unit."""
        launch = self.launches.get(request.match_info["launch"])
        if launch is None:
            raise _refused(404, "unknown game")
        wish = await request.json() if request.can_read_body else {}
        match request.match_info["action"]:
            case "spin":
                return web.json_response(await self._spin(launch, wish))
            case "bet" | "win":
                call = self._money(launch, request.match_info["action"], wish)
            case "rollback":
                call = self._rollback(launch, wish)
            case "info":
                body = {"user": launch.user, "request_uuid": str(uuids.uuid4())}
                call = Call("user/info", body)
            case "balance":
                call = Call("user/balance", launch.base("-"))
            case _:
                raise _refused(404, "unknown action")
        answers = [await self.wallet.certain(launch.operator, call) for _ in range(int(wish.get("copies", 1)))]
        return web.json_response({**call.told(), "answers": answers})

    async def _spin(self, launch: Launch, wish: dict[str, Any]) -> dict[str, Any]:
        """A round as the supplier plays it: bet, then win; when the bet is in doubt it is rolled back."""
        round_id = wish.get("round") or secrets.token_hex(8)
        won = Decimal(wish.get("win", "0"))
        bet = self._money(launch, "bet", {**wish, "round": round_id, "round_closed": False})
        await self.wallet.insist(launch.operator, bet, tries=3)
        if bet.refused:
            return {"round": round_id, "bet": bet.told(), "win": None, "rollback": None}
        if bet.status != "RS_OK":
            undo = self._rollback(launch, {"reference": bet.transaction, "round": round_id})
            await self.wallet.insist(launch.operator, undo)
            return {"round": round_id, "bet": bet.told(), "win": None, "rollback": undo.told()}
        closing = {"amount": str(won), "reference": bet.transaction, "round": round_id, "round_closed": True}
        win = self._money(launch, "win", closing)
        await self.wallet.insist(launch.operator, win)
        return {"round": round_id, "bet": bet.told(), "win": win.told(), "rollback": None}

    def _money(self, launch: Launch, operation: str, wish: dict[str, Any]) -> Call:
        body = {
            **launch.base(wish.get("round") or secrets.token_hex(8)),
            "transaction_uuid": wish.get("transaction") or str(uuids.uuid4()),
            "amount": int(Decimal(wish["amount"]) * SCALE),
            "currency": wish.get("currency", launch.currency),
            "is_free": False,
            "round_closed": bool(wish.get("round_closed", operation == "win")),
        }
        if "reference" in wish:
            body["reference_transaction_uuid"] = wish["reference"]
        return Call(f"transaction/{operation}", body)

    def _rollback(self, launch: Launch, wish: dict[str, Any]) -> Call:
        body = {
            **launch.base(wish["round"]),
            "transaction_uuid": wish.get("transaction") or str(uuids.uuid4()),
            "reference_transaction_uuid": wish["reference"],
            "round_closed": True,
        }
        return Call("transaction/rollback", body)


def _refused(status: int, text: str) -> web.HTTPException:
    kinds: dict[int, type[web.HTTPException]] = {
        400: web.HTTPBadRequest,
        401: web.HTTPUnauthorized,
        404: web.HTTPNotFound,
    }
    return kinds[status](text=json.dumps({"error": text}), content_type="application/json")
