"""Puts the outside world together: one HTTP server with the partners, and `/control` for whoever directs them."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp
from aiohttp import web

from simulators.adyen import Adyen
from simulators.adyen_transfers import AdyenTransfers
from simulators.btcpay import Btcpay
from simulators.chaos import NAMES, Chaos
from simulators.coingate import CoinGate
from simulators.courier import Courier
from simulators.hub88 import Hub88
from simulators.keys import make_pair
from simulators.paymentiq import PaymentIQ
from simulators.paysafe import Paysafe
from simulators.praxis import Praxis
from simulators.settlements import Settlements
from simulators.skrill import Skrill
from simulators.stripe import Stripe
from simulators.truelayer import TrueLayer
from simulators.trustly import Trustly
from simulators.wallet import Wallet

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True)
class World:
    """Where this program is reached, and where an ingress would send partners' calls."""

    own_url: str
    games_url: str
    payments_url: str


class Director:
    """Holds the partners and what `/control` does with them."""

    def __init__(self, world: World, session: aiohttp.ClientSession) -> None:
        self.world = world
        self.chaos = Chaos()
        self.courier = Courier(lambda: self.chaos)
        self.adyen = Adyen(session, self.courier, world.own_url)
        self.adyen_transfers = AdyenTransfers(session, self.courier)
        self.hub88 = Hub88(Wallet(session, self.chaos), world.own_url)
        self.stripe = Stripe(session, self.courier, self.chaos)
        self.btcpay = Btcpay(session, self.courier)
        self.coingate = CoinGate(session, self.courier, world.payments_url)
        self.paymentiq = PaymentIQ(session, lambda: self.chaos)
        self.paysafe = Paysafe(session, self.courier, world.own_url)
        self.settlements = Settlements(
            adyen=lambda casino: self.adyen.merchants[casino].book,
            stripe=lambda casino: self.stripe.accounts[casino].book,
            trustly=lambda casino: self.trustly.merchants[casino].book,
        )
        self.praxis = Praxis(session, self.courier, world.own_url, world.payments_url)
        self.skrill = Skrill(session, self.courier, world.payments_url)
        self.truelayer = TrueLayer(session, self.courier, world.own_url)
        self.trustly = Trustly(session, self.courier, {"/partner/": world.payments_url}, world.own_url)

    def routes(self) -> list[web.RouteDef]:
        """Everything that is answered."""
        return [
            web.get("/healthz", self.healthz),
            web.post("/control/casinos", self.sign_up),
            web.put("/control/chaos", self.set_chaos),
            web.post("/control/secrets", self.replace_secret),
            web.get("/control/calls/{casino}", self.calls),
            web.get("/control/money/{casino}", self.money),
            web.get("/control/parcels", self.parcels),
            *self.adyen.routes(),
            *self.adyen_transfers.routes(),
            *self.hub88.routes(),
            *self.stripe.routes(),
            *self.btcpay.routes(),
            *self.coingate.routes(),
            *self.paymentiq.routes(),
            *self.paysafe.routes(),
            *self.praxis.routes(),
            *self.settlements.routes(),
            *self.skrill.routes(),
            *self.truelayer.routes(),
            *self.trustly.routes(),
        ]

    async def healthz(self, _: web.Request) -> web.Response:
        """It is there."""
        return web.json_response({"status": "ok"})

    async def sign_up(self, request: web.Request) -> web.Response:
        """Contracts with every partner for a casino: the settings and secrets its operator has to configure."""
        casino = str((await request.json())["casino_id"])
        supplier_keys, supplier, bank_keys, bank = await asyncio.gather(*(make_pair() for _ in range(4)))
        self.hub88.sign_up(casino, f"{self.world.games_url}/partner/hub88/{casino}", supplier_keys, supplier)
        ours = f"{self.world.payments_url}/partner/payments"
        account = self.stripe.sign_up(casino, f"{ours}/stripe/{casino}/notifications")
        merchant = self.trustly.sign_up(casino, bank_keys, bank)
        seller = self.adyen.sign_up(casino, f"{ours}/adyen/{casino}/notifications")
        payer = self.adyen_transfers.sign_up(casino, f"{ours}/adyen_transfers/{casino}/notifications")
        store = self.btcpay.sign_up(casino, f"{ours}/btcpay/{casino}/notifications")
        shop = self.coingate.sign_up(casino)
        purse = self.skrill.sign_up(casino)
        cashier = self.paymentiq.sign_up(casino, f"{ours}/paymentiq/{casino}")
        wallets = self.paysafe.sign_up(casino, f"{ours}/paysafe/{casino}/notifications")
        contracts = {
            "adyen": {
                "settings": {
                    "base_url": f"{self.world.own_url}/adyen",
                    "merchant_account": seller.name,
                    "disputes_url": f"{self.world.own_url}/adyen/ca/services/DisputeService/v30",
                },
                "secrets": {"api_key": seller.api_key, "hmac_key": seller.hmac_key},
            },
            "adyen_transfers": payer.contract(f"{self.world.own_url}/adyen_transfers"),
            "btcpay": {
                "settings": {"base_url": f"{self.world.own_url}/btcpay", "store_id": store.id},
                "secrets": {"api_key": store.api_key, "webhook_secret": store.webhook_secret},
            },
            "coingate": {
                "settings": {"base_url": f"{self.world.own_url}/coingate"},
                "secrets": {"api_token": shop.api_token, "callback_secret": shop.callback_secret},
            },
            "hub88": {
                "settings": {
                    "base_url": f"{self.world.own_url}/hub88",
                    "operator_id": casino,
                    "public_key": supplier.public_pem,
                },
                "secrets": {"private_key": supplier_keys.private_pem},
            },
            "paymentiq": cashier.contract(f"{self.world.own_url}/paymentiq"),
            "paysafe": {
                "settings": {"base_url": f"{self.world.own_url}/paysafe", "username": wallets.username},
                "secrets": {"password": wallets.password, "hmac_key": wallets.hmac_key},
            },
            "skrill": purse.contract(f"{self.world.own_url}/skrill"),
            "stripe": {
                "settings": {"base_url": f"{self.world.own_url}/stripe"},
                "secrets": {"api_key": account.api_key, "webhook_secret": account.webhook_secret},
            },
            "praxis": self.praxis.sign_up(casino),
            "truelayer": self.truelayer.sign_up(casino, f"{ours}/truelayer/{casino}/notifications"),
            "trustly": {
                "settings": {
                    "base_url": f"{self.world.own_url}/trustly",
                    "username": casino,
                    "public_key": bank.public_pem,
                },
                "secrets": {"password": merchant.password, "private_key": bank_keys.private_pem},
            },
        }
        return web.json_response(contracts, status=201)

    async def set_chaos(self, request: web.Request) -> web.Response:
        """Behave worse, or well again (`{}`)."""
        try:
            self.chaos = Chaos().becomes(await request.json())
        except ValueError as problem:  # NoSetting, or no JSON at all.
            return web.json_response({"error": str(problem)}, status=422)
        self.hub88.wallet.chaos = self.stripe.chaos = self.chaos
        return web.json_response({name: getattr(self.chaos, name) for name in ("seed", "delay_ms", "skew_s", *NAMES)})

    async def replace_secret(self, request: web.Request) -> web.Response:
        """A provider signs what it tells a casino with another secret from now on; what it was before."""
        wish = await request.json()
        casino = wish["casino_id"]
        signers: dict[str, tuple[Mapping[str, object], str]] = {
            "adyen": (self.adyen.merchants, "hmac_key"),
            "adyen_transfers": (self.adyen_transfers.platforms, "hmac_key"),
            "btcpay": (self.btcpay.stores, "webhook_secret"),
            "paysafe": (self.paysafe.merchants, "hmac_key"),
            "paymentiq": (self.paymentiq.operators, "secret"),
            "praxis": (self.praxis.merchants, "secret"),
            "skrill": (self.skrill.shops, "secret_word"),
            "stripe": (self.stripe.accounts, "webhook_secret"),
        }
        holder, name = signers[wish["provider"]]
        before = getattr(holder[casino], name)
        setattr(holder[casino], name, wish["secret"])
        return web.json_response({"before": before})

    async def calls(self, request: web.Request) -> web.Response:
        """Every wallet call the supplier made for a casino, and how it was answered."""
        operator = self.hub88.operators.get(request.match_info["casino"])
        return web.json_response([call.told() for call in operator.calls] if operator else [])

    async def money(self, request: web.Request) -> web.Response:
        """What the providers have in their own books for a casino: intents, links and payout orders."""
        casino = request.match_info["casino"]
        account, merchant = self.stripe.accounts.get(casino), self.trustly.merchants.get(casino)
        intents = list(account.intents.values()) if account else []
        seller = self.adyen.merchants.get(casino)
        store, shop = self.btcpay.stores.get(casino), self.coingate.shops.get(casino)
        client = self.truelayer.clients.get(casino)
        books = {
            "intents": intents,
            "refunds_made": list(account.refunds.values()) if account else [],
            "links": list(seller.links.values()) if seller else [],
            "bank_transfers": self.adyen_transfers.booked(casino),
            "payouts": merchant.told() if merchant else [],
            "wallets": self.paysafe.merchants[casino].made if casino in self.paysafe.merchants else {},
            "transfers": self.skrill.shops[casino].transfers if casino in self.skrill.shops else {},
            "bank_deposits": list(merchant.deposits.values()) if merchant else [],
            "bank_refunds": merchant.refunds if merchant else [],
            "invoices": list(store.invoices.values()) if store else [],
            "crypto_payouts": list(store.payouts.values()) if store else [],
            "orders": list(shop.orders.values()) if shop else [],
            "cashier_orders": self.paymentiq.operators[casino].orders if casino in self.paymentiq.operators else [],
            "completed": self.praxis.merchants[casino].completed if casino in self.praxis.merchants else [],
            "sessions": self.praxis.merchants[casino].orders if casino in self.praxis.merchants else {},
            "transfers_in": list(client.payments.values()) if client else [],
            "transfers_out": list(client.payouts.values()) if client else [],
            "transfers_back": list(client.refunds.values()) if client else [],
        }
        return web.json_response(books)

    async def parcels(self, _: web.Request) -> web.Response:
        """Every notification, and whether it was taken."""
        told: list[dict[str, Any]] = [
            {"name": one.name, "copies": one.copies, "attempts": one.attempts, "taken": one.taken}
            for one in self.courier.parcels
        ]
        distrusted = sum(merchant.distrusted_answers for merchant in self.trustly.merchants.values())
        distrusted += sum(merchant.distrusted_answers for merchant in self.praxis.merchants.values())
        return web.json_response({"waiting": self.courier.waiting(), "distrusted": distrusted, "parcels": told})

    @web.middleware
    async def misbehave(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Errors before, lost and half answers after, delays around what operators ask the partners."""
        if not any(
            mark in request.path
            for mark in (
                "/v1/",
                "/v2/",
                "/v3/",
                "/v30/",
                "/v4/",
                "/v71/",
                "/api/",
                "/connect/",
                "/praxis/cashier/",
                "/praxis/agent/",
            )
        ):
            return await handler(request)
        await self.chaos.dawdle()
        if self.chaos.strikes("unheard") and request.transport is not None:
            request.transport.abort()
            return web.Response()
        if self.chaos.strikes("errors"):
            return web.json_response({"error": {"type": "api_error", "message": "chaos"}}, status=500)
        answer = await handler(request)
        if self.chaos.strikes("lost_answers") and request.transport is not None:
            request.transport.abort()
        elif self.chaos.strikes("half_answers") and request.transport is not None:
            await _half(request, answer)
        return answer


async def _half(request: web.Request, answer: web.StreamResponse) -> None:
    """Send the head and the first half of the body, then end the connection."""
    whole = answer.body if isinstance(answer, web.Response) and isinstance(answer.body, bytes) else b""
    begun = web.StreamResponse(status=answer.status, headers={"Content-Length": str(max(len(whole), 2))})
    begun.content_type = answer.content_type
    await begun.prepare(request)
    await begun.write(whole[: len(whole) // 2])
    if request.transport is not None:
        request.transport.close()


async def build_app(world: World) -> web.Application:
    """The application with everything in it."""
    session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10))
    director = Director(world, session)
    app = web.Application(middlewares=[director.misbehave])
    app.add_routes(director.routes())

    async def close(_: web.Application) -> None:
        await director.courier.close()
        await session.close()

    app.on_cleanup.append(close)
    return app
