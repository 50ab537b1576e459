"""Who sees what: one player in the eyes of six roles, a proposal that waits, an emergency that waits for its review."""

from collections.abc import Mapping
from typing import Any

from journey.client import Person, eventually, refusal
from journey.opening import hire
from journey.tale import Step, Tale

EYES = {
    "front_desk": "support_l1",
    "second_line": "support_l2",
    "money_laundering": "aml_officer",
    "documents": "kyc_agent",
    "figures": "bi_read",
    "auditor": "compliance_audit",
}
"""Who is hired to look, and the seed role they look with."""

ON_CALL = ("on_call", "game_ops")
"""Whose role lets them open emergency access."""

RISK = ("fraud", "risk_fraud")
"""Who looks into shared cards, clusters and cases."""

CASH_DESK = ("cash_desk", "payments")
"""Who lets withdrawals out and proposes what is put right by hand."""

LOOKERS = {**EYES, **dict([ON_CALL, RISK, CASH_DESK])}
"""Everybody with a role that an installation begins with."""

_SHOWN = ("last_name", "email", "excluded_until")


async def seeded(tale: Tale, people: Mapping[str, str]) -> dict[str, str]:
    """The ids of the roles that these people have, of those an installation begins with."""
    known = {one["name"]: one["role_id"] for one in await tale.staff["admin"].pages("/api/security/v1/roles")}
    return {name: known[role] for name, role in people.items()}


async def seen(person: Person, player_id: str) -> dict[str, Any]:
    """What of a player somebody's list shows; a column he is not shown is missing."""
    [row] = await person.get("/api/backoffice/v1/players", player_id=f"eq.{player_id}")
    return {name: row[name] for name in _SHOWN if name in row}


async def six_eyes(tale: Tale) -> str:
    """The same row of the same list, as far as each role goes."""
    await hire(tale, await seeded(tale, LOOKERS))
    rows = {name: await seen(tale.staff[name], tale.player_id) for name in EYES}
    name = {one: row.get("last_name") for one, row in rows.items()}
    assert name["auditor"] == name["money_laundering"] == name["second_line"] == "Nightshade", rows
    assert name["front_desk"] == "N***", rows
    assert name["figures"] not in (None, "N***", "Nightshade"), "a mark that is the same each time"
    assert "excluded_until" in rows["auditor"], rows
    assert "excluded_until" not in rows["front_desk"], "a column that is not shown is not there"
    guessed = await refusal(tale.staff["front_desk"].get("/api/backoffice/v1/players", last_name="like.N*"))
    assert guessed.code == "LST101", guessed
    return "; ".join(f"{EYES[one]}: {row.get('last_name', 'nothing')}" for one, row in rows.items())


async def proposal_waits(tale: Tale) -> str:
    """What takes two people waits in one inbox, and nobody is his own second."""
    path = f"/api/payments/v1/casinos/{tale.casino_id}/withdrawal-policy"
    manager = tale.staff["manager"]
    proposal = await manager.put(path, {"currency": tale.currency, "second_person_above_minor": 150_00})

    async def inbox() -> Any:
        waiting = await tale.staff["second_manager"].get("/api/backoffice/v1/approvals/awaiting-me")
        return [one for one in waiting if one["id"] == proposal["approval_id"]] or None

    await eventually("the proposal is in the other manager's inbox", inbox)
    alone = await refusal(manager.approve(proposal))
    return (
        f"a proposal of {manager.name} waits for {tale.staff['second_manager'].name}; approving his own: {alone.code}"
    )


async def emergency(tale: Tale) -> str:
    """Emergency access takes a key, is loud and short, does not reach security, and somebody else reviews it."""
    on_call, base = tale.staff[ON_CALL[0]], "/api/security/v1/break-glass"
    night = {"reason": "a supplier pays out twice", "incident_id": "INC-4711", "minutes": 30}
    without = await refusal(on_call.post(base, night))
    assert without.code == "security_key_needed", without
    await on_call.add_key()
    await on_call.step_up()
    opened = await on_call.post(base, night)
    mine = f"/api/security/v1/me/break-glass/{opened['break_glass_id']}/end"
    await on_call.post(mine, {"reason": "the supplier is switched off"})
    await on_call.log_in()
    [kept] = await tale.staff["auditor"].get(base, reviewed_at="is.null")
    assert kept["break_glass_id"] == opened["break_glass_id"], kept
    return f"opened for {kept['incident_id']}, given back, and waits for a review until {kept['review_by'][:16]}"


STEPS = (
    Step("Six roles look at the same player", six_eyes),
    Step("A proposal waits for a second person", proposal_waits),
    Step("Emergency access is opened, given back, and waits for its review", emergency),
)
