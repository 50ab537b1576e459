"""What tests of the search over everything have in common: something of each kind that can be found."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import httpx

from backoffice.entrypoints.http.search.sight import LISTED_WITH
from chassis.domain import uuid7
from chassis.runtime import Service
from chassis.testing.feed import Feed
from chassis.testing.tokens import bearer, make_token
from contracts.backoffice.permissions import BackofficePermission as P
from contracts.event import ContractEvent
from contracts.games.events import GameSessionOpened
from contracts.games.rounds import round_id
from contracts.payments.events import (
    DepositRequested,
    DepositSucceeded,
    PayoutSent,
    TransferPosted,
    WithdrawalRequested,
)
from contracts.reports.events import ReportRequested
from contracts.verification.events import CaseOpened, DocumentUploaded, HitRaised

from .api import MASKED, V1, a_player, open_casino

SEARCH = f"{V1}/search"
EVERYTHING = (*LISTED_WITH.values(), P.PLAYER_SEARCH_IDENTITY)
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
MONEY: dict[str, Any] = {"amount_minor": 10_00, "currency": "EUR"}


@dataclass
class World:
    """A casino with a player of whom there is one thing of each kind."""

    client: httpx.AsyncClient
    feed: Feed
    casino_id: str
    player_id: str
    searcher: UUID = field(default_factory=uuid4)
    ids: dict[str, UUID] = field(default_factory=dict)

    @property
    def who(self) -> dict[str, Any]:
        return {"player_id": UUID(self.player_id), "casino_id": UUID(self.casino_id)}

    async def fill(self, suffix: str = "") -> None:
        """One thing of each kind, with references that end so."""
        await self.feed(*self.payments(suffix), *self.games(suffix), *self.others())
        self.ids |= {"player": UUID(self.player_id), "casino": UUID(self.casino_id)}

    def payments(self, suffix: str) -> list[ContractEvent]:
        deposit, withdrawal = self.made("deposit"), self.made("withdrawal")
        by: dict[str, Any] = {**self.who, "provider": "stripe"}
        return [
            DepositRequested(**by, **MONEY, deposit_id=deposit),
            DepositSucceeded(
                **by, **MONEY, deposit_id=deposit, requested_minor=10_00, provider_reference=f"pi_3N{suffix}"
            ),
            WithdrawalRequested(**by, **MONEY, withdrawal_id=withdrawal, needs_second_person=False),
            PayoutSent(**by, withdrawal_id=withdrawal, provider_reference=f"po_1{suffix}"),
        ]

    def games(self, suffix: str) -> list[ContractEvent]:
        game: dict[str, Any] = {"supplier": "hub88", "game_code": "g1"}
        self.ids["round"] = round_id(**game, **self.who, round_ref=f"r-77{suffix}")
        session = self.made("session")
        moved: dict[str, Any] = {**self.who, **game, **MONEY, "balance_minor": 5, "posted_at": NOW, "delta_minor": 1}
        self.ids["transfer"] = uuid4()
        return [
            GameSessionOpened(**self.who, **game, session_id=session, currency="EUR", platform="mobile"),
            TransferPosted(
                **moved,
                transfer_id=self.ids["transfer"],
                kind="bet",
                round_ref=f"r-77{suffix}",
                supplier_tx=f"tx-1{suffix}",
            ),
            TransferPosted(
                **moved, transfer_id=uuid4(), kind="win", round_ref=f"r-77{suffix}", supplier_tx=f"tx-2{suffix}"
            ),
        ]

    def others(self) -> list[ContractEvent]:
        self.ids["case"] = UUID(self.player_id)
        case: dict[str, Any] = {**self.who, "case_id": self.ids["case"]}
        return [
            CaseOpened(**case),
            DocumentUploaded(**case, document_id=self.made("document"), kind="passport"),
            HitRaised(**self.who, hit_id=self.made("hit")),
            ReportRequested(
                job_id=self.made("report"),
                report="revenue",
                casino_ids=(UUID(self.casino_id),),
                requested_by=str(self.searcher),
            ),
        ]

    def made(self, kind: str) -> UUID:
        self.ids[kind] = uuid7()
        return self.ids[kind]

    def by(self, *permissions: str, casinos: tuple[UUID | str, ...] = ("*",)) -> dict[str, str]:
        held = permissions or EVERYTHING
        return bearer(make_token(permissions=held, casinos=casinos, subject=self.searcher, modes=MASKED))

    async def post(self, q: str, headers: Mapping[str, str] | None = None, **more: Any) -> dict[str, Any]:
        answer = await self.client.post(SEARCH, json={"q": q, **more}, headers=headers or self.by())
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def get(self, q: str, headers: Mapping[str, str] | None = None, **more: Any) -> dict[str, Any]:
        answer = await self.client.get(SEARCH, params={"q": q, **more}, headers=headers or self.by())
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found


def things(found: dict[str, Any]) -> set[tuple[str, str]]:
    return {(one["kind"], one["id"]) for one in found["items"]}


async def a_world(client: httpx.AsyncClient, service: Service) -> World:
    """A casino with a player, and one thing of each kind that was told of him."""
    casino_id = await open_casino(client)
    world = World(client, Feed(service), casino_id, await a_player(client, casino_id))
    await world.fill()
    return world
