"""What people name to put on a list becomes the key that payments bring; what no payment brings is refused."""

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.domain import Invalid
from payments.application.desk import Desk
from payments.application.fraud.ports import LISTED_AS, Signals
from payments.application.instruments.seeing import fingerprint_of, instrument_named, instrument_of_destination
from payments.application.payout_course import payout_flow
from payments.domain.instrument.words import Instrument, refuse_card_numbers
from payments.domain.withdrawal.destination import KIND, DestinationKind, KnownDestination, read_destination

_SHAPES: Mapping[str, tuple[re.Pattern[str], str]] = {
    "device": (re.compile(r"[!-~]{8,200}"), "What a frontend calls a device: 8 to 200 letters without blanks."),
    "bin": (re.compile(r"[0-9]{6}|[0-9]{8}"), "The first 6 or 8 digits of a card."),
}
_BY_INSTRUMENT = ("instrument", "payout")
_SAID = "Only instruments and payouts are named by a destination."
_A_PLAYER = "The id of a player of this casino."
_AN_INSTRUMENT = "The id of an instrument of this casino; or name a decision, or a destination."
_OF_A_HOLDER = (DestinationKind.IBAN, DestinationKind.BANK_ACCOUNT)
_WHOEVER = {"first_name": "Anybody", "last_name": "Anybody"}
"""An account is the same one whoever it belongs to, so nobody has to be told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """By what somebody names it: exactly one way.

    Attributes:
        value: the id of a player or of an instrument, a device, an address, a network (or an address in it), the digits
            of an issuer.
        decision_id: the decision about a payment that came with it.
        destination: of a withdrawal, with its `kind` as everybody says it, or as `provider` does.
    """

    value: str | None = field(default=None, repr=False)
    decision_id: UUID | None = None
    provider: str | None = None
    destination: Mapping[str, str] | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Listable:
    """Because of whom, or who it is, and the key."""

    player_id: UUID | None
    key: str


async def listable(desk: Desk, connection: AsyncConnection, casino_id: UUID, kind: str, named: Named) -> Listable:
    """Its key at this casino.

    Raises:
        Invalid: names the field; it is no such thing, or this casino knows no such decision, instrument or player.
    """
    ways = ("value", "decision_id", "destination")
    given = [name for name in ways if getattr(named, name) is not None]
    if len(given) != 1:
        raise Invalid("Exactly one of value, decision_id and destination.", field=(given or ["value"])[-1])
    if named.provider is not None and named.destination is None:
        raise Invalid("A destination in its words.", field="destination")
    if named.decision_id is not None:
        return await _of_decision(desk, connection, casino_id, kind, named.decision_id)
    if named.destination is not None:
        return await _of_destination(desk, connection, casino_id, kind, named.provider, named.destination)
    if kind in _BY_INSTRUMENT:
        return await _of_instrument(desk, connection, casino_id, kind, _id(named.value or "", _AN_INSTRUMENT), "value")
    if kind == "player":
        return await _of_player(desk, connection, casino_id, named.value or "")
    return _said(desk, casino_id, kind, named.value or "")


async def _of_player(desk: Desk, connection: AsyncConnection, casino_id: UUID, value: str) -> Listable:
    player_id = _id(value, _A_PLAYER)
    rules = await desk.casino(connection, casino_id)
    known = await desk.directory.player(connection, player_id, desk.now(), rules.time_zone)
    if known is None or known.casino_id != casino_id:
        raise Invalid(_A_PLAYER, field="value")
    return Listable(player_id, str(player_id))


async def _of_decision(
    desk: Desk, connection: AsyncConnection, casino_id: UUID, kind: str, decision_id: UUID
) -> Listable:
    row = await desk.fraud.decisions.find(connection, decision_id)
    if row is None or row["casino_id"] != casino_id:
        raise Invalid("There is no such decision at this casino.", field="decision_id")
    said = next((one for one, listed in LISTED_AS.items() if listed == (kind, kind) and one in row["keys"]), kind)
    key = row["keys"].get(kind) or row["keys"].get(said)
    if key is None:
        raise Invalid(f"Nothing is known of the payment's {kind}.", field="decision_id")
    return Listable(row["player_id"], key)


async def _of_instrument(
    desk: Desk, connection: AsyncConnection, casino_id: UUID, kind: str, instrument_id: UUID, field: str
) -> Listable:
    known = await desk.instruments.find(connection, instrument_id)
    if known is None or known.casino_id != casino_id:
        raise Invalid(_AN_INSTRUMENT, field=field)
    return Listable(known.player_id, _key(desk, casino_id, kind, known.fingerprint, field))


async def _of_destination(
    desk: Desk,
    connection: AsyncConnection,
    casino_id: UUID,
    kind: str,
    provider: str | None,
    destination: Mapping[str, str],
) -> Listable:
    if kind not in _BY_INSTRUMENT:
        raise Invalid(_SAID, field="destination")
    refuse_card_numbers(destination, within="destination")
    if (KIND in destination) is (provider is not None):
        raise Invalid("Whose words the destination is in; nobody's, where it says its kind.", field="provider")
    told: Instrument | KnownDestination | None
    if provider is not None:
        payout_flow(desk, provider).check_destination(destination)
        told = instrument_of_destination(desk, provider, destination)
    else:
        told = _of_everybody(desk, destination)
    if isinstance(told, KnownDestination):
        place = "destination.instrument_id"
        return await _of_instrument(desk, connection, casino_id, kind, told.instrument_id, place)
    if told is None or told.identity is None:
        raise Invalid("Nothing tells this account from others.", field="destination")
    mark = fingerprint_of(desk, UUID(int=0), told)
    return Listable(None, _key(desk, casino_id, kind, mark, "destination"))


def _of_everybody(desk: Desk, destination: Mapping[str, str]) -> Instrument | KnownDestination | None:
    """What is meant, said as everybody does. Invalid, naming the field: it makes no sense, or nobody pays there."""
    to = read_destination({**(_WHOEVER if destination[KIND] in _OF_A_HOLDER else {}), **destination})
    if to is None or isinstance(to, KnownDestination):
        return to
    told = instrument_named(desk, to)
    if told is None:
        raise Invalid("No provider pays there, so nothing would be stopped.", field=f"destination.{KIND}")
    return told


def _said(desk: Desk, casino_id: UUID, kind: str, value: str) -> Listable:
    shape, words = _SHAPES.get(kind, (None, ""))
    if shape is not None and not shape.fullmatch(value):
        raise Invalid(words, field="value")
    if kind == "bin" and len(value) == 8:
        keys = desk.fraud.fingerprints.of(casino_id, UUID(int=0), Signals(bin=value))
        return Listable(None, keys["bin8"])
    return Listable(None, _key(desk, casino_id, kind, _first_of(value) if kind == "network" else value, "value"))


def _key(desk: Desk, casino_id: UUID, kind: str, text: str, where: str) -> str:
    key = desk.fraud.fingerprints.one(casino_id, kind, text)
    if key is None:
        raise Invalid(f"It is no {kind} of the internet.", field=where)
    return key


def _first_of(network: str) -> str:
    """An address in it, where it is as large as those that are looked at: /24, or /48."""
    try:
        told = ipaddress.ip_network(network, strict=False)
    except ValueError:
        return network
    alone = told.num_addresses == 1
    return str(told.network_address) if alone or told.prefixlen == {4: 24, 6: 48}[told.version] else ""


def _id(value: str, what: str) -> UUID:
    try:
        return UUID(value)
    except ValueError:
        raise Invalid(what, field="value") from None
