"""A provider that does harm is stopped by one person at once, and switched on again by two."""

from typing import Any
from uuid import uuid4

from contracts.payments.permissions import PaymentsPermission as P

from .test_providers import STRIPE, put
from .world import V1, World

BECAUSE = {"reason": "it captures twice"}


async def stop(world: World, provider: str = "stripe", reason: str = BECAUSE["reason"], **staff: Any) -> Any:
    path = f"/casinos/{world.casino}/providers/{provider}/stop"
    return await world.post(path, {"reason": reason}, as_=world.staff(**staff))


async def shown(world: World, provider: str = "stripe") -> Any:
    listed = await world.get(f"/casinos/{world.casino}/providers", as_=world.staff())
    return next(one for one in listed.json() if one["provider"] == provider)


async def test_one_person_stops_a_provider_and_nothing_begins_there_any_more(world: World) -> None:
    subject = uuid4()
    stopped = await stop(world, subject=subject)
    assert stopped.status_code == 200, stopped.text
    assert (stopped.json()["by"], stopped.json()["reason"]) == (str(subject), BECAUSE["reason"])
    refused = await world.deposit()
    assert (refused.status_code, refused.json()["code"]) == (409, "provider_not_offered")
    seen = await shown(world)
    assert (seen["enabled"], seen["stopped"]) == (False, stopped.json())
    assert ((await shown(world, "trustly"))["enabled"], (await shown(world, "trustly"))["stopped"]) == (True, None)


async def test_it_is_in_the_audit_trail_with_who_and_why(world: World) -> None:
    subject = uuid4()
    await stop(world, subject=subject)
    told = await world.rows("SELECT envelope::json AS e FROM outbox WHERE envelope::json ->> 'type' LIKE '%setting%'")
    envelope = told[-1]["e"]
    assert (envelope["actorid"], envelope["reason"]) == (str(subject), BECAUSE["reason"])
    assert (envelope["data"]["before"]["enabled"], envelope["data"]["after"]["enabled"]) == (True, False)
    assert envelope["data"]["after"]["stopped"]["by"] == str(subject)


async def test_what_was_begun_there_goes_on(world: World) -> None:
    deposit_id = (await world.deposit()).json()["deposit_id"]
    intent = world.stripe.settle(deposit_id)
    await stop(world)
    assert (await world.webhook("payment_intent.succeeded", intent)).status_code == 200
    assert await world.balance() == (50_00, 0)


async def test_two_people_switch_it_on_again_and_one_does_not(world: World) -> None:
    await stop(world)
    path = f"{V1}/casinos/{world.casino}/providers/stripe"
    proposed = await world.client.put(path, json=STRIPE, headers=world.staff())
    assert (proposed.status_code, (await shown(world))["enabled"]) == (202, False)
    await world.approved(proposed)
    assert ((await shown(world))["enabled"], (await shown(world))["stopped"]) == (True, None)
    assert (await world.deposit()).status_code == 201


async def test_what_was_proposed_before_it_was_stopped_does_not_switch_it_on(world: World) -> None:
    for stopped_before in (False, True):
        if stopped_before:
            await put(world, {**STRIPE, "enabled": False})
        path = f"{V1}/casinos/{world.casino}/providers/stripe"
        proposed = (await world.client.put(path, json=STRIPE, headers=world.staff())).json()
        await stop(world)
        seen = {"payload_sha256": proposed["payload_sha256"]}
        await world.client.post(f"{proposed['href']}/approve", json=seen, headers=world.staff())
        assert (await shown(world))["enabled"] is False
        await put(world, STRIPE)


async def test_who_stopped_it_first_stays_named_also_when_the_account_is_changed(world: World) -> None:
    first = (await stop(world)).json()
    assert (await stop(world, reason="I saw it as well")).json() == first
    await put(world, {**STRIPE, "enabled": False})
    assert (await shown(world))["stopped"] == first


async def test_who_may_not_stop_it_or_not_there_does_not(world: World) -> None:
    path = f"/casinos/{world.casino}/providers/stripe/stop"
    without = world.staff(None, P.PROVIDER_CONFIGURE)
    assert (await world.post(path, BECAUSE, as_=without)).status_code == 403
    elsewhere = world.staff(casino=uuid4())
    assert (await world.post(path, BECAUSE, as_=elsewhere)).status_code in (403, 404)
    assert (await world.post(path, {"reason": ""}, as_=world.staff())).status_code == 422
    assert (await stop(world, "skrill")).status_code == 404
    assert (await shown(world))["enabled"] is True


async def test_proposed_again_after_it_was_stopped_it_can_be_approved(world: World) -> None:
    path, me = f"{V1}/casinos/{world.casino}/providers/stripe", world.staff(uuid4())
    bounded = {**STRIPE, "deposit_bounds": {"EUR": {"min_minor": 500}}}
    before = (await world.client.put(path, json=bounded, headers=me)).json()
    await stop(world)
    again = await world.client.put(path, json=bounded, headers=me)
    assert again.json()["approval_id"] != before["approval_id"]
    ended = (await world.client.get(before["href"], headers=me)).json()
    assert (ended["state"], ended["code"]) == ("voided", "approval_subject_changed")
    await world.approved(again)
    assert ((await shown(world))["enabled"], (await shown(world))["stopped"]) == (True, None)
