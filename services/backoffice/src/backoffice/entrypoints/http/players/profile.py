"""A player's profile: phone and address by the player himself, names too by staff with a reason."""

from dataclasses import replace
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Response

from backoffice.adapters.contact_indexes import address_index
from backoffice.adapters.name_indexes import name_indexes
from backoffice.domain.player.aggregate import player
from backoffice.domain.player.commands import ChangeProfile
from backoffice.domain.player.identity import identity
from backoffice.domain.restriction.aggregate import excludes
from backoffice.entrypoints.http.done import Done
from backoffice.entrypoints.http.players.endpoints import Vault
from backoffice.entrypoints.http.players.erasing import open_account
from backoffice.entrypoints.http.players.personal import opened
from backoffice.entrypoints.http.players.reasons import reason_of
from backoffice.entrypoints.http.players.register import Applicant, one_person_at_a_time, require_acceptable
from backoffice.entrypoints.http.players.schemas import ChangeProfileBody
from chassis.auth import Caller, PlayerOr
from chassis.domain import Invalid
from chassis.http import Once
from chassis.privacy import SubjectVault
from chassis.store import UnitOfWork
from contracts.backoffice.permissions import BackofficePermission as P

router = APIRouter(prefix="/api/backoffice/v1/players/{player_id}", tags=["players"])

_NAMES = ("first_name", "last_name")


@router.post("/profile")
async def change_profile(
    caller: Annotated[Caller, PlayerOr(P.PLAYER_CHANGE)],
    player_id: UUID,
    body: ChangeProfileBody,
    once: Once,
    vault: Vault,
) -> Response:
    """Change what is known of a player: his phone and address, and, by staff for a reason, his name. The name of a
    player who excluded himself stays until the exclusion is over, and nobody becomes somebody who is here already.
    """
    _require_own_to_change(caller, body)

    async def work(uow: UnitOfWork) -> Done:
        row = await open_account(uow.connection, caller, player_id)
        known = await opened(uow.connection, vault, row)
        new = {name: value for name, value in body.personal().items() if known.get(name) != value}
        command = ChangeProfile(
            sealed={name: await vault.encrypt(uow.connection, player_id, value) for name, value in new.items()},
            phone_index=vault.blind_index(new["phone"]) if "phone" in new else None,
            address_index=address_index(vault, new["address"]) if "address" in new else None,
            identity_index=await _identity_index(uow, vault, row, known, new),
            excluded=excludes(row.excluded_until, uow.ctx.occurred_at.date()),
        )
        if any(name in new for name in _NAMES):
            command = replace(command, **name_indexes(vault, {**known, **new}))
        await uow.decide(player, player_id, command)
        return Done()

    return await once(caller, work, status=200, reason=body.reason)


def _require_own_to_change(caller: Caller, body: ChangeProfileBody) -> None:
    changed = body.personal()
    if not changed:
        raise Invalid("Say what is to be changed.")
    reason_of(caller, body.reason)
    for name in _NAMES:
        if caller.is_player and name in changed:
            raise Invalid("A name is changed by the casino's staff.", field=name)


async def _identity_index(
    uow: UnitOfWork, vault: SubjectVault, row: Any, known: dict[str, str], new: dict[str, str]
) -> str | None:
    """The index of the person under the new name; None when the person stays the same.

    Raises:
        PlayerExists, RegistrationRefused: as at a registration, when somebody of this name is here, or is excluded.
    """
    if not any(name in new for name in _NAMES):
        return None
    called = {**known, **new}
    born = date.fromisoformat(called["date_of_birth"])
    index = vault.blind_index(identity(called["first_name"], called["last_name"], born))
    if index == row.identity_index:
        return None
    await one_person_at_a_time(uow.connection, index)
    applicant = Applicant(row.player_id, row.casino_id, row.email_index, index)
    await require_acceptable(uow.connection, applicant, uow.ctx.occurred_at)
    return index
