"""What people of a house look into: what rules against fraud found, and what a provider said that fits nothing."""

from typing import Any

from services.payments.tests.component.payment.world import World


async def alarmed(world: World) -> dict[str, Any]:
    """A device on the block list, the case of a player who wanted to pay in with it, and what a provider said."""
    entry = {"list": "block", "kind": "device", "value": "stolen-device", "until": None, "reason": "stolen"}
    added = await world.post(f"/fraud/casinos/{world.casino}/entries", entry, as_=world.staff())
    assert added.status_code == 201, added.text
    assert (await world.deposit(device_id="stolen-device")).status_code == 409
    found = await world.rows(
        "SELECT id, case_id FROM fraud_decision WHERE casino_id = $1 AND action <> 'allow'", world.casino
    )
    return {
        "entry_id": added.json()["entry_id"],
        "case_id": str(found[0]["case_id"]),
        "decision_id": str(found[0]["id"]),
        **await _set_aside(world),
    }


async def _set_aside(world: World) -> dict[str, str]:
    """Two notifications about nothing we know, which wait for people."""
    for _ in range(2):
        assert (await world.webhook("payment_intent.succeeded", {})).status_code == 200
    asked = "SELECT id FROM provider_notification WHERE outcome = 'set_aside' AND casino_id = $1"
    first, second = [str(row["id"]) for row in await world.rows(asked, world.casino)]
    return {"notification_id": first, "second_notification_id": second}
