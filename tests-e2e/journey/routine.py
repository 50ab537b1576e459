"""What goes on in `make demo` beside players' lives: staff at work, providers that settle, banks that want money back.

Each robot does one thing as soon as there is something to do, and again every so often. Some of it is left to whoever
sits at the keyboard.
"""

import asyncio
import base64
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

import httpx

from journey.client import Refused
from journey.newcomer import png
from journey.settling import CHARGES_MINOR, bring, own_account
from journey.shown import LOOKS_EVERY_S
from journey.tale import Tale

V1 = "/api/payments/v1"
ROBOTS = {"robot_desk": "payments", "robot_finance": "finance"}
"""Who does the routine work about money, and the role of those an installation begins with that lets them."""

LEFT_TO_VISITOR = 4
"""One document in so many waits for a person."""

REFUNDED_MINOR = 5_00
ANSWERED_AFTER = "now-4m"
"""So long a chargeback is left to the visitor."""

SETTLED_FROM = 3
"""So many card payments are worth a first settlement."""


@dataclass
class Routine:
    """The robots, and what banks took back so far: the secrets of payments by card.

    Attributes:
        tale: at the casino whose providers settle, with the robots in the places of those who work there.
        taken: no answer to these was given yet.
    """

    tale: Tale
    known: set[str] = field(default_factory=set)
    taken: list[str] = field(default_factory=list)
    settlements: int = 0

    async def documents(self) -> bool:
        """Most documents are looked at."""
        agent = self.tale.staff["robot_agent"]
        for document in await agent.get("/api/verification/v1/documents", status="eq.pending", limit=100):
            if UUID(document["id"]).int % LEFT_TO_VISITOR:
                await agent.post(f"/api/verification/v1/documents/{document['id']}/accept", {})
        return True

    async def payouts(self) -> bool:
        """Withdrawals go out that one person may approve; those that take two are left to the visitor."""
        desk = self.tale.staff["robot_desk"]
        for one in await desk.get(f"{V1}/withdrawals", status="eq.awaiting_approval", limit=50):
            if one["approvals_needed"] == 1:
                seen = {"payload_sha256": one["payload_sha256"]}
                await desk.post(f"{V1}/withdrawals/{one['withdrawal_id']}/approve", seen)
        return True

    async def refund(self) -> bool:
        """Somebody asks for a part of his deposit back, of which he has that much left."""
        desk, finance = self.tale.staff["robot_desk"], self.tale.staff["robot_finance"]
        paid = await desk.get(f"{V1}/deposits", status="eq.succeeded", created_at="gte.now-1d", limit=1)
        for one in paid:
            wish = {"amount_minor": REFUNDED_MINOR, "reason": "he meant to pay in less"}
            await finance.approve(await desk.post(f"{V1}/deposits/{one['deposit_id']}/refunds", wish))
        return bool(paid)

    async def charge_back(self) -> bool:
        """The bank of somebody's card takes a payment back."""
        fresh = [one for one in await self._paid_by_card() if one not in self.known]
        if not fresh:
            return False
        self.known.add(fresh[-1])
        self.taken.append(fresh[-1])
        await self._bank_says(fresh[-1], "needs_response", "created", "funds_withdrawn")
        return True

    async def contest(self) -> bool:
        """A chargeback nobody answered is contested with evidence, and the bank gives in, or does not."""
        desk = self.tale.staff["robot_desk"]
        open_ = {"status": "eq.opened", "opened_at": f"lt.{ANSWERED_AFTER}", "order": "due_at.asc", "limit": 1}
        for one in await desk.get(f"{V1}/disputes", **open_):
            path = f"{V1}/disputes/{one['dispute_id']}"
            file = {"kind": "receipt", "content": base64.b64encode(png()).decode()}
            kept = await desk.post(f"{path}/evidence", file)
            files = [{"evidence_id": kept["evidence_id"]}]
            await desk.post(f"{path}/submit", {"reason": "he played for what he paid in", "files": files})
            return True
        return False

    async def decided(self) -> bool:
        """The bank decides about the oldest one that was contested: it gives the money back to every second casino."""
        desk = self.tale.staff["robot_desk"]
        contested = await desk.get(f"{V1}/disputes", status="eq.challenged", opened_at="gte.now-1d", answer="eq.taken")
        for one in contested:
            secret = next((paid for paid in self.taken if paid.startswith(f"{one['payment']}_secret_")), None)
            if secret is not None:
                self.taken.remove(secret)
                won = UUID(one["dispute_id"]).int % 2
                await self._bank_says(
                    secret, "won" if won else "lost", *(["funds_reinstated", "closed"] if won else ["closed"])
                )
                return True
        return False

    async def settle(self) -> bool:
        """Adyen settles, with a wrong amount and at first a payment of nobody, and the bank says what arrived."""
        tale = self.tale
        links = (await self._books())["links"]
        if sum(one["status"] == "completed" for one in links) < SETTLED_FROM:
            return False
        if not self.settlements:
            await own_account(tale)
        faults = ["wrong_amount"] if self.settlements else ["wrong_amount", "missing_here"]
        report = (await tale.direct("POST", f"/settlements/adyen/{tale.casino_id}", {"faults": faults}))["report"]
        self.settlements += 1
        await bring(tale, "adyen_settlement_details", report)
        wish: dict[str, Any] = {"charges_minor": CHARGES_MINOR, "currency": tale.currency}
        stated = await tale.direct("POST", f"/settlements/bank/{tale.casino_id}", wish)
        await bring(tale, "camt053", stated["statement"])
        return True

    async def _paid_by_card(self) -> list[str]:
        """The secrets by which browsers, and here banks, name what was paid through Stripe."""
        intents = (await self._books())["intents"]
        return [one["client_secret"] for one in intents if one["status"] == "succeeded"]

    async def _books(self) -> dict[str, Any]:
        """What the providers keep of the casino."""
        told: dict[str, Any] = await self.tale.direct("GET", f"/control/money/{self.tale.casino_id}")
        return told

    async def _bank_says(self, secret: str, status: str, *kinds: str) -> None:
        await self.tale.direct("POST", f"/stripe/dispute/{secret}", {"kinds": kinds, "status": status})


async def goes_on(tale: Tale) -> None:
    """All of them, until cancelled."""
    robots = {"clerk": tale.staff["robot_desk"], "head": tale.staff["robot_finance"]}
    routine = Routine(replace(tale, staff={**tale.staff, **robots}))
    every: dict[Callable[[], Awaitable[bool]], float] = {
        routine.documents: LOOKS_EVERY_S,
        routine.payouts: LOOKS_EVERY_S,
        routine.refund: 90,
        routine.charge_back: 150,
        routine.contest: 30,
        routine.decided: 60,
        routine.settle: 300,
    }
    await asyncio.gather(*(_again(robot, seconds) for robot, seconds in every.items()))


async def _again(robot: Callable[[], Awaitable[bool]], seconds: float) -> None:
    """What there is to do is done so often; where there is nothing, or it is refused, it is looked for again soon."""
    while True:
        done = False
        # Somebody was quicker, perhaps the visitor at the keyboard; what was agreed to is not possible any more,
        # or takes long; or a program is just being started again.
        with suppress(Refused, AssertionError, httpx.HTTPError):
            done = await robot()
        await asyncio.sleep(seconds if done else LOOKS_EVERY_S)
