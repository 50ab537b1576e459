"""People at work against fraud: rules drafted, tried, published and stopped, cases decided, lists kept."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from chassis.testing.tokens import bearer, make_token
from contracts.payments.permissions import PaymentsPermission as P
from payments.domain.fraud.rules import sha256_of

from .test_fraud import DEVICE, HOME, asks, automatic, cases, decisions, failed, paid
from .world import V1, World

LARGE = {"gte": [{"feature": "amount_minor"}, 40_00]}
RULE: dict[str, Any] = {"id": "LARGE", "trigger": "deposit", "when": LARGE, "action": "review", "mode": "live"}
RULES: dict[str, Any] = {"rules": [RULE], "typologies": {}, "unproven": "review"}
RULES_SHA = sha256_of(RULES)
ALLOWED = {"kind": "device", "value": DEVICE, "until": "2099-01-01T00:00:00Z", "reason": "it is his"}
ENTRY = {"list": "block", "kind": "device", "value": DEVICE, "until": None, "reason": "a stolen phone"}


def at(world: World, path: str = "") -> str:
    return f"/fraud/casinos/{world.casino}{path}"


async def put_draft(world: World, content: Any) -> Any:
    headers = {**world.staff(), "Idempotency-Key": str(uuid4())}
    return await world.client.put(f"{V1}{at(world, '/draft')}", json=content, headers=headers)


async def publish(world: World, content: dict[str, Any]) -> Any:
    assert (await put_draft(world, content)).status_code == 200
    body = {"sha256": sha256_of(content), "reason": "tried for a month"}
    return await world.post(at(world, "/draft/publish"), body, as_=world.staff())


async def alarming(world: World) -> dict[str, Any]:
    """A draft, an entry, and a case of a player whose withdrawal was held."""
    await paid(world, 200_00)
    await world.withdraw(50_00)
    await put_draft(world, RULES)
    entry = await world.post(at(world, "/entries"), {**ENTRY, "value": "another-device"}, as_=world.staff())
    (case,) = await cases(world)
    decision_id = (await decisions(world))[-1]["id"]
    await allow(world, kind="device", value="a-third-device")
    (allowed,) = await world.rows("SELECT id FROM fraud_entry WHERE list = 'allow' AND casino_id = $1", world.casino)
    return {
        "case_id": case["id"],
        "decision_id": decision_id,
        "entry_id": entry.json()["entry_id"],
        "allowed_id": allowed["id"],
        "rule": "STRUCT",
    }


async def allow(world: World, **named: Any) -> Any:
    """Have two people put it on the allow list."""
    proposed = await world.post(at(world, "/allowed"), {**ALLOWED, **named}, as_=world.staff())
    assert proposed.status_code == 202, proposed.text
    return await world.approved(proposed)


async def test_rules_count_when_a_second_person_agreed(world: World) -> None:
    await asks(world)
    proposed = await publish(world, RULES)
    assert proposed.status_code == 202, proposed.text
    await asks(world)
    assert [one["action"] for one in await decisions(world)] == ["allow", "allow"]
    await world.approved(proposed)
    await asks(world)
    last = (await decisions(world))[-1]
    assert (last["action"], last["rules"], last["rule_version"]) == ("review", ["LARGE"], 2)
    listed = (await world.get("/fraud/rules", as_=world.staff())).json()
    assert [(one["rule"], one["version"], one["mode"]) for one in listed] == [("LARGE", 2, "live")]
    assert "fraud_rules_published" in await world.published()


async def test_a_draft_that_changed_meanwhile_is_not_published(world: World) -> None:
    proposed = await publish(world, RULES)
    await put_draft(world, {"rules": [], "typologies": {}, "unproven": "review"})
    seen = {"payload_sha256": proposed.json()["payload_sha256"]}
    refused = await world.client.post(f"{proposed.json()['href']}/approve", json=seen, headers=world.staff())
    assert (refused.status_code, refused.json()["code"]) == (409, "fraud_draft_changed"), refused.text


async def test_a_rule_is_stopped_by_one_person_at_once_and_everybody_hears_of_it(world: World) -> None:
    await world.approved(await publish(world, RULES))
    stopped = await world.post(at(world, "/rules/LARGE/switch"), {"off": True, "reason": "it errs"}, as_=world.staff())
    assert (stopped.status_code, stopped.json()["mode"]) == (200, "off"), stopped.text
    await asks(world)
    last = (await decisions(world))[-1]
    assert (last["action"], last["switched_off"]) == ("allow", ["LARGE"])
    assert "fraud_rule_switched" in await world.published()
    await world.post(at(world, "/rules/LARGE/switch"), {"off": False, "reason": "mended"}, as_=world.staff())
    await asks(world)
    assert (await decisions(world))[-1]["action"] == "review"
    unknown = await world.post(at(world, "/rules/NONE/switch"), {"off": True, "reason": "it errs"}, as_=world.staff())
    assert unknown.status_code == 404


async def test_a_draft_is_tried_on_what_happened_and_changes_nothing(world: World) -> None:
    for amount in (30_00, 50_00, 60_00):
        await asks(world, amount)
    await put_draft(world, RULES)
    tried = await world.post(at(world, "/draft/backtest"), {"sha256": RULES_SHA}, as_=world.staff())
    assert tried.status_code == 200, tried.text
    found = tried.json()
    assert (found["payments"], found["before"], found["actions"]) == (3, {"allow": 3}, {"allow": 1, "review": 2})
    assert found["changed"] == {"allow -> review": 2}
    assert [(one["rule"], one["payments"], one["hits"], one["hits_percent"]) for one in found["rules"]] == [
        ("LARGE", 3, 2, 67)
    ]
    assert (found["complete"], found["rules"][0]["precision_percent"]) == (True, None)
    assert {one["action"] for one in await decisions(world)} == {"allow"}
    other = await world.post(at(world, "/draft/backtest"), {"sha256": "0" * 64}, as_=world.staff())
    assert (other.status_code, other.json()["code"]) == (409, "fraud_draft_changed")


async def test_a_rule_in_shadow_is_compared_with_those_that_count(world: World) -> None:
    await world.approved(await publish(world, {**RULES, "rules": [{**RULE, "mode": "shadow"}]}))
    await asks(world)
    (one,) = (await world.get(at(world, "/performance"), as_=world.staff())).json()
    assert (one["rule"], one["live_hits"], one["shadow_hits"], one["precision_percent"]) == ("LARGE", 0, 1, None)
    shown = (await world.get("/fraud/decisions?decided_at=gte.now-7d", as_=world.staff())).json()[0]
    assert (shown["action"], shown["shadow_action"], shown["shadow_rules"]) == ("allow", "review", ["LARGE"])


@pytest.mark.parametrize(
    ("content", "field"),
    [
        ({"rules": [{**RULE, "when": {"feature": "wealth"}}]}, "rules[0].when.feature"),
        ({"rules": [{**RULE, "action": "hold"}]}, "rules[0].action"),
        ({"rules": [{**RULE, "when": {"feature": "blocked", "of": "payout"}}]}, "rules[0].when"),
        ({"rules": [RULE, RULE]}, "rules[1].id"),
        ({"rules": "all"}, "rules"),
        ({"rules": [5]}, "rules[0]"),
        ({"rules": [], "typologies": {"ring": {"review": "much"}}}, "typologies.ring.review"),
        ({}, "rules"),
    ],
)
async def test_rules_that_make_no_sense_are_refused_by_their_place(world: World, content: Any, field: str) -> None:
    answer = await put_draft(world, content)
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"][0]["field"] == field


async def test_a_case_is_taken_written_about_and_decided(world: World) -> None:
    ids = await alarming(world)
    path, ann = f"/fraud/cases/{ids['case_id']}", uuid4()
    me = world.staff(ann)
    assert (await world.post(f"{path}/assign", {"assignee": str(ann)}, as_=me)).json()["assignee"] == str(ann)
    await world.post(f"{path}/notes", {"text": "He sent a payslip of Mr. Brown."}, as_=me)
    shown = (await world.get(path, as_=me)).json()
    assert [(one["text"], one["author"]) for one in shown["notes"]] == [("He sent a payslip of Mr. Brown.", str(ann))]
    stored = await world.rows("SELECT data::text AS text FROM event UNION ALL SELECT envelope FROM outbox")
    assert not [row for row in stored if "payslip" in row["text"]]
    closed = await world.post(f"{path}/decide", {"outcome": "fraud"}, as_=me)
    assert (closed.json()["status"], closed.json()["outcome"]) == ("closed", "fraud")
    again = await world.post(f"{path}/decide", {"outcome": "not_fraud"}, as_=me)
    assert (again.status_code, again.json()["code"]) == (409, "fraud_case_closed")
    performance = (await world.get(at(world, "/performance"), as_=me)).json()
    assert [(one["rule"], one["fraud"], one["precision_percent"]) for one in performance] == [("NO-PLAY", 1, 100)]


async def test_what_is_found_later_opens_another_case(world: World) -> None:
    ids = await alarming(world)
    await world.post(f"/fraud/cases/{ids['case_id']}/decide", {"outcome": "not_fraud"}, as_=world.staff())
    await world.withdraw(10_00)
    assert [one["status"] for one in await cases(world)] == ["closed", "open"]


async def test_whoever_tries_again_and_again_fills_no_case(world: World) -> None:
    for _ in range(6):
        await failed(world)
    for _ in range(4):
        await asks(world)
    (case,) = await cases(world)
    assert case["alerts"] == 2, "the block, and the list it put him on"


async def test_a_device_on_the_block_list_pays_nothing_in_until_it_is_off(world: World) -> None:
    added = await world.post(at(world, "/entries"), ENTRY, as_=world.staff())
    assert added.status_code == 201, added.text
    assert DEVICE not in added.text
    assert (await asks(world, device_id=DEVICE)).json()["code"] == "deposit_not_possible"
    assert (await asks(world, device_id="another-device-7")).status_code == 201
    path = f"/fraud/entries/{added.json()['entry_id']}/remove"
    ann, key = world.staff(uuid4()), str(uuid4())
    proposed = await world.post(path, {"reason": "given back"}, as_=ann, key=key)
    assert proposed.status_code == 202, proposed.text
    assert (await asks(world, device_id=DEVICE)).status_code == 409, "one person takes nothing off"
    await world.approved(proposed)
    assert (await asks(world, device_id=DEVICE)).status_code == 201
    again = await world.post(path, {"reason": "given back"}, as_=ann, key=key)
    assert (again.status_code, again.json()) == (202, proposed.json()), "a repeat is answered as the first was"


async def test_an_entry_is_over_when_it_says_so(world: World) -> None:
    until = (world.clock.now() + timedelta(hours=1)).isoformat()
    await world.post(at(world, "/entries"), {**ENTRY, "kind": "ip", "value": HOME, "until": until}, as_=world.staff())
    assert (await asks(world)).status_code == 409
    world.clock.advance(timedelta(hours=2))
    await world.beat()
    assert (await asks(world)).status_code == 201


async def test_whom_staff_allow_is_not_stopped_by_rules(world: World) -> None:
    for _ in range(6):
        await failed(world)
    entry = {"kind": "player", "value": str(world.player), "reason": "a friend", "until": "2099-01-01T00:00:00Z"}
    proposed = await world.post(at(world, "/allowed"), entry, as_=world.staff())
    assert proposed.status_code == 202, proposed.text
    assert (await asks(world)).status_code == 409, "one person allows nothing"
    await world.approved(proposed)
    assert (await asks(world)).status_code == 201
    last = (await decisions(world))[-1]
    assert (last["action"], last["overridden"]) == ("allow", True)
    assert {"ALLOW-LIST", "VEL-DEP-FAIL"} <= set(last["rules"])
    (listed,) = await world.rows("SELECT id FROM fraud_entry WHERE list = 'allow' AND key = $1", str(world.player))
    ended = await world.post(f"/fraud/entries/{listed['id']}/disallow", {"reason": "no friend"}, as_=world.staff())
    assert ended.status_code == 200, "one person ends it at once"
    assert (await asks(world)).status_code == 409


async def test_a_rule_that_is_stopped_for_a_while_counts_again_by_itself(world: World) -> None:
    await world.approved(await publish(world, RULES))
    path, until = at(world, "/rules/LARGE/switch"), (world.clock.now() + timedelta(hours=1)).isoformat()
    await world.post(path, {"off": True, "until": until, "reason": "a big match"}, as_=world.staff())
    await asks(world)
    world.clock.advance(timedelta(hours=2))
    await world.beat()
    await asks(world)
    assert [one["action"] for one in await decisions(world)] == ["allow", "review"]
    for body in ({"off": True, "until": "2020-01-01T00:00:00Z"}, {"off": False, "until": "2099-01-01T00:00:00Z"}):
        answer = await world.post(path, {**body, "reason": "a big match"}, as_=world.staff())
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "until")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"kind": "ip", "value": "10.0.0.1"}, "value"),
        ({"kind": "ip", "value": "home"}, "value"),
        ({"kind": "player", "value": "ann"}, "value"),
        ({"kind": "player", "value": "6f1c7c0e-8f0b-4a53-9d0a-2a5c7f6b1d11"}, "value"),
        ({"kind": "shoe"}, "kind"),
        ({"list": "grey"}, "list"),
        ({"until": "2020-01-01T00:00:00Z"}, "until"),
        ({"until": "tomorrow"}, "until"),
        ({"value": ""}, "value"),
        ({"value": None}, "value"),
        ({"decision_id": str(uuid4())}, "decision_id"),
        ({"value": None, "decision_id": str(uuid4())}, "decision_id"),
        ({"kind": "payout", "value": "MT84MALT011000012345MTLCAST001S"}, "value"),
        ({"kind": "instrument", "value": str(uuid4())}, "value"),
        ({"reason": " "}, "reason"),
    ],
)
async def test_an_entry_that_makes_no_sense_is_refused_by_its_field(
    world: World, change: dict[str, Any], field: str
) -> None:
    answer = await world.post(at(world, "/entries"), {**ENTRY, **change}, as_=world.staff())
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field), answer.text


@pytest.mark.parametrize("kind", ["payout", "device"])
async def test_what_a_payment_was_made_with_is_blocked_by_its_decision(world: World, kind: str) -> None:
    await automatic(world)
    await world.give(100_00)
    await world.withdraw(10_00, device_id=DEVICE)
    decision_id = str((await decisions(world))[-1]["id"])
    entry = {**ENTRY, "kind": kind, "value": None, "decision_id": decision_id}
    added = await world.post(at(world, "/entries"), entry, as_=world.staff())
    assert (added.status_code, added.json()["player_id"]) == (201, str(world.player)), added.text
    await world.withdraw(10_00, device_id=DEVICE)
    found = (await decisions(world))[-1]
    assert found["features"][f"blocked:{kind}"] is True
    assert found["rules"] == ["BLOCK-LIST-PAYOUT" if kind == "payout" else "BLOCK-LIST-OUT"]
    unknown = await world.post(at(world, "/entries"), {**entry, "kind": "instrument"}, as_=world.staff())
    assert (unknown.status_code, unknown.json()["errors"][0]["field"]) == (422, "decision_id")


async def test_a_place_is_blocked_by_the_instrument_it_is(world: World) -> None:
    await automatic(world)
    await world.give(100_00)
    assert await world.people(10_00) == 0
    (account,) = await world.instruments()
    entry = {**ENTRY, "kind": "payout", "value": account["instrument_id"]}
    assert (await world.post(at(world, "/entries"), entry, as_=world.staff())).status_code == 201
    assert await world.people(10_00) == 2


async def test_players_are_connected_by_what_they_share(world: World) -> None:
    await automatic(world)
    first = world.player
    await asks(world, device_id=DEVICE)
    players = [first]
    for _ in range(2):
        world.player = uuid4()
        players.append(world.player)
        await world.register()
        await asks(world, device_id=DEVICE if len(players) == 2 else "device-of-nobody")
    found = (await world.get(f"/fraud/players/{first}/cluster", as_=world.staff())).json()
    assert {UUID(one) for one in found["players"]} == set(players[:2])
    assert {edge["kind"] for edge in found["edges"]} == {"device"}
    assert DEVICE not in str(found)
    assert found["complete"] is True
    blocked = {**ENTRY, "kind": "player", "value": str(players[1])}
    await world.post(at(world, "/entries"), blocked, as_=world.staff())
    found = (await world.get(f"/fraud/players/{first}/cluster", as_=world.staff())).json()
    known = {UUID(one.pop("player_id")): one for one in found["members"]}
    nothing = {"fraud_cases": 0, "reversals": 0, "reinstatements": 0, "fraud_warnings": 0, "bonuses": 0}
    assert known == {one: {**nothing, "open_case_id": None, "blocked": one == players[1]} for one in players[:2]}


async def test_earlier_versions_of_the_rules_are_shown_and_the_catalogue_is_version_0(world: World) -> None:
    await asks(world)
    await world.approved(await publish(world, RULES))
    shown = {}
    for query in ("", "?version=0", "?version=1", "?version=2", "?version=3"):
        answer = await world.get(at(world, f"/rules{query}"), as_=world.staff())
        shown[query] = (answer.status_code, answer.json().get("version"), answer.json().get("published_by"))
    assert (shown["?version=0"], shown["?version=1"]) == ((200, 0, None), (200, 1, "catalogue"))
    assert shown[""] == shown["?version=2"]
    assert (shown[""][1], shown["?version=3"][0]) == (2, 404)
    assert (await world.get(at(world, "/rules?version=-1"), as_=world.staff())).status_code == 422


async def test_sums_and_suspicions_in_a_record_are_for_whoever_sees_them(world: World) -> None:
    ids = await alarming(world)

    async def seen(**modes: str) -> dict[str, Any]:
        token = make_token(permissions=[P.FRAUD_DECISION_LIST], casinos=[world.casino], modes=modes)
        answer = await world.get(f"/fraud/decisions/{ids['decision_id']}", as_=bearer(token))
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    whole = await seen(financial="clear", aml="clear")
    assert whole["features"]["deposited_since_empty_minor"] == 200_00
    assert "asked_minor:player:24h" in whole["features"]
    no_money = await seen(financial="hide", aml="clear")
    assert not [name for name in no_money["features"] if "_minor" in name]
    assert no_money["scores"] == whole["scores"] != {}
    unsuspecting = await seen(financial="clear", aml="hide")
    assert (unsuspecting["features"], unsuspecting["scores"], unsuspecting["switched_off"]) == ({}, {}, [])


async def test_an_analyst_brings_a_rule_from_an_idea_to_its_precision(world: World) -> None:
    """Draft, preview, shadow, two people, live, a case decided, the switch: each as it is shown to whoever works."""
    analyst, officer = world.staff(uuid4()), world.staff(uuid4())
    await asks(world, 50_00)

    async def in_force(mode: str) -> None:
        content = {**RULES, "rules": [{**RULE, "mode": mode}]}
        sha = (await put_draft(world, content)).json()["sha256"]
        tried = await world.post(at(world, "/draft/backtest"), {"sha256": sha, "days": 7}, as_=analyst)
        assert tried.json()["rules"][0]["hits"] >= 1
        proposed = await world.post(at(world, "/draft/publish"), {"sha256": sha, "reason": "as tried"}, as_=analyst)
        own = {"payload_sha256": proposed.json()["payload_sha256"]}
        alone = await world.client.post(f"{proposed.json()['href']}/approve", json=own, headers=analyst)
        assert (alone.status_code, alone.json()["code"]) == (409, "another_person_needed"), alone.text
        await world.approved(proposed)

    await in_force("shadow")
    await asks(world, 50_00)
    assert await cases(world) == []
    await in_force("live")
    await asks(world, 50_00, device_id=DEVICE)
    (case,) = (await world.get("/fraud/cases?opened_at=gte.now-7d&status=eq.open", as_=officer)).json()
    query = f"/fraud/decisions?decided_at=gte.now-7d&case_id=eq.{case['case_id']}"
    (decision,) = (await world.get(query, as_=officer)).json()
    assert (decision["rules"], decision["rule_version"], decision["action"]) == (["LARGE"], 3, "review")
    path = f"/fraud/cases/{case['case_id']}"
    await world.post(f"{path}/decide", {"outcome": "fraud", "reason": "a stolen card"}, as_=officer)
    member = (await world.get(f"/fraud/players/{world.player}/cluster", as_=officer)).json()["members"][0]
    assert (member["fraud_cases"], member["open_case_id"]) == (1, None)
    (did,) = (await world.get(at(world, "/performance"), as_=officer)).json()
    assert (did["rule"], did["live_hits"], did["shadow_hits"], did["precision_percent"]) == ("LARGE", 1, 1, 100)
    sha = (await world.get(at(world, "/draft"), as_=analyst)).json()["sha256"]
    tried = (await world.post(at(world, "/draft/backtest"), {"sha256": sha}, as_=analyst)).json()["rules"][0]
    assert (tried["hits"], tried["fraud"], tried["precision_percent"]) == (3, 1, 100)
    await world.post(at(world, "/rules/LARGE/switch"), {"off": True, "reason": "enough"}, as_=officer)
    await asks(world, 50_00)
    assert (await decisions(world))[-1]["action"] == "allow"


async def test_another_casinos_cases_and_decisions_are_not_there(world: World) -> None:
    ids = await alarming(world)
    stranger = bearer(make_token(permissions=list(P), casinos=[uuid4()]))
    for path in (f"/fraud/cases/{ids['case_id']}", f"/fraud/decisions/{ids['decision_id']}"):
        assert (await world.get(path, as_=stranger)).status_code == 404
    assert (await world.get(at(world, "/rules"), as_=stranger)).status_code == 404
