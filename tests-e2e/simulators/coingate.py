"""A crypto provider that speaks CoinGate's protocol: orders, a page to pay them on, callbacks that nobody signs.

A player pays at `POST /coingate/invoice/{order}/pay`, a fraction of what is asked if he likes; `/becomes/{status}` is
whatever else may happen to an order.
"""

import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from aiohttp import web

from simulators.courier import Courier, Parcel

RATE = Decimal(50000)
"""What a bitcoin costs, in whatever the price is in."""

ENDINGS = ("confirming", "invalid", "expired", "canceled", "refunded", "partially_refunded")
_COIN = Decimal("0.00000001")


@dataclass
class Shop:
    """One casino's account. `callback_secret` is what its operator drew; the provider never hears of it."""

    api_token: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    callback_secret: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    refuses: bool = False
    orders: dict[int, dict[str, Any]] = field(default_factory=dict)
    callbacks: dict[int, tuple[str, str]] = field(default_factory=dict)


class CoinGate:
    """The provider. Callbacks go to the address an order brings, at the host that answers here."""

    def __init__(self, session: aiohttp.ClientSession, courier: Courier, payments_url: str) -> None:
        self.shops: dict[str, Shop] = {}
        self._session = session
        self._courier = courier
        self._payments_url = payments_url

    def sign_up(self, name: str) -> Shop:
        """A new merchant."""
        shop = self.shops[name] = Shop()
        return shop

    def routes(self) -> list[web.RouteDef]:
        """What it answers."""
        return [
            web.post("/coingate/v2/orders", self.create),
            web.get("/coingate/v2/orders/{order}", self.retrieve),
            web.post("/coingate/shops/{shop}/closes", self.close),
            web.post("/coingate/invoice/{order}/pay", self.pay),
            web.post("/coingate/invoice/{order}/becomes/{status}", self.become),
        ]

    async def create(self, request: web.Request) -> web.Response:
        """POST /v2/orders, form-encoded. The same call again is another order."""
        shop = self._shop(request)
        form = {name: str(value) for name, value in (await request.post()).items()}
        price = _price(form.get("price_amount", ""))
        if shop.refuses or price is None or len(form.get("title", "")) < 3 or not form.get("price_currency"):
            body = {"message": "Order is not valid", "reason": "OrderIsNotValid", "errors": ["Price is not a number"]}
            return web.json_response(body, status=422)
        number = secrets.randbelow(10**9) + 1
        shop.callbacks[number] = (form["callback_url"], form["token"])
        shop.orders[number] = {
            "id": number,
            "status": "new",
            "title": form["title"],
            "price_currency": form["price_currency"],
            "price_amount": f"{price:f}",
            "receive_currency": form.get("receive_currency", "EUR"),
            "receive_amount": "",
            "created_at": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S+00:00}",
            "order_id": form.get("order_id", ""),
            "payment_url": f"{request.scheme}://{request.host}/coingate/invoice/{number}",
            "underpaid_amount": "0",
            "overpaid_amount": "0",
            "is_refundable": False,
        }
        return web.json_response({**shop.orders[number], "token": form["token"]})

    async def retrieve(self, request: web.Request) -> web.Response:
        """GET /v2/orders/{id}."""
        order = self._shop(request).orders.get(int(request.match_info["order"]))
        if order is None:
            return web.json_response({"message": "Order not found", "reason": "OrderNotFound"}, status=404)
        return web.json_response(order)

    async def pay(self, request: web.Request) -> web.Response:
        """A payment that is taken: `{"part": "1", "webhook_copies": 1}`, `part` of what is asked."""
        shop, number = self._found(request)
        wish, order = await request.json(), shop.orders[number]
        asked = (Decimal(order["price_amount"]) / RATE).quantize(_COIN)
        chaos = self._courier.chaos()
        part = Decimal(wish.get("part", "1")) * (Decimal("1.5") if chaos.strikes("excess") else 1)
        given = (asked * part).quantize(_COIN)
        order.update(
            status="paid",
            pay_currency="BTC",
            pay_amount=f"{asked:.8f}",
            underpaid_amount=f"{max(asked - given, Decimal(0)):.8f}",
            overpaid_amount=f"{max(given - asked, Decimal(0)):.8f}",
        )
        self._call(shop, number, int(wish.get("webhook_copies", 1)))
        if chaos.strikes("contradictions"):
            order["status"] = "expired"
            self._call(shop, number)
            order["status"] = "paid"
        return web.json_response({"status": "paid"})

    async def become(self, request: web.Request) -> web.Response:
        """Anything else that may happen to an order."""
        shop, number = self._found(request)
        if request.match_info["status"] not in ENDINGS:
            raise web.HTTPNotFound
        shop.orders[number]["status"] = request.match_info["status"]
        self._call(shop, number)
        return web.json_response({"status": request.match_info["status"]})

    async def close(self, request: web.Request) -> web.Response:
        """The shop's orders are refused from now on."""
        self.shops[request.match_info["shop"]].refuses = True
        return web.json_response({})

    def _call(self, shop: Shop, number: int, copies: int = 1) -> None:
        """A callback is the order as a form, with the token it was made with."""
        url, token = shop.callbacks[number]
        form = {name: str(value) for name, value in {**shop.orders[number], "token": token}.items()}
        to = self._payments_url + urlsplit(url).path

        async def attempt() -> bool:
            async with self._session.post(to, data=form) as answer:
                return answer.status in (200, 204)

        self._courier.send(Parcel(f"coingate {form['status']} {number}", attempt, copies))

    def _shop(self, request: web.Request) -> Shop:
        given = request.headers.get("Authorization", "")
        for shop in self.shops.values():
            if given == f"Token {shop.api_token}":
                return shop
        text = '{"message": "Not found App by Access-Key", "reason": "BadCredentials"}'
        raise web.HTTPUnauthorized(text=text, content_type="application/json")

    def _found(self, request: web.Request) -> tuple[Shop, int]:
        number = int(request.match_info["order"])
        for shop in self.shops.values():
            if number in shop.orders:
                return shop, number
        raise web.HTTPNotFound


def _price(text: str) -> Decimal | None:
    try:
        price = Decimal(text)
    except InvalidOperation:
        return None
    return price if price > 0 else None
