"""Registration: one account per person and casino, nobody too young, nobody who excluded himself."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.adapters.name_indexes import name_indexes
from backoffice.domain.casino.errors import CasinoUnknown
from backoffice.domain.casino.profile import JurisdictionProfile
from backoffice.domain.player.aggregate import player
from backoffice.domain.player.commands import RegisterPlayer
from backoffice.domain.player.errors import PlayerExists, RegistrationRefused
from backoffice.domain.player.identity import identity
from backoffice.entrypoints.http.players.schemas import RegisterBody, Registered
from backoffice.read_models import casino_list, player_list
from chassis.privacy import SubjectVault
from chassis.store import UnitOfWork

_NAMESPACE = UUID("7a1f3f5c-2d64-4c0e-9a53-5b1c8a0d7e11")


def player_id_of(casino_id: UUID, idempotency_key: str, fingerprint: bytes) -> UUID:
    """The id of whoever registers with this very request: a repeat is the same player, another body another one."""
    return uuid5(_NAMESPACE, f"{casino_id}:{idempotency_key}:{fingerprint.hex()}")


def identity_of(body: RegisterBody) -> str:
    """What makes two registrations one person."""
    return identity(body.first_name, body.last_name, body.date_of_birth)


@dataclass(frozen=True, slots=True)
class Applicant:
    """Who wants to register where, in the words the tables can be asked with."""

    player_id: UUID
    casino_id: UUID
    email_index: str
    identity_index: str

    @classmethod
    def of(cls, player_id: UUID, body: RegisterBody, vault: SubjectVault) -> "Applicant":
        identity_index = vault.blind_index(identity_of(body))
        return cls(player_id, body.casino_id, vault.blind_index(body.email), identity_index)


async def require_acceptable(connection: AsyncConnection, applicant: Applicant, now: datetime) -> None:
    """Turn away whoever is refused by what is known already, before a password of his is kept anywhere.

    A repeat of a registration that is just being finished is not turned away: it gets the answer of the first.

    Raises:
        CasinoUnknown, PlayerExists, RegistrationRefused: as `register` does, which looks again.
    """
    await _checked(connection, applicant, now)


async def register(uow: UnitOfWork, vault: SubjectVault, player_id: UUID, body: RegisterBody) -> Registered:
    """Check and register, in the transaction at hand."""
    applicant = Applicant.of(player_id, body, vault)
    await one_person_at_a_time(uow.connection, applicant.email_index, applicant.identity_index)
    casino, profile = await _checked(uow.connection, applicant, uow.ctx.occurred_at)
    command = RegisterPlayer(
        country=body.country,
        currency=body.currency,
        casino_currency=casino.currency,
        terms_version=body.terms_version,
        test_account=False,
        date_of_birth=body.date_of_birth,
        minimum_age=profile.minimum_age,
        sealed=await _sealed(uow, vault, player_id, body),
        email_index=applicant.email_index,
        phone_index=vault.blind_index(body.phone) if body.phone else None,
        identity_index=applicant.identity_index,
        **name_indexes(vault, body.personal()),
        now=uow.ctx.occurred_at,
    )
    await uow.decide(player, player_id, command)
    return Registered(player_id=player_id, casino_id=body.casino_id)


async def _sealed(uow: UnitOfWork, vault: SubjectVault, player_id: UUID, body: RegisterBody) -> dict[str, str]:
    personal = body.personal()
    return {name: await vault.encrypt(uow.connection, player_id, value) for name, value in personal.items()}


async def _checked(connection: AsyncConnection, applicant: Applicant, now: datetime) -> tuple[Any, JurisdictionProfile]:
    """The casino and the rules that hold there, for somebody whom neither keeps out."""
    casino = await casino_list.find(connection, applicant.casino_id)
    if casino is None:
        raise CasinoUnknown("There is no such casino.", field="casino_id")
    profile = casino_list.profile_in_force(casino.profiles, now)
    await _require_new(connection, applicant, profile)
    await _require_not_excluded(connection, applicant.identity_index, now)
    return casino, profile


async def one_person_at_a_time(connection: AsyncConnection, *indexes: str) -> None:
    """Two who become one person wait for each other, so that the second sees the first."""
    for index in sorted(indexes):
        await connection.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:index, 3))"), {"index": index})


async def _require_new(connection: AsyncConnection, applicant: Applicant, profile: JurisdictionProfile) -> None:
    column: Any = player_list.table.c
    same = column.email_index == applicant.email_index
    if profile.one_account_per_person:
        open_still = column.status != player_list.CLOSED
        same |= (column.identity_index == applicant.identity_index) & open_still
    others = (column.casino_id == applicant.casino_id, column.player_id != applicant.player_id)
    found = await connection.execute(select(column.player_id).where(*others, same).limit(1))
    if found.first() is not None:
        raise PlayerExists("There is an account of this person or with this e-mail already.")


async def _require_not_excluded(connection: AsyncConnection, identity_index: str, now: datetime) -> None:
    """Across all casinos: whoever is excluded at one must not begin anew at its sister."""
    column: Any = player_list.table.c
    excluded = select(column.player_id).where(
        column.identity_index == identity_index, column.excluded_until >= now.date()
    )
    if (await connection.execute(excluded.limit(1))).first() is not None:
        raise RegistrationRefused("This registration cannot be accepted.")
