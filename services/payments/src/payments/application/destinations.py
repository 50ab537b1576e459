"""Where a withdrawal shall go, put into the words of the provider that is to pay it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.domain import Invalid
from payments.application.desk import Desk
from payments.application.instruments.ports import KnownInstrument
from payments.application.instruments.sealed import opened
from payments.application.ports import PayoutFlow
from payments.domain.withdrawal.destination import KIND, KnownDestination, Named, read_destination


@dataclass(frozen=True, slots=True, kw_only=True)
class Whither:
    """One of three: `named`, what every strategy translates; `own`, in one provider's words already, which is
    `provider`'s where the player named an instrument, and else that of the request.
    """

    named: Named | None = None
    own: Mapping[str, str] | None = field(default=None, repr=False)
    provider: str | None = None

    @property
    def for_anybody(self) -> bool:
        """Whether no provider has to be named beside it."""
        return self.named is not None or self.provider is not None

    def for_provider(self, name: str, flow: PayoutFlow, currency: str) -> Mapping[str, str] | None:
        """In its words; None: it cannot pay there."""
        if self.named is not None:
            return flow.translated(self.named, currency)
        return None if self.provider not in (None, name) else self.own

    def checked_for(self, name: str, flow: PayoutFlow, currency: str) -> tuple[Mapping[str, str], str]:
        """In the provider's words, and what staff may see of it; Invalid, naming the field, where it cannot pay."""
        own = self.for_provider(name, flow, currency)
        if own is None:
            raise Invalid("This provider cannot pay there.", field=f"destination.{KIND}")
        return own, flow.check_destination(own)

    def payable_by(self, name: str, flow: PayoutFlow, currency: str) -> bool:
        """Whether the provider can pay there."""
        try:
            self.checked_for(name, flow, currency)
        except Invalid:
            return False
        return True


async def whither(
    desk: Desk, connection: AsyncConnection, player_id: UUID, casino_id: UUID, told: Mapping[str, str]
) -> Whither:
    """What the player told; Invalid, naming the field, where it makes no sense or is not his."""
    to = read_destination(told)
    if to is None:
        return Whither(own=told)
    if not isinstance(to, KnownDestination):
        return Whither(named=to)
    known = await desk.instruments.find(connection, to.instrument_id)
    if known is None or (known.player_id, known.casino_id) != (player_id, casino_id):
        raise Invalid("None of the player's instruments.", field="destination.instrument_id")
    return await reaching(desk, connection, known)


async def reaching(desk: Desk, connection: AsyncConnection, known: KnownInstrument) -> Whither:
    """To what payments knows already, as whoever told of it wants it named."""
    plain = None if known.sealed is None else await desk.vault.decrypt(connection, known.player_id, known.sealed)
    return Whither(own=opened(plain).pays_to or None, provider=known.provider)
