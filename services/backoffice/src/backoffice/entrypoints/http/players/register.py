"""Registration: one account per person and casino, nobody too young, nobody who excluded himself.

Whoever asks is told the same whether there is an account of this person or e-mail, or an exclusion, or neither, and the
same work is done before he is told it (ADR 29). What is wrong with the request itself is said.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID, uuid5

from sqlalchemy import and_, literal, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.adapters.contact_indexes import address_index, email_domain_index
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
from contracts.backoffice.events import RegistrationDeclined

Cause = Literal["email_known", "person_known", "excluded"]

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


@dataclass(frozen=True, slots=True)
class Met:
    """Why no account is opened: this player is here already, or is excluded."""

    player_id: UUID
    casino_id: UUID
    cause: Cause


async def require_acceptable(connection: AsyncConnection, applicant: Applicant, now: datetime) -> None:
    """For staff, who may know: whether somebody could have registered as who he becomes.

    Raises:
        CasinoUnknown, PlayerExists, RegistrationRefused.
    """
    _, profile = await casino_in_force(connection, applicant, now)
    met = await meets(connection, applicant, profile, now)
    if met is not None and met.cause == "excluded":
        raise RegistrationRefused("This registration cannot be accepted.")
    if met is not None:
        raise PlayerExists("There is an account of this person or with this e-mail already.")


async def is_new(connection: AsyncConnection, applicant: Applicant, now: datetime) -> bool:
    """Whether an account would be opened, by what is known already; CasinoUnknown when there is no such casino."""
    _, profile = await casino_in_force(connection, applicant, now)
    return await meets(connection, applicant, profile, now) is None


async def register(
    uow: UnitOfWork, vault: SubjectVault, player_id: UUID, body: RegisterBody, *, kept: bool
) -> Registered:
    """Open the account in the transaction at hand, or tell the player who is here already; answered alike.

    Args:
        kept: whether a password was kept for it. Without one no account is opened.

    Raises:
        CasinoUnknown, and whatever `player` refuses: it is wrong whoever asks.
    """
    applicant, now = Applicant.of(player_id, body, vault), uow.ctx.occurred_at
    await one_person_at_a_time(uow.connection, applicant.email_index, applicant.identity_index)
    casino, profile = await casino_in_force(uow.connection, applicant, now)
    met = await meets(uow.connection, applicant, profile, now)
    opened = met is None and kept
    command = RegisterPlayer(
        country=body.country,
        currency=body.currency,
        casino_currency=casino.currency,
        terms_version=body.terms_version,
        test_account=False,
        date_of_birth=body.date_of_birth,
        minimum_age=profile.minimum_age,
        sealed=await _sealed(uow, vault, player_id, body) if opened else {},
        email_index=applicant.email_index,
        phone_index=vault.blind_index(body.phone) if body.phone else None,
        identity_index=applicant.identity_index,
        address_index=address_index(vault, body.address),
        email_domain_index=email_domain_index(vault, body.email),
        **name_indexes(vault, body.personal()),
        now=now,
    )
    if opened:
        await uow.decide(player, player_id, command)
    else:
        player.decide(command, player.initial)
    if met is not None:
        await _tell(uow, met, body.casino_id)
    return Registered(player_id=player_id, casino_id=body.casino_id)


async def _tell(uow: UnitOfWork, met: Met, at_casino_id: UUID) -> None:
    uow.ctx = uow.ctx.for_casino(met.casino_id)
    declined = RegistrationDeclined(
        player_id=met.player_id, casino_id=met.casino_id, at_casino_id=at_casino_id, cause=met.cause
    )
    await uow.publish(declined, stream_id=f"player-{met.player_id}")


async def _sealed(uow: UnitOfWork, vault: SubjectVault, player_id: UUID, body: RegisterBody) -> dict[str, str]:
    personal = body.personal()
    return {name: await vault.encrypt(uow.connection, player_id, value) for name, value in personal.items()}


async def casino_in_force(
    connection: AsyncConnection, applicant: Applicant, now: datetime
) -> tuple[Any, JurisdictionProfile]:
    """The casino and the rules that hold there; CasinoUnknown when there is no such casino."""
    casino = await casino_list.find(connection, applicant.casino_id)
    if casino is None:
        raise CasinoUnknown("There is no such casino.", field="casino_id")
    return casino, casino_list.profile_in_force(casino.profiles, now)


async def one_person_at_a_time(connection: AsyncConnection, *indexes: str) -> None:
    """Two who become one person wait for each other, so that the second sees the first."""
    for index in sorted(indexes):
        await connection.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:index, 3))"), {"index": index})


async def meets(
    connection: AsyncConnection, applicant: Applicant, profile: JurisdictionProfile, now: datetime
) -> Met | None:
    """Who is here already with this e-mail or as this person, or is excluded, at any casino: whoever is excluded at one
    must not begin anew at its sister. A registration that is just being finished does not meet itself.
    """
    column: Any = player_list.table.c
    here = (column.casino_id == applicant.casino_id, column.player_id != applicant.player_id)
    one_only = and_(column.status != player_list.PlayerStatus.CLOSED, literal(profile.one_account_per_person))
    same_person = column.identity_index == applicant.identity_index
    asked: tuple[tuple[Cause, Any], ...] = (
        ("email_known", and_(*here, column.email_index == applicant.email_index)),
        ("person_known", and_(*here, same_person, one_only)),
        ("excluded", and_(same_person, column.excluded_until >= now.date())),
    )
    found = []
    for cause, condition in asked:
        statement = select(column.player_id, column.casino_id).where(condition).order_by(column.player_id).limit(1)
        found += [Met(row.player_id, row.casino_id, cause) for row in await connection.execute(statement)]
    return found[0] if found else None
