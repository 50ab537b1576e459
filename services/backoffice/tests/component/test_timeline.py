"""A player's story and his figures, as the events of all services tell them."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from chassis.domain import FixedClock
from chassis.runtime import Service
from chassis.testing.feed import Feed
from chassis.testing.lists import after_of
from chassis.testing.tokens import bearer, make_token
from contracts.backoffice.events import (
    PlayerBlocked,
    PlayerRegistered,
    PlayerTagged,
    PlayerUnblocked,
    RegistrationDeclined,
    SelfExclusionStarted,
)
from contracts.backoffice.permissions import BackofficePermission as P
from contracts.games.events import GameSessionClosed
from contracts.payments.adjustment_events import WalletAdjusted
from contracts.payments.events import DepositRefused, DepositSucceeded, WithdrawalApproved, WithdrawalRejected
from contracts.payments.permissions import PaymentsPermission
from contracts.platform.events import AccessRecorded
from contracts.security.events import StaffMemberAdded, StaffMemberDisabled
from contracts.verification.events import HitDecided

from .api import V1, a_player, moved, open_casino, staff

Player = dict[str, Any]
"""The ids that every event about a player tells."""

ANN, BOB = UUID(int=0xA), UUID(int=0xB)
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


@pytest.fixture
def feed(service: Service) -> Feed:
    return Feed(service)


@pytest.fixture
async def player(client: httpx.AsyncClient) -> Player:
    casino_id = await open_casino(client)
    return {"player_id": UUID(await a_player(client, casino_id)), "casino_id": UUID(casino_id)}


def deposited(player: Player, amount: int) -> DepositSucceeded:
    return DepositSucceeded(
        **player, deposit_id=uuid4(), provider="stripe", amount_minor=amount, requested_minor=amount, currency="EUR"
    )


async def story(client: httpx.AsyncClient, player: Player, **query: str) -> list[dict[str, Any]]:
    answer = await client.get(f"{V1}/players/{player['player_id']}/timeline", params=query, headers=staff())
    assert answer.status_code == 200, answer.text
    told: list[dict[str, Any]] = answer.json()
    return told


async def overview(client: httpx.AsyncClient, player: Player, *permissions: str) -> dict[str, Any]:
    path = f"{V1}/players/{player['player_id']}/overview"
    answer = await client.get(path, headers=staff(*(permissions or (*P, PaymentsPermission.BALANCE_VIEW))))
    assert answer.status_code == 200, answer.text
    shown: dict[str, Any] = answer.json()
    return shown


async def approve(feed: Feed, player: Player, by: UUID) -> None:
    approved = WithdrawalApproved(**player, withdrawal_id=uuid4(), approved_by=str(by), final=True)
    await feed(approved, actorkind="staff", actorid=str(by))


async def test_limits_and_suspicions_are_not_there_for_whoever_does_not_see_them(
    client: httpx.AsyncClient, feed: Feed, clock: FixedClock, player: Player
) -> None:
    started = SelfExclusionStarted(**player, started_at=clock.now(), until=None)
    hit = HitDecided(**player, hit_id=uuid4(), decision="confirm")
    declined = RegistrationDeclined(**player, at_casino_id=player["casino_id"], cause="excluded")
    looked = AccessRecorded(
        action="verification.hit.evidence",
        permission="verification.hit.decide",
        outcome="allow",
        subject_kind="player",
        subject_id=str(player["player_id"]),
        casino_id=player["casino_id"],
    )
    for event in (started, hit, declined, looked, deposited(player, 500)):
        await feed(event)
    guarded = {started.type, hit.type, declined.type, looked.type}
    assert {one["type"] for one in await story(client, player)} >= guarded
    headers = bearer(make_token(permissions=tuple(P), modes={"pii_basic": "mask"}))
    path = f"{V1}/players/{player['player_id']}"
    told = (await client.get(f"{path}/timeline", headers=headers)).json()
    shown = (await client.get(f"{path}/overview", headers=headers)).json()
    assert not {one["type"] for one in (*told, *shown["latest"])} & guarded
    assert "amount_minor" not in str(told)
    assert not {"limits", "excluded_until", "date_of_birth"} & set(shown["player"])
    assert shown["figures"]["open_hits"] is None
    assert (await client.get(f"{path}/timeline?type=eq.{hit.type}", headers=headers)).json() == []


async def test_the_story_does_not_tell_by_the_way_why_a_player_may_not_play(
    client: httpx.AsyncClient, feed: Feed, player: Player
) -> None:
    asked: dict[str, Any] = {"provider": "stripe", "amount_minor": 500, "currency": "EUR"}
    codes = ["self_excluded", "deposit_limit_reached", "account_under_review", "account_blocked"]
    for code in codes:
        await feed(DepositRefused(**player, deposit_id=uuid4(), code=code, **asked))
    await feed(GameSessionClosed(**player, session_id=uuid4(), cause="player_self_excluded"))
    await feed(GameSessionClosed(**player, session_id=uuid4(), cause="player_blocked"))
    path = f"{V1}/players/{player['player_id']}"
    words = {*codes, "player_self_excluded", "player_blocked"}
    whole = await story(client, player)
    assert words <= {one["facts"].get("code") or one["facts"].get("cause") for one in whole}
    of_care, of_suspicion = {"self_excluded", "deposit_limit_reached", "player_self_excluded"}, {"account_under_review"}
    modes: Any
    for modes, heard in (
        ({}, set()),
        ({"rg": "hash", "aml": "mask"}, set()),
        ({"rg": "clear"}, of_care),
        ({"rg": "mask", "aml": "clear"}, of_suspicion),
    ):
        headers = bearer(make_token(permissions=tuple(P), modes=modes))
        for page in (f"{path}/timeline", f"{path}/overview"):
            told = (await client.get(page, headers=headers)).json()
            facts = [one["facts"] for one in (told if isinstance(told, list) else told["latest"])]
            said = [one.get("code") or one.get("cause") for one in facts if "code" in one or "cause" in one]
            assert sorted(said) == sorted([*heard, *["not_allowed"] * (len(words) - len(heard))])


async def test_the_words_of_a_rejection_are_for_whoever_may_read_them(
    client: httpx.AsyncClient, feed: Feed, player: Player
) -> None:
    words = "bets look like laundering"
    rejected = WithdrawalRejected(**player, withdrawal_id=uuid4(), reject_reason=words)
    await feed(rejected, actorkind="staff", actorid=str(ANN), reason=words)
    path = f"{V1}/players/{player['player_id']}"
    for permissions, heard in (([*P], False), ([*P, PaymentsPermission.WITHDRAWAL_VIEW_REASON], True)):
        headers = bearer(make_token(permissions=permissions))
        for page in (f"{path}/timeline", f"{path}/overview"):
            answer = (await client.get(page, headers=headers)).text
            assert (rejected.type in answer, words in answer) == (True, heard)


async def test_why_money_was_moved_by_hand_is_for_whoever_may_read_that(
    client: httpx.AsyncClient, feed: Feed, clock: FixedClock, player: Player
) -> None:
    words = "he sounded ill on the phone"
    adjusted = WalletAdjusted(
        **player,
        adjustment_id=uuid4(),
        direction="credit",
        amount_minor=5_00,
        currency="EUR",
        adjustment_class="goodwill",
        transfer_id=uuid4(),
        adjusted_at=clock.now(),
    )
    await feed(adjusted, actorkind="staff", actorid=str(ANN), reason=words)
    path = f"{V1}/players/{player['player_id']}"
    for permissions, heard in (([*P], False), ([*P, PaymentsPermission.ADJUSTMENT_VIEW_REASON], True)):
        headers = bearer(make_token(permissions=permissions))
        for page in (f"{path}/timeline", f"{path}/overview"):
            answer = (await client.get(page, headers=headers)).text
            assert (adjusted.type in answer, words in answer) == (True, heard)


async def test_why_colleagues_did_something_is_for_whoever_may_read_that(
    client: httpx.AsyncClient, feed: Feed, player: Player
) -> None:
    words = "suspected of laundering"
    looked = AccessRecorded(
        action="reveal",
        permission=P.PLAYER_REVEAL,
        outcome="allow",
        subject_kind="player",
        subject_id=str(player["player_id"]),
        casino_id=player["casino_id"],
    )
    for event in (PlayerBlocked(**player), PlayerUnblocked(**player), PlayerTagged(**player, tag="watch"), looked):
        await feed(event, actorkind="staff", actorid=str(ANN), reason=words)
    await feed(SelfExclusionStarted(**player, started_at=NOON), actorkind="player", reason="it is too much for me")
    path = f"{V1}/players/{player['player_id']}"
    seen = {"rg": "clear"}
    for permissions, heard in (([one for one in P if one != P.PLAYER_VIEW_REASON], False), ([*P], True)):
        headers = bearer(make_token(permissions=permissions, modes=seen))
        told = (await client.get(f"{path}/timeline", headers=headers)).json()
        told = [one for one in told if one["type"] != PlayerRegistered.type]
        assert len(told) == 5
        assert [one["reason"] for one in told if one["actor_kind"] == "staff"] == [words if heard else None] * 4
        assert [one["reason"] for one in told if one["actor_kind"] == "player"] == ["it is too much for me"]
        csv = await client.get(f"{path}/timeline", headers={**headers, "Accept": "text/csv"})
        overview = await client.get(f"{path}/overview", headers=headers)
        for page in (csv, overview):
            assert (page.status_code, words in page.text) == (200, heard)
        asked = await client.get(f"{path}/timeline?reason=like.*laundering*", headers=headers)
        assert asked.status_code == 400


async def test_the_story_names_the_colleague_who_acted(
    client: httpx.AsyncClient, feed: Feed, clock: FixedClock, player: Player
) -> None:
    await feed(StaffMemberAdded(staff_id=ANN, login="ann@casino.example", name="Ann Example"))
    await approve(feed, player, ANN)
    await feed(StaffMemberDisabled(staff_id=ANN))
    clock.advance(timedelta(seconds=1))
    await approve(feed, player, BOB)
    told = await story(client, player, order="happened_at.asc", service="eq.payments")
    assert [(one["actor_id"], one["actor_name"]) for one in told] == [(str(ANN), "Ann Example"), (str(BOB), None)]
    assert [one["actor_name"] for one in (await overview(client, player))["latest"]][:2] == [None, "Ann Example"]


async def test_the_story_is_filtered_paged_and_told_in_either_order(
    client: httpx.AsyncClient, feed: Feed, clock: FixedClock, player: Player
) -> None:
    for amount in (10_00, 20_00, 30_00):
        await feed(deposited(player, amount))
        clock.advance(timedelta(seconds=1))
    oldest = await story(client, player, order="happened_at.asc", type="eq.payments.deposit_succeeded")
    newest = await story(client, player, type="eq.payments.deposit_succeeded")
    assert [one["facts"]["amount_minor"] for one in newest] == [30_00, 20_00, 10_00]
    assert oldest == newest[::-1]
    assert len(await story(client, player, limit="2")) == 2
    assert await story(client, player, service="eq.games") == []


async def test_what_happened_at_the_same_moment_is_told_in_order(
    client: httpx.AsyncClient, feed: Feed, player: Player
) -> None:
    for number in range(1, 10):
        await feed(deposited(player, number), id=UUID(int=1000 - number), streamversion=number)
    told = await story(client, player, order="happened_at.asc", service="eq.payments")
    assert [one["facts"]["amount_minor"] for one in told] == list(range(1, 10))
    assert await story(client, player, service="eq.payments") == told[::-1]
    assert (await overview(client, player))["latest"][:9] == told[::-1]
    paged, path, me = [], f"{V1}/players/{player['player_id']}/timeline?limit=2&service=eq.payments", staff()
    page = await client.get(path, headers=me)
    while (after := after_of(page)) is not None:
        paged += page.json()
        page = await client.get(f"{path}&after={after}", headers=me)
    assert [*paged, *page.json()] == told[::-1]


async def test_a_movement_is_told_after_the_decision_that_moved_the_money_whichever_arrives_first(
    client: httpx.AsyncClient, feed: Feed, player: Player
) -> None:
    await feed(moved(player, "deposit", 50_00, 50_00), id=UUID(int=1))
    await feed(deposited(player, 50_00), id=UUID(int=2), streamversion=3)
    told = await story(client, player, order="happened_at.asc", service="eq.payments")
    assert [one["type"] for one in told] == ["payments.deposit_succeeded", "payments.transfer_posted"]


async def test_news_that_comes_late_turns_no_clock_back(
    client: httpx.AsyncClient, feed: Feed, clock: FixedClock, player: Player
) -> None:
    await feed(moved(player, "deposit", 50_00, 50_00))
    before = (await overview(client, player))["figures"]["as_of"]
    await feed(deposited(player, 50_00), time=clock.now() - timedelta(minutes=1))
    assert (await overview(client, player))["figures"]["as_of"] == before


async def test_another_players_story_is_not_told(client: httpx.AsyncClient, feed: Feed, player: Player) -> None:
    await feed(deposited({**player, "player_id": uuid4()}, 10_00))
    assert await story(client, player, service="eq.payments") == []


async def test_the_figures_add_up(client: httpx.AsyncClient, feed: Feed, player: Player) -> None:
    await feed(deposited(player, 50_00), moved(player, "deposit", 50_00, 50_00))
    await feed(moved(player, "bet", 20_00, 30_00), moved(player, "bet", 5_00, 25_00))
    await feed(moved(player, "rollback_bet", 5_00, 30_00), moved(player, "win", 7_00, 37_00))
    records = await feed(moved(player, "withdrawal_hold", 30_00, 7_00))
    await feed.again(records)
    figures = (await overview(client, player))["figures"]
    named = ("balance_minor", "deposits_minor", "deposits", "bets_minor", "wins_minor", "on_hold_minor", "currency")
    assert {name: figures[name] for name in named} == {
        "balance_minor": 7_00,
        "deposits_minor": 50_00,
        "deposits": 1,
        "bets_minor": 20_00,
        "wins_minor": 7_00,
        "on_hold_minor": 30_00,
        "currency": "EUR",
    }


async def test_what_a_player_pays_for_a_withdrawal_is_on_hold_no_longer_once_it_is_paid(
    client: httpx.AsyncClient, feed: Feed, player: Player
) -> None:
    await feed(moved(player, "withdrawal_hold", 31_50, 0))
    assert (await overview(client, player))["figures"]["on_hold_minor"] == 31_50
    await feed(moved(player, "withdrawal_paid", 30_00, 0), moved(player, "withdrawal_fee", 1_50, 0))
    assert (await overview(client, player))["figures"]["on_hold_minor"] == 0


async def test_what_goes_back_to_where_it_came_from_is_on_hold_until_it_is_there(
    client: httpx.AsyncClient, feed: Feed, player: Player
) -> None:
    await feed(moved(player, "refund_hold", 30_00, 0), moved(player, "refund_owed", 5_00, 0))
    assert (await overview(client, player))["figures"]["on_hold_minor"] == 35_00
    await feed(moved(player, "refund_paid", 35_00, 0))
    assert (await overview(client, player))["figures"]["on_hold_minor"] == 0


async def test_the_overview_shows_what_its_reader_may_see(
    client: httpx.AsyncClient, feed: Feed, player: Player
) -> None:
    await feed(deposited(player, 10_00))
    little = await overview(client, player, P.PLAYER_VIEW)
    assert (little["latest"], little["notes"]) == ([], [])
    assert little["figures"]["deposits"] == 1
    assert [one["type"] for one in (await overview(client, player))["latest"]] == ["payments.deposit_succeeded"]


AMOUNTS = ("balance_minor", "on_hold_minor", "deposits_minor", "withdrawals_minor", "bets_minor", "wins_minor")


async def test_amounts_are_for_whoever_may_see_balances_at_that_casino(
    client: httpx.AsyncClient, feed: Feed, player: Player
) -> None:
    await feed(deposited(player, 50_00), moved(player, "deposit", 50_00, 50_00))
    elsewhere = [{"casinos": [str(uuid4())], "permissions": [PaymentsPermission.BALANCE_VIEW]}]
    here = [{"casinos": [str(player["casino_id"])], "permissions": [P.PLAYER_VIEW]}]
    token = bearer(make_token(grants=[*here, *elsewhere]))
    answer = await client.get(f"{V1}/players/{player['player_id']}/overview", headers=token)
    figures = answer.json()["figures"]
    assert {name: figures[name] for name in AMOUNTS} == dict.fromkeys(AMOUNTS)
    assert (figures["deposits"], figures["currency"], figures["verification_level"]) == (1, "EUR", "none")
    shown = (await overview(client, player, P.PLAYER_VIEW, PaymentsPermission.BALANCE_VIEW))["figures"]
    assert (shown["balance_minor"], shown["deposits_minor"], shown["wins_minor"]) == (50_00, 50_00, 0)


async def test_before_anything_happened_the_figures_are_nought(client: httpx.AsyncClient, player: Player) -> None:
    figures = (await overview(client, player))["figures"]
    assert (figures["balance_minor"], figures["deposits"], figures["as_of"]) == (0, 0, None)


async def test_the_schema_tells_what_is_on_the_page(client: httpx.AsyncClient) -> None:
    schemas = (await client.get("/openapi.json")).json()["components"]["schemas"]
    page = schemas["Overview"]["properties"]
    assert page["figures"]["$ref"].endswith("/Figures")
    assert page["latest"]["items"]["$ref"].endswith("/TimelineEntry")
    assert set(AMOUNTS) < set(schemas["Figures"]["properties"])


async def test_what_was_done_in_an_emergency_is_marked(client: httpx.AsyncClient, feed: Feed, player: Player) -> None:
    emergency = uuid4()
    await feed(deposited(player, 100), breakglass=emergency)
    await feed(deposited(player, 200))
    marked = await story(client, player, break_glass=f"eq.{emergency}")
    assert [one["facts"]["amount_minor"] for one in marked] == [100]
    everything = await story(client, player)
    assert {one["break_glass"] for one in everything} == {str(emergency), None}
