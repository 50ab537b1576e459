"""An instrument comes with a payment: it is kept under its player's key, and recognised where others use it."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID, uuid5

import msgspec

from chassis.domain import Invalid
from chassis.privacy import SubjectErased
from chassis.store import UnitOfWork
from contracts.money import EXPONENTS
from payments.application.desk import Desk, set_aside_once
from payments.application.fraud.ports import Signals
from payments.application.instruments.ports import KnownInstrument, ReadsDestinations
from payments.application.lanes import VERIFICATION
from payments.domain.fraud.rules import Trigger
from payments.domain.instrument.aggregate import Known, instrument, instrument_use
from payments.domain.instrument.commands import FindAlone, FindShared, SeeInstrument, UseInstrument
from payments.domain.instrument.events import Direction, InstrumentUsed
from payments.domain.instrument.words import Instrument
from payments.domain.withdrawal.destination import Named
from payments.domain.withdrawal.states import Order

_OURS = UUID("4b1d5d0e-6f3c-5f0a-9b57-6d2f7a3a9c11")
"""The namespace of instruments' ids."""

COMPARE = "instruments.compare"
"""The kind of the background task that compares the holder's name with the player's; its id is the instrument's."""

MOST_TOLD = 50
"""How many players of one casino are marked because they share an instrument; beyond that it is no news."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Whose:
    """The payment that an instrument came with. `used`: it was paid by it, and not only tried."""

    payment_id: UUID
    player_id: UUID
    casino_id: UUID
    provider: str
    direction: Direction
    used: bool = True


def instrument_id_of(desk: Desk, player_id: UUID, told: Instrument) -> UUID:
    """Its id: the same instrument of the same player is always the same one."""
    return uuid5(_OURS, f"{player_id}/{fingerprint_of(desk, player_id, told)}")


def fingerprint_of(desk: Desk, player_id: UUID, told: Instrument) -> str:
    """Equal for the same instrument at every player of the installation, and for nobody to undo without its key."""
    looks = f"{player_id}/{told.kind}/{told.bin}/{told.last_four}/{told.expires_on}/{told.holder}"
    return desk.vault.blind_index(told.identity or looks)


async def see_instrument(desk: Desk, uow: UnitOfWork, whose: Whose, told: Instrument) -> UUID:
    """Keep it, and that the payment is by it; tell when other players of the casino use it. Call it before postings."""
    fingerprint = fingerprint_of(desk, whose.player_id, told)
    instrument_id = uuid5(_OURS, f"{whose.player_id}/{fingerprint}")
    if told.identity is not None:
        await desk.instruments.lock(uow.connection, fingerprint)
    owner = {"owner": told.owner} if told.owner else {}
    facts = {"holder": told.holder, "number": told.number, "pays_to": dict(told.pays_to), **owner}
    details = msgspec.json.encode(facts, order="sorted").decode()
    command = SeeInstrument(
        player_id=whose.player_id,
        casino_id=whose.casino_id,
        kind=told.kind,
        bin=told.bin,
        last_four=told.last_four,
        provider=whose.provider,
        fingerprint=fingerprint,
        recognisable=told.identity is not None,
        expires_on=told.expires_on,
        country=told.country,
        sealed=await _sealed(desk, uow, whose.player_id, details),
        details_index=desk.vault.blind_index(f"{whose.player_id}/{details}"),
        now=uow.ctx.occurred_at,
    )
    outcome = await uow.decide(instrument, instrument_id, command)
    compared = isinstance(outcome.state, Known) and outcome.state.likeness is not None
    if told.holder and (outcome.events or not compared):
        await uow.schedule(COMPARE, instrument_id, {"casino_id": str(whose.casino_id)}, lane=VERIFICATION)
    if whose.used:
        await _use(desk, uow, instrument_id, whose)
    if outcome.version == len(outcome.events) and outcome.events and told.identity is not None:
        await _find_shared(desk, uow, whose.casino_id, fingerprint)
    return instrument_id


async def _sealed(desk: Desk, uow: UnitOfWork, player_id: UUID, details: str) -> str | None:
    try:
        return await desk.vault.encrypt(uow.connection, player_id, details)
    except SubjectErased:
        return None


async def _find_shared(desk: Desk, uow: UnitOfWork, casino_id: UUID, fingerprint: str) -> None:
    """Mark it at everybody of the casino of whom others were proved to use it, and at nobody else."""
    sharers = await desk.instruments.sharers(uow.connection, casino_id, fingerprint)
    proved = {one.player_id for one in sharers if one.counts}
    others = {one.id: len(proved - {one.player_id}) for one in sharers}
    for one in [one for one in sharers if one.shared is not bool(others[one.id])][-MOST_TOLD:]:
        found = FindShared(players=others[one.id] + 1) if others[one.id] else FindAlone()
        await uow.decide(instrument, one.id, found)


async def prove_payee(desk: Desk, uow: UnitOfWork, withdrawal_id: UUID, order: Order, *, arrived: bool) -> None:
    """What he was paid arrived: that the place is his is no mere word any more; or it came back. Call it before
    postings.
    """
    fact = order.fact
    known = None if order.instrument_id is None else await desk.instruments.find(uow.connection, order.instrument_id)
    if known is not None:
        await relink(desk, uow, known)
        return
    keys = await desk.fraud.decisions.keys_of(uow.connection, withdrawal_id, Trigger.WITHDRAWAL) or {}
    place = {kind: keys[kind] for kind in ("player", "payout") if kind in keys}
    if "payout" in place:
        await desk.fraud.features.prove(uow.connection, fact.casino_id, place, proved=arrived)


async def relink(desk: Desk, uow: UnitOfWork, known: KnownInstrument) -> None:
    """What connects its player with others by it follows from what is known now. Call it before postings."""
    mark = Signals(instrument=known.fingerprint, payout=known.fingerprint)
    keys = desk.fraud.fingerprints.of(known.casino_id, known.player_id, mark)
    await desk.fraud.features.prove(uow.connection, known.casino_id, keys, proved=known.counts)
    if known.recognisable:
        await desk.instruments.lock(uow.connection, known.fingerprint)
        await _find_shared(desk, uow, known.casino_id, known.fingerprint)


async def _use(desk: Desk, uow: UnitOfWork, instrument_id: UUID, whose: Whose) -> None:
    command = UseInstrument(
        instrument_id=instrument_id,
        player_id=whose.player_id,
        casino_id=whose.casino_id,
        direction=whose.direction,
        now=uow.ctx.occurred_at,
    )
    used = await uow.decide(instrument_use, whose.payment_id, command)
    if whose.direction is Direction.OUT or not any(isinstance(one, InstrumentUsed) for one in used.events):
        return
    known = await desk.instruments.find(uow.connection, instrument_id)
    if known is None:
        return
    await relink(desk, uow, known)
    if known.disabled:
        await _paid_by_disabled(desk, uow, known, whose)


async def _paid_by_disabled(desk: Desk, uow: UnitOfWork, known: KnownInstrument, whose: Whose) -> None:
    """The money is the player's; that it came this way is for a person to see."""
    await set_aside_once(
        desk,
        uow,
        casino_id=whose.casino_id,
        provider=whose.provider,
        about=whose.payment_id,
        code="paid_by_disabled_instrument",
        facts={"instrument_id": str(known.id)},
    )


def instrument_of_destination(desk: Desk, provider: str, destination: Mapping[str, str]) -> Instrument | None:
    """What a payout to this destination pays to, where its provider's protocol tells."""
    flow = desk.provider(provider).payouts
    return flow.instrument_of(destination) if isinstance(flow, ReadsDestinations) else None


def instrument_named(desk: Desk, to: Named) -> Instrument | None:
    """What a payout to it pays to, whichever provider makes it: all that can know the same one. None: none can."""
    for name, provider in sorted(desk.providers.items()):
        flow = provider.payouts
        if flow is None:
            continue
        for own in (flow.translated(to, currency) for currency in EXPONENTS):
            if own is None:
                continue
            try:
                flow.check_destination(own)
            except Invalid:
                break
            told = instrument_of_destination(desk, name, own)
            if told is not None and told.identity is not None:
                return told
    return None
