"""What is done about casinos only with a second person: opening one, and giving it new rules."""

from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import Field

from backoffice.domain.casino.aggregate import Open, casino
from backoffice.domain.casino.commands import AdoptProfile, OpenCasino
from backoffice.domain.casino.errors import CasinoExists
from backoffice.entrypoints.http.casinos.schemas import OpenCasinoBody, ProfileBody
from backoffice.read_models import casino_list
from chassis.approvals import FourEyes, GuardedCommand, Subject
from chassis.http import Moment, StrictModel
from chassis.store import UnitOfWork
from contracts.backoffice.permissions import BackofficePermission as P

OPEN_CASINO = "backoffice.open_casino"
ADOPT_PROFILE = "backoffice.adopt_profile"


class OpenCasinoPayload(OpenCasinoBody):
    """A casino as it shall be, and the id it will have."""

    casino_id: UUID

    def command(self) -> OpenCasino:
        """The same for the domain."""
        plain = {name: getattr(self, name) for name in ("name", "jurisdiction", "currency", "time_zone")}
        hour = self.gaming_day_starts_at_hour
        return OpenCasino(**plain, gaming_day_starts_at_hour=hour, profile=self.profile.to_domain())


class AdoptProfilePayload(StrictModel):
    """Rules as they shall be, and from when; None: as soon as it is approved."""

    casino_id: UUID
    effective_from: Moment | None = Field(default=None)
    profile: ProfileBody

    def command(self, now: datetime) -> AdoptProfile:
        """The same for the domain."""
        return AdoptProfile(profile=self.profile.to_domain(), effective_from=self.effective_from or now, now=now)


async def _describe_opening(uow: UnitOfWork, payload: OpenCasinoPayload) -> Subject:
    if await casino_list.is_called(uow.connection, payload.name):
        raise CasinoExists("Another casino has this name.", field="name")
    casino.decide(payload.command(), (await uow.load(casino, payload.casino_id)).state)
    return Subject(
        casino_id=None,
        kind="casino",
        id=str(payload.casino_id),
        summary=f"Open the casino {payload.name}",
        after=payload.model_dump(mode="json", exclude={"casino_id"}),
    )


async def _open(uow: UnitOfWork, payload: OpenCasinoPayload) -> None:
    uow.ctx = uow.ctx.for_casino(payload.casino_id)
    await uow.decide(casino, payload.casino_id, payload.command())


async def _describe_rules(uow: UnitOfWork, payload: AdoptProfilePayload) -> Subject:
    state, command = (await uow.load(casino, payload.casino_id)).state, payload.command(uow.ctx.occurred_at)
    casino.decide(command, state)
    before = asdict(state.rules(command.effective_from)) if isinstance(state, Open) else {}
    effective_from = payload.effective_from.isoformat() if payload.effective_from else None
    return Subject(
        casino_id=payload.casino_id,
        kind="casino_profile",
        id=str(payload.casino_id),
        summary="Adopt new rules for a casino",
        before={**before, "required_documents": list(before.get("required_documents", ()))},
        after={**payload.profile.model_dump(mode="json"), "effective_from": effective_from},
        version=str(len(state.profiles)) if isinstance(state, Open) else "",
    )


async def _adopt(uow: UnitOfWork, payload: AdoptProfilePayload) -> None:
    await uow.decide(casino, payload.casino_id, payload.command(uow.ctx.occurred_at))


COMMANDS: tuple[GuardedCommand[Any], ...] = (
    GuardedCommand(
        name=OPEN_CASINO,
        rule=FourEyes(permission=P.CASINO_OPEN, approve=P.CASINO_APPROVE),
        payload=OpenCasinoPayload,
        describe=_describe_opening,
        execute=_open,
        own_id=True,
    ),
    GuardedCommand(
        name=ADOPT_PROFILE,
        rule=FourEyes(permission=P.PROFILE_ADOPT, approve=P.PROFILE_APPROVE),
        payload=AdoptProfilePayload,
        describe=_describe_rules,
        execute=_adopt,
    ),
)
"""All of them. Nothing else calls what they execute."""
