"""Money of one currency for money of another: by two people, at published rates, at no less than was agreed."""

from pathlib import Path
from typing import Any

import pytest

from chassis.testing.tokens import ALL_CLEAR
from payments.adapters.ledger.verify import verify

from .bank import rates_of_today
from .world import V1, World

TEN_FOR_DOLLARS: dict[str, Any] = {
    "sold_currency": "EUR",
    "sold_minor": 10_00,
    "bought_currency": "USD",
    "at_least_minor": 10_00,
    "reason": "He moves abroad",
}
OFFERED = {"enabled": True, "spread_bp": 200}


@pytest.fixture
def rates_file(tmp_path: Path) -> str:
    return rates_of_today(tmp_path)


async def propose(world: World, **other: Any) -> Any:
    body = {**TEN_FOR_DOLLARS, **other}
    return await world.post(f"/players/{world.player}/exchanges", body, as_=world.staff())


async def exchange(world: World, **other: Any) -> Any:
    """Two people agree; the id of what they did."""
    proposed = await propose(world, **other)
    await world.approved(proposed)
    return proposed.json()["subject_id"]


async def offer(world: World, **other: Any) -> None:
    path = f"{V1}/casinos/{world.casino}/exchange-policy"
    await world.approved(await world.client.put(path, json={**OFFERED, **other}, headers=world.staff()))


async def cash(world: World) -> dict[str, int]:
    wallets = (await world.get(f"/players/{world.player}/balance")).json()["wallets"]
    return {wallet["currency"]: wallet["cash_minor"] for wallet in wallets}


async def test_money_is_exchanged_at_the_rate_less_what_the_house_keeps(world: World) -> None:
    await world.give(100_00)
    await offer(world)
    await world.approved(await propose(world))
    assert await cash(world) == {"EUR": 90_00, "USD": 11_76}
    assert await world.ledger_sum() == 0
    broken = [one for one in await verify(world.service.settings.database_url) if not one.holds]
    assert broken == []


async def test_the_rate_stands_beside_both_movements_for_ever(world: World) -> None:
    await world.give(100_00)
    await offer(world)
    proposed = await propose(world)
    await world.approved(proposed)
    (made,) = await world.rows("SELECT * FROM ledger_exchange WHERE player_id = $1", world.player)
    assert (made["sold_minor"], made["bought_minor"], str(made["rate"]), made["spread_bp"]) == (
        10_00,
        11_76,
        "1.200000000000",
        200,
    )
    assert (made["source"], str(made["id"])) == ("eurofxref", proposed.json()["subject_id"])
    of_group = "SELECT currency, amount_minor FROM transfer WHERE group_id = $1 ORDER BY seq"
    moved = await world.rows(of_group, made["id"])
    assert [tuple(row.values()) for row in moved] == [("EUR", 10_00), ("USD", 11_76)]


async def test_rate_and_spread_are_read_of_both_entries_wherever_movements_are(world: World) -> None:
    await world.give(100_00)
    await offer(world)
    await world.approved(await propose(world))
    today = world.clock.now().date().isoformat()
    made = {"rate": "1.200000000000", "spread_bp": 200, "source": "eurofxref", "as_of": today}
    for currency, other in (
        ("EUR", {"other_currency": "USD", "other_minor": 11_76}),
        ("USD", {"other_currency": "EUR", "other_minor": 10_00}),
    ):
        path = f"/players/{world.player}/wallets/{currency}/movements"
        (entry,) = (await world.get(f"{path}?kind=eq.exchange", as_=world.staff())).json()
        assert entry["exchange"] == {**made, **other}
        item, *_ = (await world.get(f"/players/{world.player}/statement?currency={currency}")).json()["items"]
        assert item["caused_by"]["exchange"] == {**made, **other}
    query = f"player_id=eq.{world.player}&order=posted_at.asc"
    listed = (await world.get(f"/ledger/entries?{query}", as_=world.staff())).json()
    assert [(one["kind"], (one["exchange"] or {}).get("other_currency")) for one in listed] == [
        ("adjustment", None),
        ("exchange", "USD"),
        ("exchange", "EUR"),
    ]


async def test_exchanges_are_listed_and_one_is_shown_with_who_and_at_what(world: World) -> None:
    await world.give(100_00)
    await offer(world)
    made = await exchange(world)
    (listed,) = (await world.get(f"/exchanges?player_id=eq.{world.player}", as_=world.staff())).json()
    shown = (await world.get(f"/exchanges/{made}", as_=world.staff())).json()
    assert listed == shown
    assert (shown["sold_minor"], shown["bought_minor"], shown["rate"], shown["spread_bp"]) == (
        10_00,
        11_76,
        "1.200000000000",
        200,
    )
    assert "" not in (shown["proposed_by"], shown["approved_by"])
    assert shown["proposed_by"] not in shown["approved_by"]


async def test_who_sees_no_money_is_told_the_rate_and_no_amount(world: World) -> None:
    await world.give(100_00)
    await offer(world)
    made = await exchange(world)
    blind = world.staff(modes={**ALL_CLEAR, "financial": "none"})
    shown = (await world.get(f"/exchanges/{made}", as_=blind)).json()
    assert (shown["rate"], shown.get("sold_minor"), shown.get("bought_minor")) == ("1.200000000000", None, None)
    entries = (await world.get(f"/ledger/entries?player_id=eq.{world.player}", as_=blind)).json()
    assert {one.get("exchange") for one in entries} == {None}


async def test_a_casino_that_does_not_exchange_money_does_not(world: World) -> None:
    await world.give(100_00)
    assert (await propose(world)).json()["code"] == "exchange_not_offered"
    await offer(world, enabled=True)
    await offer(world, enabled=False)
    assert (await propose(world)).json()["code"] == "exchange_not_offered"


@pytest.mark.parametrize(
    ("other", "code"),
    [
        ({"at_least_minor": 11_77}, "too_little"),
        ({"sold_minor": 100_01, "at_least_minor": 1}, "insufficient_funds"),
        ({"bought_currency": "GBP"}, "rate_unavailable"),
        ({"sold_currency": "USD", "bought_currency": "EUR"}, "wallet_unknown"),
        ({"bought_currency": "JPY", "sold_minor": 1, "at_least_minor": 2}, "too_little"),
    ],
    ids=str,
)
async def test_what_cannot_be_done_is_refused_by_its_reason(world: World, other: dict[str, Any], code: str) -> None:
    await world.give(100_00)
    await offer(world)
    refused = await propose(world, **other)
    assert (refused.status_code, refused.json()["code"]) == (409 if code != "wallet_unknown" else 404, code)


async def test_rates_of_last_week_are_no_rates(world: World) -> None:
    await world.give(100_00)
    await offer(world)
    await world.pass_time(days=5)
    assert (await propose(world)).json()["code"] == "rate_unavailable"


@pytest.mark.parametrize(
    "other",
    [
        {"bought_currency": "EUR"},
        {"bought_currency": "XXX"},
        {"sold_minor": 0},
        {"sold_minor": -5},
        {"sold_minor": 2.5},
        {"sold_minor": 10**16},
        {"at_least_minor": 0},
        {"reason": ""},
        {"rate": "1.3"},
    ],
    ids=str,
)
async def test_what_makes_no_sense_is_refused(world: World, other: dict[str, Any]) -> None:
    await world.give(100_00)
    assert (await propose(world, **other)).status_code == 422


@pytest.mark.parametrize("spread", [-1, 10_000, 1.5])
async def test_a_spread_that_is_none_is_refused(world: World, spread: Any) -> None:
    path = f"{V1}/casinos/{world.casino}/exchange-policy"
    answer = await world.client.put(path, json={"enabled": True, "spread_bp": spread}, headers=world.staff())
    assert answer.status_code == 422
