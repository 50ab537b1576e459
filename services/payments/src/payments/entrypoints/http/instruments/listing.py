"""The list of instruments, as it may be asked for."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.http.listing import Field, ListSpec
from chassis.privacy import SubjectVault
from contracts.payments.permissions import PaymentsPermission as P
from payments.application.instruments.sealed import opened
from payments.domain.instrument.words import Kind, Likeness, Ownership, Verification
from payments.read_models.instrument_list import table


def initials(name: str) -> str:
    """What is shown of a holder's name where names are masked.

    >>> initials("Ana Maria García")
    'A*** M*** G***'
    """
    return " ".join(f"{one[0]}***" for one in name.split())


def beginnings(owner: str) -> str:
    """What is shown of a wallet's owner where names are masked: the first letter, of both sides of an e-mail address.

    >>> beginnings("ana@player.example"), beginnings("n***")
    ('a***@p***', 'n***')
    """
    return "@".join(f"{one[:1]}***" for one in owner.split("@"))


INSTRUMENTS = ListSpec(
    "instruments",
    table,
    casino_column=table.c.casino_id,
    owner_column=table.c.player_id,
    fields={
        "instrument_id": Field(table.c.id),
        "casino_id": Field(table.c.casino_id),
        "player_id": Field(table.c.player_id, index_hint="ix_rm_instrument_list_player"),
        "provider": Field(table.c.provider),
        "kind": Field(table.c.kind, values=Kind),
        "bin": Field(table.c.bin, data_class="financial", index_hint="ix_rm_instrument_list_bin"),
        "last_four": Field(table.c.last_four, data_class="financial"),
        "expires_on": Field(table.c.expires_on),
        "country": Field(table.c.country),
        "holder": Field(None, data_class="pii_basic", mask=initials),
        "owner": Field(None, data_class="pii_basic", mask=beginnings),
        "likeness": Field(table.c.likeness, values=Likeness, staff_only=True),
        "ownership": Field(table.c.ownership, values=Ownership, staff_only=True),
        "verification": Field(table.c.verification, values=Verification),
        "shared": Field(table.c.shared, staff_only=True),
        "disabled": Field(table.c.disabled),
        "disabled_by_player": Field(table.c.disabled_by_player, staff_only=True),
        "deposits": Field(table.c.deposits),
        "withdrawals": Field(table.c.withdrawals),
        "first_seen_at": Field(table.c.first_seen_at, sortable=True),
        "last_used_at": Field(table.c.last_used_at, sortable=True),
        "sealed": Field(table.c.sealed, hidden=True),
    },
    default_order="first_seen_at.desc",
    time_field="first_seen_at",
    heavy=P.LIST_HEAVY,
)


def opening(vault: SubjectVault) -> Any:
    """Completes rows with the holder's name and a wallet's owner, opened for a moment; the list puts on the masks."""

    async def finish(connection: AsyncConnection, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        details = await vault.decrypt_all(connection, [(row["player_id"], row["sealed"]) for row in rows])
        known = [opened(one) for one in details]
        return [{**row, "holder": one.holder, "owner": one.owner} for row, one in zip(rows, known, strict=True)]

    return finish
