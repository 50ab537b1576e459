"""I8 of bonus money: what two people agreed to is listed and posted, as they agreed, and nothing else is.

No event of a payment causes it: the cause is a proposal that was carried out, whose subject has the id of the movement.
Of proposals and rows eight bytes are held each; entries are walked page by page.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from payments.adapters.ledger.causes import BEGINNING, ENTRIES, PAGE, Found, Said, compare, told
from payments.adapters.ledger.settled import DECIDED, NO_ID, PAGE_OF_DECISIONS, Numbers, number_of
from payments.application.bonuses import MOVE_BONUS, bonus_transfers
from payments.application.ledger import Transfer, TransferKind
from payments.domain.bonus.words import BonusAction, BonusFact

KINDS: Final = (TransferKind.BONUS_GRANT, TransferKind.BONUS_FORFEIT, TransferKind.BONUS_CONVERSION)

_FACTS: Final = ("casino_id", "player_id", "currency", "action", "amount_minor", "forfeited_minor")
_ROW: Final = """
    SELECT id, casino_id, player_id, currency, action, amount_minor, forfeited_minor, proposed_by, approved_by
    FROM ledger_bonus"""
_ROWS: Final = f"{_ROW} WHERE id > $1 ORDER BY id LIMIT $2"
_THESE: Final = f"{_ROW} WHERE id = ANY ($1)"


async def bonuses_posted(raw: Any) -> Found:
    """What was done with bonus money, in the snapshot that is open on `raw`."""
    found, agreed = Found(), Numbers()
    decisions = await raw.cursor(DECIDED, [MOVE_BONUS])
    while rows := await decisions.fetch(PAGE_OF_DECISIONS):
        agreed.extend(number_of(UUID(row["about"])) for row in rows)
        listed = {row["id"]: row for row in await raw.fetch(_THESE, [UUID(row["about"]) for row in rows])}
        for row in rows:
            if wrong := _not_as_agreed(row, listed.get(UUID(row["about"]))):
                found.add(f"bonus={row['about']}, {wrong}, agreed to in {row['stream_id']}")
    agreed.sort()
    last = NO_ID
    while rows := await raw.fetch(_ROWS, last, PAGE):
        last = rows[-1]["id"]
        for row in rows:
            if number_of(row["id"]) not in agreed:
                found.add(f"bonus={row['id']}, action={row['action']}, which nobody agreed to")
        await compare(raw, [one for row in rows for one in _said(row)], found)
    await _not_listed(raw, found)
    return found


async def _not_listed(raw: Any, found: Found) -> None:
    place = (BEGINNING, 0)
    while rows := await raw.fetch(ENTRIES, *place, [str(kind) for kind in KINDS], PAGE):
        place = (rows[-1]["posted_at"], rows[-1]["seq"])
        listed = await raw.fetch(_THESE, [row["reference_id"] for row in rows if row["reference_id"]])
        caused = {one.transfer.id for row in listed for one in _said(row)}
        for row in rows:
            if row["id"] not in caused:
                found.add(told(row))


def _not_as_agreed(decision: Any, row: Any) -> str:
    """What is not as it was agreed to; nothing: all is."""
    if row is None:
        return "not listed"
    after = json.loads(decision["after"])
    agreed: Mapping[str, object] = {
        **{name: after.get(name) for name in _FACTS},
        "casino_id": decision["casino_id"],
        "forfeited_minor": after.get("forfeited_minor") or 0,
        "proposed_by": decision["proposed_by"],
    }
    differing = [name for name, value in agreed.items() if str(row[name]) != str(value)]
    return f"listed with another {', '.join(differing)}" if differing else ""


def _said(row: Any) -> Sequence[Said]:
    who = {"actor_id": row["proposed_by"], "authorised_by": row["approved_by"] or None}
    return [Said(f"bonus {row['id']}", one, who=who) for one in _moves(row)]


def _moves(row: Any) -> list[Transfer]:
    said = {name: row[name] for name in _FACTS}
    return bonus_transfers(row["id"], BonusFact(**{**said, "action": BonusAction(row["action"])}))
