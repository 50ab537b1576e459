"""Money in and out through every provider, as in production: staff configure it by the API, a player pays and is paid,
the provider's signed calls come in by the public way, and another service hears of it over the bus.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from all_providers.ways import BY_NAME
from all_providers.ways_out import WAYS_OUT
from journey.client import NotInTime, Person, eventually
from journey.newcomer import begin_deposit, deposit_ends, register_player
from journey.opening import allow_withdrawals, open_one, take_provider, unless
from journey.street import PARTNERS_IP, STRANGERS_IP, Street
from journey.tale import Tale

V1 = "/api/payments/v1"
OUT = {way.provider: way for way in WAYS_OUT}
ENDED_BADLY = ("failed", "rejected", "cancelled", "returned")


SIGNED_IN = {
    "adyen": "hmacSignature",
    "adyen_transfers": "HmacSignature",
    "btcpay": "BTCPay-Sig",
    "coingate": "token",
    "paymentiq": "X-Signature",
    "paysafe": "Signature",
    "praxis": "GT-Authentication",
    "skrill": "sha2sig",
    "stripe": "Stripe-Signature",
    "truelayer": "Tl-Signature",
    "trustly": "signature",
}
"""In which header, or field of the body, each provider proves that a call is its own."""

OF_ONE_NETWORK = {"paymentiq": "allowed_networks"}
"""Who is heard from the network in its settings alone, however well a call is signed."""


@dataclass(frozen=True, kw_only=True)
class Course:
    """Of a player who pays in by one provider and is paid by another, or the same.

    Attributes:
        paid_by: who pays him out; None where nobody does.
        until: how far the payout comes here.
    """

    provider: str
    paid_by: str | None = None
    until: str = "paid"
    currency: str = "EUR"
    deposit_minor: int = 50_00
    withdrawal_minor: int = 20_00

    @property
    def providers(self) -> list[str]:
        """Whoever has a part in it."""
        return sorted({self.provider, self.paid_by or self.provider})


COURSES = (
    Course(provider="adyen", paid_by="adyen_transfers"),
    # Its payout ends on its way: whether coins arrived, a BTCPay Server is asked after two minutes.
    Course(
        provider="btcpay",
        paid_by="btcpay",
        until="sent",
        currency="BTC",
        deposit_minor=100_000,
        withdrawal_minor=50_000,
    ),
    Course(provider="coingate"),
    Course(provider="paymentiq", paid_by="paymentiq"),
    Course(provider="paysafe", paid_by="paysafe"),
    Course(provider="praxis", paid_by="praxis"),
    Course(provider="skrill", paid_by="skrill"),
    Course(provider="stripe"),
    Course(provider="truelayer", paid_by="truelayer"),
    Course(provider="trustly", paid_by="trustly"),
)
"""Every provider there is."""


@dataclass(frozen=True)
class Houses:
    """Two casinos, one of which counts in coins; by currency."""

    tale: Tale
    street: Street
    casinos: Mapping[str, str]
    _turn: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(4))

    async def take(self, course: Course) -> None:
        """All of a course. A few at a time: a machine has not many hands."""
        async with self._turn:
            player = await self._register(course)
            await self._pay_in(course, player)
            await self._holds(player, course.deposit_minor, 0)
            out_minor = 0
            if course.paid_by:
                await self._pay_out(course, player)
                out_minor = course.withdrawal_minor
            on_hold_minor = out_minor if course.until != "paid" else 0
            await self._forgeries_are_refused(course)
            await self._holds(player, course.deposit_minor - out_minor, on_hold_minor)
            await self._told_elsewhere(course, player, out_minor - on_hold_minor)

    async def _register(self, course: Course) -> Person:
        body = {
            "casino_id": self.casinos[course.currency],
            "email": f"robin@{course.provider}.example",
            "password": "a fine day for roulette",
            "first_name": "Robin",
            "last_name": course.provider.title(),
            "date_of_birth": "1984-06-04",
            "country": "GB",
            "currency": course.currency,
            "address": "1 High Street",
            "terms_version": "2026-01",
        }
        return await register_player(self.tale, body)

    # -- in --------------------------------------------------------------------------------------------------------

    async def _pay_in(self, course: Course, player: Person) -> None:
        if course.provider == "paymentiq":
            deposit_id = await self._pay_in_their_cashier(course, player)
        else:
            way = BY_NAME[course.provider]
            details = {"details": dict(way.details)} if way.details else {}
            begun = await begin_deposit(player, course.deposit_minor, course.currency, course.provider, **details)
            await self.tale.direct("POST", _page(course.provider, begun["next_action"]) + way.path, dict(way.pays))
            deposit_id = begun["deposit_id"]
        ended = await deposit_ends(player, deposit_id)
        expected = ("succeeded", course.provider, course.deposit_minor)
        assert (ended["status"], ended["provider"], ended["amount_minor"]) == expected, ended

    async def _pay_in_their_cashier(self, course: Course, player: Person) -> str:
        """PaymentIQ's cashier asks us, and we never ask it."""
        wish = {"provider": course.provider, "locale": "en_GB"}
        begin = partial(player.post, f"{V1}/cashier-sessions", wish)
        session = await eventually("payments hears of the player", lambda: unless(begin(), "player_unknown"))
        who = {name: session[name] for name in ("user_id", "session_id")}
        casino = self.casinos[course.currency]
        done = await self.tale.direct("POST", f"/paymentiq/{casino}/pay", {**who, "amount": course.deposit_minor / 100})
        assert done["transfer"]["success"], done
        return str(done["authorize"]["authCode"])

    async def _forgeries_are_refused(self, course: Course) -> None:
        """Each call of its providers, once more: with a signature that is not quite right, or from elsewhere."""
        for provider in course.providers:
            at = f"/partner/payments/{provider}/{self.casinos[course.currency]}/"
            heard = [one for one in self.street.letters if one.target.startswith(at)]
            assert heard, f"{provider} never called"
            for letter in heard:
                status, body, _ = await self.street.send(letter.forged(SIGNED_IN[provider]))
                assert status == 401, (provider, status, body)
                if provider in OF_ONE_NETWORK:
                    status, body, _ = await self.street.send(letter, STRANGERS_IP)
                    assert status == 401, (provider, status, body)

    # -- out -------------------------------------------------------------------------------------------------------

    async def _pay_out(self, course: Course, player: Person) -> None:
        assert course.paid_by is not None
        by_page = course.paid_by == "praxis"
        withdrawal_id = await (self._asked_there(course, player) if by_page else self._asked_here(course, player))
        await self._becomes(withdrawal_id, "sent", "paid")
        await self._finish(course, withdrawal_id)
        await self._becomes(withdrawal_id, course.until)

    async def _asked_here(self, course: Course, player: Person) -> str:
        assert course.paid_by is not None
        to = dict(OUT[course.paid_by].destination) if course.paid_by in OUT else {"address": COINS_GO_TO}
        wish = {
            "provider": course.paid_by,
            "amount_minor": course.withdrawal_minor,
            "currency": course.currency,
            "destination": to,
        }
        return str((await _once_known(player, "/withdrawals", wish))["withdrawal_id"])

    async def _asked_there(self, course: Course, player: Person) -> str:
        """Praxis's page asks the player where his money shall go."""
        wish = {
            "provider": course.paid_by,
            "amount_minor": course.withdrawal_minor,
            "currency": course.currency,
            "return_url": "https://casino.example/cashier",
        }
        opened = await _once_known(player, "/withdrawal-sessions", wish)
        await self.tale.direct("POST", _path(opened["url"]), {})
        return str(opened["withdrawal_id"])

    async def _becomes(self, withdrawal_id: str, *statuses: str) -> None:
        """One of these, by as many yeses as it takes: what becomes known before its order is sent asks for more."""
        seen: dict[str, Any] = {}

        async def so() -> bool:
            path = f"{V1}/withdrawals/{withdrawal_id}"
            seen.update(await unless(self.tale.staff["officer"].get(path), "not_found") or {})
            assert seen.get("status") not in ENDED_BADLY, seen
            if seen.get("status") == "awaiting_approval":
                await self._agree(path, seen)
            return seen.get("status") in statuses

        try:
            await eventually(f"the withdrawal is {' or '.join(statuses)}", so)
        except NotInTime as late:
            late.add_note(str(seen))
            raise

    async def _agree(self, path: str, shown: Mapping[str, Any]) -> None:
        """One person who did not yet, unless it is not what he saw any more."""
        people = (self.tale.staff[name] for name in ("officer", "second_officer"))
        one = next(one for one in people if one.id not in shown["approved_by"])
        await one.step_up()
        seen = {"reason": "seen", "payload_sha256": shown["payload_sha256"]}
        await unless(one.post(f"{path}/approve", seen), "approval_payload_differs")

    async def _finish(self, course: Course, withdrawal_id: str) -> None:
        """What the provider does with an order that it has taken, where it does not pay at once."""
        money = await self.tale.direct("GET", f"/control/money/{self.casinos[course.currency]}")
        if course.paid_by == "btcpay":
            [order] = money["crypto_payouts"]
            assert (order["destination"], order["originalAmount"]) == (COINS_GO_TO, "0.00050000"), order
            return
        way = OUT[str(course.paid_by)]
        if way.moves is None:
            return
        if way.page:
            order = {"token": money[way.book][withdrawal_id]["session"]["auth_token"]}
        else:
            [order] = money[way.book]
        await self.tale.direct("POST", way.moves.format(**order), {})

    # -- what is true then -----------------------------------------------------------------------------------------

    async def _holds(self, player: Person, cash_minor: int, on_hold_minor: int) -> None:
        [wallet] = (await player.get(f"{V1}/players/{player.id}/balance"))["wallets"]
        assert (wallet["cash_minor"], wallet["on_hold_minor"]) == (cash_minor, on_hold_minor), wallet

    async def _told_elsewhere(self, course: Course, player: Person, paid_out_minor: int) -> None:
        """Backoffice's page of the player has it, which hears of it over the bus alone."""
        expected = {"deposits_minor": course.deposit_minor, "withdrawals_minor": paid_out_minor}

        async def so() -> bool:
            path = f"/api/backoffice/v1/players/{player.id}/overview"
            figures = (await self.tale.staff["support"].get(path))["figures"]
            return {name: figures.get(name) for name in expected} == expected

        await eventually(f"backoffice hears what {course.provider} moved", so)


COINS_GO_TO = "bc1q" + "0" * 34 + "5mdq"


async def open_houses(tale: Tale, street: Street) -> Houses:
    """The casinos, with an account at every provider."""
    admin, manager = tale.staff["admin"], tale.staff["manager"]
    wanted = {"EUR": "Everywhere", "BTC": "Satoshi"}
    opened = [await open_one(admin, manager, name, "GB", code, "Europe/London") for code, name in wanted.items()]
    casinos = dict(zip(wanted, opened, strict=True))

    async def furnish(currency: str, casino_id: str) -> None:
        contracts = await tale.direct("POST", "/control/casinos", {"casino_id": casino_id})
        await allow_withdrawals(tale, casino_id, currency)
        for provider in (name for one in COURSES if one.currency == currency for name in one.providers):
            contract = contracts[provider]
            if provider in OF_ONE_NETWORK:
                contract["settings"][OF_ONE_NETWORK[provider]] = f"{PARTNERS_IP}/32"
            await take_provider(tale, casino_id, provider, {"currencies": [currency], **contract})

    await asyncio.gather(*(furnish(*one) for one in casinos.items()))
    return Houses(tale, street, casinos)


async def _once_known(player: Person, path: str, wish: Mapping[str, Any]) -> Any:
    """The answer, once payments has heard that the player was screened."""
    ask = partial(player.post, f"{V1}{path}", wish)
    return await eventually("payments hears that he was screened", lambda: unless(ask(), "verification_required"))


def _page(provider: str, action: Mapping[str, Any]) -> str:
    """Where the player pays."""
    return f"/{provider}/pay/{action['client_secret']}" if action.get("client_secret") else _path(action["url"])


def _path(url: str) -> str:
    return "/" + url.split("/", 3)[3]
