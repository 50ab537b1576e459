"""What rules against fraud found at the player of a house."""

from typing import Any

from services.payments.tests.component.payment.world import World as PaymentsWorld


async def alarmed(world: PaymentsWorld) -> dict[str, Any]:
    """A device on the block list, and the case of a player who wanted to pay in with it."""
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
    }
