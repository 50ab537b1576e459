"""A small world of facts: two casinos, players, games and what they did."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from chassis.runtime import Service
from chassis.store import apply, received
from chassis.testing.feed import envelope_of
from contracts.backoffice.events import CasinoOpened, PlayerRegistered
from contracts.backoffice.profile import JurisdictionProfile
from contracts.event import ContractEvent
from contracts.games.events import GameAvailabilityDecided
from contracts.payments.events import TransferPosted
from contracts.security.events import StaffMemberAdded

MALTA, LONDON = UUID(int=1), UUID(int=2)
ANN, BOB, TESTER = UUID(int=11), UUID(int=12), UUID(int=13)
NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)

PROFILE = JurisdictionProfile(
    minimum_age=18,
    limit_loosening_hours=24,
    exclusion_months_min=6,
    withdrawal_requires_level="none",
    withdrawal_cancellation_allowed=False,
    required_documents=(),
)


async def tell(service: Service, *events: ContractEvent | tuple[ContractEvent, datetime]) -> None:
    """Fold events into the facts, as the consumer does."""
    assert service.consumer is not None
    pairs = [one if isinstance(one, tuple) else (one, NOON) for one in events]
    recorded = [received(envelope_of(event, at), place) for place, (event, at) in enumerate(pairs, start=1)]
    async with service.db.write() as connection:
        for model in service.consumer.read_models:
            await apply(connection, model, recorded)


def casino(casino_id: UUID, name: str, currency: str, zone: str, hour: int) -> CasinoOpened:
    return CasinoOpened(
        casino_id=casino_id,
        name=name,
        jurisdiction="XX",
        currency=currency,
        time_zone=zone,
        gaming_day_starts_at_hour=hour,
        profile=PROFILE,
    )


def player(player_id: UUID, casino_id: UUID, currency: str, **changes: Any) -> PlayerRegistered:
    return PlayerRegistered(
        player_id=player_id, casino_id=casino_id, country="MT", currency=currency, registered_at=NOON, **changes
    )


def colleague(staff_id: UUID, name: str) -> StaffMemberAdded:
    return StaffMemberAdded(staff_id=staff_id, login=f"{name.split(maxsplit=1)[0].lower()}@casino.example", name=name)


def game(casino_id: UUID, code: str) -> GameAvailabilityDecided:
    return GameAvailabilityDecided(
        casino_id=casino_id, supplier="hub88", game_code=code, name=f"Game {code}", category="slots", enabled=True
    )


WORLD = (
    casino(MALTA, "Malta", "EUR", "Europe/Malta", 6),
    casino(LONDON, "London", "GBP", "Europe/London", 0),
    player(ANN, MALTA, "EUR"),
    player(BOB, LONDON, "GBP"),
    player(TESTER, MALTA, "EUR", test_account=True),
    game(MALTA, "dragon"),
    game(LONDON, "dragon"),
)


def moved(
    kind: Any,
    amount: int,
    *,
    at: datetime = NOON,
    who: UUID = ANN,
    code: str = "dragon",
    round_ref: str = "r1",
    **changes: Any,
) -> TransferPosted:
    where, currency = (LONDON, "GBP") if who == BOB else (MALTA, "EUR")
    sign = {"bet": -1, "rollback_win": -1, "win": 1, "rollback_bet": 1}.get(kind, 1)
    facts: dict[str, Any] = {
        "transfer_id": uuid4(),
        "player_id": who,
        "casino_id": where,
        "kind": kind,
        "currency": currency,
        "amount_minor": amount,
        "delta_minor": sign * amount,
        "balance_minor": 0,
        "posted_at": at,
        "supplier": "hub88",
        "game_code": code,
        "round_ref": round_ref,
    }
    return TransferPosted(**{**facts, **changes})


DAY = timedelta(days=1)
