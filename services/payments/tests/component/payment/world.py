"""One casino, one player and whatever a test needs to happen to them."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx

from chassis.db.engine import driver
from chassis.domain import FixedClock
from chassis.messaging.bus import DEFAULT_PARTITIONS
from chassis.runtime import Service
from chassis.store import UnitOfWork
from chassis.tasks import TaskRunner
from chassis.testing.feed import Feed
from chassis.testing.second_person import approved
from chassis.testing.tokens import bearer, make_token
from contracts.backoffice.events import CasinoOpened, PlayerRegistered, RestrictionFeedBeat
from contracts.backoffice.profile import JurisdictionProfile
from contracts.event import ContractEvent
from contracts.payments.permissions import PaymentsPermission as P
from payments.application.configuring import AccountChange, configure_provider
from payments.application.deposit_course import DepositWish
from payments.application.deposits import request_deposit
from payments.application.ledger import AccountType, Transfer, TransferKind, house, player_cash, transfer_id

from .fake_adyen import ADYEN, FakeAdyen
from .fake_hints import Hinting
from .fake_paysafe import FakePaysafe
from .fake_verification import FakeVerification
from .fakes import OUR_PRIVATE, THEIR_PUBLIC, WEBHOOK_SECRET, FakeStripe, FakeTrustly, FakeWire

V1 = "/api/payments/v1"
RULES: dict[str, Any] = {
    "minimum_age": 18,
    "limit_loosening_hours": 24,
    "exclusion_months_min": 6,
    "withdrawal_requires_level": "none",
    "withdrawal_cancellation_allowed": False,
    "required_documents": (),
}
EVERYTHING = list(P)

STRIPE: dict[str, Any] = {
    "settings": {"base_url": "https://api.stripe.com"},
    "secrets": {"api_key": "sk_test_secret", "webhook_secret": WEBHOOK_SECRET},
}
TRUSTLY: dict[str, Any] = {
    "settings": {"base_url": "https://test.trustly.com", "username": "casino", "public_key": THEIR_PUBLIC},
    "secrets": {"password": "hunter22hunter22", "private_key": OUR_PRIVATE},
}

_FORGOTTEN = (
    "event", "outbox", "inbox", "idempotency", "task", "parked_message", "provider_setting", "withdrawal_policy",
    "provider_notification", "restriction_beat", "rm_casino_rules", "rm_player_standing", "rm_deposit_list",
    "rm_withdrawal_list", "rm_refund_list", "rm_capture", "rm_instrument_list", "rm_instrument_use", "rm_approval_list",
    "rm_dispute_list",
    "approval_payload", "rm_casino_zone", "bulk_job", "bulk_row",
    "rm_fraud_case_list", "provider_float", "settlement_terms", "payout_breaker", "payment_id",
)  # fmt: skip
_TRANSFERS = """
    SELECT kind, amount_minor FROM transfer WHERE kind <> 'adjustment'
    AND wallet_id IN (SELECT id FROM account WHERE player_id = $1) ORDER BY seq"""


class World:
    """A running service with its fakes."""

    def __init__(
        self,
        service: Service,
        client: httpx.AsyncClient,
        clock: FixedClock,
        wire: FakeWire,
        verification: FakeVerification | None = None,
    ) -> None:
        self.service = service
        self.client = client
        self.clock = clock
        self.verification = verification or FakeVerification()
        self.stripe: FakeStripe = wire.stripe
        self.trustly: FakeTrustly = wire.trustly
        self.adyen: FakeAdyen = wire.adyen
        self.paysafe: FakePaysafe = wire.paysafe
        self.hinting: list[Hinting] = wire.hinting
        self.casino, self.player = uuid4(), uuid4()
        self._feed = Feed(service)

    @property
    def _now_s(self) -> int:
        return int(self.clock.now().timestamp())

    @property
    def desk(self) -> Any:
        return self.service.state["desk"]

    async def forget(self) -> None:
        """Begin with empty tables, but for the ledger, which forgets nothing and is asked about one player only."""
        async with self.service.db.write() as connection:
            raw = await driver(connection)
            await raw.execute("SET LOCAL session_replication_role = replica")  # Events are not deleted, even by us.
            await raw.execute(";".join(f"DELETE FROM {table}" for table in _FORGOTTEN))

    # --- what other services say

    async def tell(self, *events: ContractEvent) -> None:
        """Have other services' events consumed, in order, in one batch."""
        await self._feed(*events)

    async def tell_as(self, version: int, event: ContractEvent) -> None:
        """Have it consumed as an event of another version, which this build may be unable to read."""
        await self._feed(event, typeversion=version)

    async def open_casino(self, casino: UUID | None = None, **profile: Any) -> None:
        jurisdiction = profile.pop("jurisdiction", "MT")
        rules = JurisdictionProfile(**{**RULES, **profile})
        await self.tell(
            CasinoOpened(
                casino_id=casino or self.casino,
                name="Tests",
                jurisdiction=jurisdiction,
                currency="EUR",
                time_zone="Europe/Malta",
                profile=rules,
            )
        )

    async def register(self, player: UUID | None = None, casino: UUID | None = None, currency: str = "EUR") -> None:
        await self.tell(
            PlayerRegistered(
                player_id=player or self.player,
                casino_id=casino or self.casino,
                country="MT",
                currency=currency,
                registered_at=self.clock.now(),
            )
        )

    async def beat(self) -> None:
        """A sign of life on every partition."""
        now = self.clock.now()
        await self.tell(
            *(RestrictionFeedBeat(beat_id=f"beat-{p}", partition=p, sent_at=now) for p in range(DEFAULT_PARTITIONS))
        )
        await self.desk.restriction_age.refresh()

    async def configure(self, casino: UUID | None = None) -> None:
        """Accounts at Stripe and Trustly, by what is executed once two people agreed; routes are asked in tests of
        their own.
        """
        at = casino or self.casino

        async def work(uow: UnitOfWork) -> None:
            for provider, account in (("stripe", STRIPE), ("trustly", TRUSTLY)):
                change = AccountChange(
                    casino_id=at, provider=provider, enabled=True, currencies=frozenset({"EUR"}), **account
                )
                await configure_provider(self.desk, uow, change)

        await self.desk.app.transact(work, self.desk.ours("test", at))

    async def offer_cards(self) -> None:
        """Two providers that take cards: Stripe, and Adyen, which keeps more of it."""
        for provider, more in (("stripe", STRIPE), ("adyen", ADYEN)):
            card = {"card": {"fee_bps": 100 if provider == "stripe" else 200}}
            body = {"enabled": True, "currencies": ["EUR"], "methods": card, **more}
            answer = await self.settle(f"/providers/{provider}", body)
            assert answer.status_code == 200, answer.text

    async def approved(self, answer: httpx.Response) -> Any:
        """Have a second person approve what was proposed."""
        return await approved(self.client, answer, EVERYTHING, auth_time=self._now_s)

    async def settle(self, path: str, body: Any, *, casino: UUID | None = None) -> httpx.Response:
        """Have settings changed by two people. The first refusal; else the thing as it is then."""
        at = f"{V1}/casinos/{casino or self.casino}"
        answer = await self.client.put(f"{at}{path}", json=body, headers=self.staff(casino=casino))
        if answer.status_code != 202:
            return answer
        seen, second = {"payload_sha256": answer.json()["payload_sha256"]}, self.staff(casino=casino)
        done = await self.client.post(f"{answer.json()['href']}/approve", json=seen, headers=second)
        if done.status_code != 200 or done.json()["state"] != "executed":
            return done
        kind, _, name = path.removeprefix("/").partition("/")
        listed = await self.client.get(f"{at}/{kind}", headers=second)
        shown = next(one for one in listed.json() if name in ("", one.get("provider")))
        return httpx.Response(200, json=shown)

    async def set_up(self, **profile: Any) -> None:
        """A casino with providers, a player, and restrictions that were just heard of."""
        await self.open_casino(**profile)
        await self.register()
        await self.beat()
        await self.configure()

    # --- who asks

    def staff(
        self, subject: UUID | None = None, *permissions: str, casino: UUID | None = None, **claims: Any
    ) -> dict[str, str]:
        """A member of staff who has just proved who he is, in the time that is told, whatever the machine's is."""
        held, where = permissions or EVERYTHING, [casino or self.casino]
        told = {"auth_time": self._now_s, **claims}
        return bearer(make_token(subject=subject, permissions=held, casinos=where, **told))

    def himself(self, player: UUID | None = None) -> dict[str, str]:
        return bearer(make_token(kind="player", subject=player or self.player, casino=self.casino))

    async def post(
        self, path: str, body: Any = None, *, as_: dict[str, str] | None = None, key: str | None = None
    ) -> httpx.Response:
        headers = {**(as_ or self.himself()), "Idempotency-Key": key or str(uuid4())}
        return await self.client.post(f"{V1}{path}", json=body if body is not None else {}, headers=headers)

    async def get(self, path: str, *, as_: dict[str, str] | None = None) -> httpx.Response:
        return await self.client.get(f"{V1}{path}", headers=as_ or self.himself())

    def come_from(self, ip: str | None) -> None:
        """Where whoever asks next sits."""
        self.client._transport.client = (ip or "127.0.0.1", 123)  # type: ignore[attr-defined]

    # --- deposits and withdrawals

    async def deposit(self, amount_minor: int = 50_00, key: str | None = None, **fields: Any) -> httpx.Response:
        body = {
            "provider": "stripe",
            "amount_minor": amount_minor,
            "currency": "EUR",
            "return_url": "https://casino.example/back",
            **fields,
        }
        return await self.post("/deposits", body, key=key)

    async def request_deposit(
        self, provider: str | None = "stripe", method: str | None = None, *, player: UUID | None = None
    ) -> UUID:
        """What is left of a deposit whose process died before it called the provider."""
        wish = DepositWish(
            deposit_id=uuid4(),
            player_id=player or self.player,
            casino_id=self.casino,
            provider=provider,
            amount_minor=50_00,
            currency="EUR",
            return_url="https://casino.example/back",
            method=method,
        )
        ctx = self.desk.ours("test", self.casino)
        await self.desk.app.transact(lambda uow: request_deposit(self.desk, uow, wish), ctx)
        return wish.deposit_id

    def calls_at(self, provider: str, casino: UUID | None = None) -> str:
        """Where a provider tells us what happened."""
        return f"/partner/payments/{provider}/{casino or self.casino}/notifications"

    async def webhook(self, kind: str, intent: dict[str, Any], **options: Any) -> httpx.Response:
        raw, headers = self.stripe.webhook(kind, intent, int(self.clock.now().timestamp()), **options)
        return await self.client.post(self.calls_at("stripe"), content=raw, headers=headers)

    async def withdraw(self, amount_minor: int = 100_00, key: str | None = None, **fields: Any) -> httpx.Response:
        body = {
            "provider": "trustly",
            "amount_minor": amount_minor,
            "currency": "EUR",
            "destination": {"account_id": "1520389582"},
            **fields,
        }
        return await self.post("/withdrawals", body, key=key)

    async def people(self, amount_minor: int, **fields: Any) -> int:
        """How many must approve a withdrawal of so much, as staff are told."""
        asked = (await self.withdraw(amount_minor, **fields)).json()
        assert "approvals_needed" not in asked, "a player is not told that he is suspected"
        shown = await self.get(f"/withdrawals/{asked['withdrawal_id']}", as_=self.staff())
        return int(shown.json()["approvals_needed"])

    async def approve(self, withdrawal_id: Any, as_: dict[str, str] | None = None) -> httpx.Response:
        """Have somebody look at it, and approve what was seen."""
        seen = (await self.get(f"/withdrawals/{withdrawal_id}", as_=self.staff())).json()["payload_sha256"]
        body = {"reason": "looks good", "payload_sha256": seen}
        return await self.post(f"/withdrawals/{withdrawal_id}/approve", body, as_=as_ or self.staff(uuid4()))

    async def instruments(self, as_: dict[str, str] | None = None) -> list[Any]:
        """What the player pays with and is paid to, newest first."""
        headers = as_ or self.himself()
        params = {"first_seen_at": "gte.2000-01-01"}
        return list((await self.client.get(f"{V1}/instruments", params=params, headers=headers)).json())

    async def notify(self, method: str, withdrawal_id: Any, **fields: Any) -> httpx.Response:
        raw, headers = self.trustly.notification(method, withdrawal_id, **fields)
        return await self.client.post(self.calls_at("trustly"), content=raw, headers=headers)

    async def give(self, amount_minor: int = 500_00) -> None:
        """Money for the player, from nowhere in particular."""
        gift = Transfer(
            id=transfer_id("gift", uuid4()),
            kind=TransferKind.ADJUSTMENT,
            debit=house(self.casino, AccountType.ADJUSTMENTS, "EUR"),
            credit=player_cash(self.casino, self.player, "EUR"),
            amount_minor=amount_minor,
        )
        assert all(posting.posted for posting in await self.desk.ledger.post([gift]))

    async def pass_time(self, **by: float) -> None:
        """Let time pass, then do what is due."""
        self.clock.advance(timedelta(**by))
        await self.run_tasks()

    async def run_tasks(self) -> None:
        await TaskRunner(self.service.db, self.service.tasks, clock=self.clock).run_due()

    # --- what is true now

    async def balance(self) -> tuple[int, int]:
        """(cash, on hold)."""
        wallet = (await self.get(f"/players/{self.player}/balance")).json()["wallets"][0]
        return wallet["cash_minor"], wallet["on_hold_minor"]

    async def rows(self, statement: str, *values: Any) -> list[dict[str, Any]]:
        async with self.service.db.read() as connection:
            raw = await driver(connection)
            return [dict(row) for row in await raw.fetch(statement, *values)]

    async def ledger_sum(self) -> int:
        balances = await self.rows("SELECT coalesce(sum(balance_minor), 0)::bigint AS sum FROM account")
        waiting = await self.rows("SELECT coalesce(sum(delta_minor), 0)::bigint AS sum FROM account_delta")
        return int(balances[0]["sum"]) + int(waiting[0]["sum"])

    async def transfers(self) -> list[tuple[str, int]]:
        """(kind, amount) of what moved in the player's wallet, gifts left out, in order."""
        rows = await self.rows(_TRANSFERS, self.player)
        return [(row["kind"], row["amount_minor"]) for row in rows]

    async def published(self) -> list[str]:
        """Types of what was published since the start, in order; movements of money and settings left out."""
        rows = await self.rows("SELECT envelope::json ->> 'type' AS type FROM outbox WHERE key <> '' ORDER BY id")
        return [
            row["type"].removeprefix("payments.")
            for row in rows
            if row["type"] != "payments.transfer_posted" and row["type"].startswith("payments.")
        ]
