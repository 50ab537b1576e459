"""Configuring suppliers and fetching their catalogues."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
from services.games.tests.component.casino import API, STAFF, Casino
from services.games.tests.support import hub88
from services.games.tests.support.facts import CASINO, GAME
from services.games.tests.support.hub88_server import DRAGON, ROULETTE, Hub88Server

from chassis.domain import FixedClock
from chassis.runtime import Service
from chassis.tasks import TaskRunner
from chassis.testing.feed import Feed
from chassis.testing.second_person import approved
from chassis.testing.tokens import bearer, make_token
from contracts.games.permissions import GamesPermission as P

SUPPLIER = f"{API}/casinos/{CASINO}/suppliers/hub88"
BODY: dict[str, Any] = {"enabled": True, "settings": hub88.settings(), "secrets": hub88.secrets()}


async def test_an_account_is_shown_without_its_secrets(casino: Casino) -> None:
    answer = await casino.client.get(f"{API}/casinos/{CASINO}/suppliers", headers=STAFF)
    assert "PRIVATE KEY" not in answer.text
    (account,) = answer.json()
    assert (account["supplier"], account["enabled"], account["secrets"]) == ("hub88", True, {"private_key": "set"})
    assert account["settings"] == hub88.settings(casino.hub88.url)
    assert account["catalogue_synced_at"]
    assert account["catalogue_error"] is None


async def test_accounts_of_all_casinos_are_one_list_and_none_of_another_s(casino: Casino) -> None:
    (account,) = (await casino.client.get(f"{API}/suppliers?enabled=is.true", headers=STAFF)).json()
    assert (account["casino_id"], account["secrets"]) == (str(CASINO), {"private_key": "set"})
    stranger = bearer(make_token(permissions=[P.SUPPLIER_LIST], casinos=[uuid4()]))
    assert (await casino.client.get(f"{API}/suppliers", headers=stranger)).json() == []
    assert (await casino.client.get(f"{API}/casinos/{CASINO}/suppliers", headers=stranger)).status_code == 404


async def test_secrets_lie_sealed_in_the_database_and_in_no_event(casino: Casino) -> None:
    await casino.propose_hub88(secrets={"private_key": hub88.private_pem("another casino")})
    async with casino.service.db.read() as connection:
        for table in (
            "supplier_setting",
            "outbox",
            "task",
            "event",
            "idempotency",
            "rm_approval_list",
            "approval_payload",
        ):
            for row in await connection.exec_driver_sql(f"SELECT * FROM {table}"):
                assert "PRIVATE KEY" not in str(row)


async def test_a_change_is_told_with_before_and_after(casino: Casino) -> None:
    stranger = {"private_key": hub88.private_pem("another casino")}
    await casino.configure_hub88(enabled=False, secrets=stranger)
    told = [one for one in await casino.published("platform.setting_changed") if one["element"] == "games.supplier"]
    shown = {"settings": hub88.settings(casino.hub88.url), "secrets": {"private_key": "set"}}
    assert [one["before"] for one in told] == [None, {"enabled": True, **shown}]
    assert told[0]["after"] == {"enabled": True, **shown}
    assert told[1]["after"] == {"enabled": False, **shown, "secrets_replaced": ["private_key"]}
    assert told[1]["casino_id"] == str(CASINO)


async def test_nothing_changes_before_a_second_person_has_seen_and_approved_it(casino: Casino) -> None:
    stranger = {"private_key": hub88.private_pem("another casino")}
    proposed = await casino.propose_hub88(enabled=False, secrets=stranger)
    assert proposed.status_code == 202, proposed.text
    waiting = await casino.client.get(proposed.json()["href"], headers=STAFF)
    shown = {"settings": hub88.settings(casino.hub88.url), "secrets": {"private_key": "set"}}
    assert waiting.json()["before"] == {"enabled": True, **shown}
    assert waiting.json()["after"] == {"enabled": False, **shown, "secrets_replaced": ["private_key"]}
    assert "PRIVATE KEY" not in proposed.text + waiting.text
    (account,) = (await casino.client.get(f"{API}/casinos/{CASINO}/suppliers", headers=STAFF)).json()
    assert account["enabled"] is True
    await approved(casino.client, proposed, list(P))
    (account,) = (await casino.client.get(f"{API}/casinos/{CASINO}/suppliers", headers=STAFF)).json()
    assert account["enabled"] is False


async def decide(casino: Casino, proposed: httpx.Response, headers: dict[str, str]) -> httpx.Response:
    """The answer to an approval."""
    said = proposed.json()
    return await casino.client.post(
        f"{said['href']}/approve", json={"payload_sha256": said["payload_sha256"]}, headers=headers
    )


async def test_neither_the_one_who_proposed_it_nor_somebody_of_another_casino_approves_it(casino: Casino) -> None:
    proposed = await casino.propose_hub88(enabled=False)
    assert (await decide(casino, proposed, STAFF)).json()["code"] == "another_person_needed"
    stranger = bearer(make_token(permissions=list(P), casinos=[uuid4()]))
    assert (await decide(casino, proposed, stranger)).status_code == 404
    (account,) = (await casino.client.get(f"{API}/casinos/{CASINO}/suppliers", headers=STAFF)).json()
    assert account["enabled"] is True


async def test_what_was_proposed_about_an_account_that_changed_meanwhile_is_not_done(
    casino: Casino, clock: FixedClock
) -> None:
    keys = [{"private_key": hub88.private_pem(whose)} for whose in ("second", "third")]
    late, early = [await casino.propose_hub88(secrets=secrets) for secrets in keys]
    clock.advance(timedelta(seconds=1))
    await approved(casino.client, early, list(P))
    refused = await decide(casino, late, bearer(make_token(permissions=list(P), casinos=[CASINO])))
    assert (refused.status_code, refused.json()["code"]) == (409, "approval_subject_changed")


async def test_secrets_that_are_not_named_stay(casino: Casino) -> None:
    await casino.configure_hub88(secrets={})
    assert (await casino.launch()).status_code == 201


async def test_saying_the_same_again_tells_nobody(casino: Casino) -> None:
    before = len(await casino.published("platform.setting_changed"))
    await casino.configure_hub88()
    assert len(await casino.published("platform.setting_changed")) == before


BAD_ACCOUNTS: list[tuple[dict[str, Any], str]] = [
    ({"settings": {**hub88.settings(), "base_url": "nowhere"}}, "settings.base_url"),
    ({"settings": hub88.settings("https://hub88.example")}, "settings.base_url"),
    ({"settings": hub88.settings("http://api.hub88.io")}, "settings.base_url"),
    ({"settings": hub88.settings("http://169.254.169.254")}, "settings.base_url"),
    ({"settings": {**hub88.settings(), "public_key": "x"}}, "settings.public_key"),
    ({"settings": {**hub88.settings(), "misspelt": "x"}}, "settings.misspelt"),
    ({"settings": {"Bad Name": "x"}}, "settings"),
    ({"settings": {**hub88.settings(), "operator_id": 10**30}}, "settings.operator_id"),
    ({"settings": {**hub88.settings(), "operator_id": {"deep": 1}}}, "settings.operator_id"),
    ({"secrets": {"private_key": "x"}}, "secrets.private_key"),
    ({"secrets": {"another": "x"}}, "secrets.another"),
    ({"secrets": {"private_key": 7}}, "secrets.private_key"),
    ({"enabled": "yes"}, "enabled"),
    ({"extra": 1}, "extra"),
    ({"settings": ...}, "settings"),
]


async def test_bad_accounts_are_refused_by_their_field(client: httpx.AsyncClient, feed: Feed) -> None:
    for change, field in BAD_ACCOUNTS:
        body = {name: value for name, value in {**BODY, **change}.items() if value is not ...}
        answer = await client.put(SUPPLIER, json=body, headers=STAFF)
        assert answer.status_code == 422, (change, answer.text)
        assert any(field in error["field"] for error in answer.json()["errors"]), answer.text
        assert "PRIVATE KEY" not in answer.text


async def test_unknown_suppliers_and_casinos_are_not_found(client: httpx.AsyncClient, feed: Feed) -> None:
    answer = await client.put(f"{API}/casinos/{CASINO}/suppliers/nobody", json=BODY, headers=STAFF)
    assert answer.status_code == 404
    answer = await client.put(f"{API}/casinos/{uuid4()}/suppliers/hub88", json=BODY, headers=STAFF)
    assert answer.status_code == 404
    headers = {**STAFF, "Idempotency-Key": "sync-unknown"}
    assert (await client.post(f"{SUPPLIER}/catalogue-sync", headers=headers)).status_code == 404


async def test_configuring_fetches_the_catalogue(casino: Casino) -> None:
    games = (await casino.client.get(f"{API}/casinos/{CASINO}/games", headers=STAFF)).json()
    assert [game["game_code"] for game in games] == [GAME, "evo_roulette"]
    assert casino.hub88.asked == [("/operator/generic/v2/game/list", {"operator_id": 7})]


async def sync(casino: Casino) -> None:
    headers = {**STAFF, "Idempotency-Key": f"sync-{uuid4()}"}
    assert (await casino.client.post(f"{SUPPLIER}/catalogue-sync", headers=headers)).status_code == 202
    await casino.tasks.run_due()


async def test_the_supplier_is_asked_once_a_minute_at_most(casino: Casino, clock: FixedClock) -> None:
    for _ in range(3):
        await sync(casino)
    assert len(casino.hub88.asked) == 1
    clock.advance(timedelta(seconds=59))
    await casino.tasks.run_due()
    assert len(casino.hub88.asked) == 1
    clock.advance(timedelta(seconds=1))
    await casino.tasks.run_due()
    assert len(casino.hub88.asked) == 2


async def test_a_catalogue_is_refreshed_by_itself(casino: Casino, clock: FixedClock) -> None:
    clock.advance(timedelta(hours=6))
    await casino.tasks.run_due()
    assert len(casino.hub88.asked) == 2


async def test_an_account_that_is_off_is_left_alone(casino: Casino, clock: FixedClock) -> None:
    await casino.configure_hub88(enabled=False)
    clock.advance(timedelta(hours=6))
    await casino.tasks.run_due()
    assert len(casino.hub88.asked) == 1


async def test_a_silent_supplier_leaves_the_catalogue_as_it_was_and_is_asked_again(
    casino: Casino, clock: FixedClock
) -> None:
    casino.hub88.answers = [(500, b"")]
    clock.advance(timedelta(minutes=2))
    await sync(casino)
    (account,) = (await casino.client.get(f"{API}/casinos/{CASINO}/suppliers", headers=STAFF)).json()
    assert "500" in account["catalogue_error"]
    assert len((await casino.client.get(f"{API}/casinos/{CASINO}/games", headers=STAFF)).json()) == 2
    clock.advance(timedelta(seconds=60))
    await casino.tasks.run_due()
    (account,) = (await casino.client.get(f"{API}/casinos/{CASINO}/suppliers", headers=STAFF)).json()
    assert account["catalogue_error"] is None


async def test_a_server_that_is_no_longer_allowed_is_not_called(casino: Casino, clock: FixedClock) -> None:
    async with casino.service.db.write() as connection:
        await connection.exec_driver_sql(
            """UPDATE supplier_setting SET settings = jsonb_set(settings, '{base_url}', '"http://127.0.0.2:9"')"""
        )
    clock.advance(timedelta(minutes=2))
    await sync(casino)
    (account,) = (await casino.client.get(f"{API}/casinos/{CASINO}/suppliers", headers=STAFF)).json()
    assert account["catalogue_error"] == "not called: base_url is not a server that may be called"
    assert len(casino.hub88.asked) == 1


async def test_a_game_that_is_no_longer_offered_closes_and_comes_back(casino: Casino, clock: FixedClock) -> None:
    for games, available in (([ROULETTE], False), ([DRAGON, ROULETTE], True)):
        casino.hub88.games = games
        clock.advance(timedelta(minutes=2))
        await sync(casino)
        assert (await casino.published("games.availability_decided"))[-1]["enabled"] is available
        assert (await casino.launch()).status_code == (201 if available else 409)


async def test_news_about_games_that_are_off_are_no_news(
    casino: Casino, clock: FixedClock, hub88: Hub88Server, tasks: TaskRunner, service: Service
) -> None:
    before = await casino.published("games.availability_decided")
    casino.hub88.games = [DRAGON, {**ROULETTE, "name": "Roulette, renamed"}]
    clock.advance(timedelta(minutes=2))
    await sync(casino)
    assert await casino.published("games.availability_decided") == before
