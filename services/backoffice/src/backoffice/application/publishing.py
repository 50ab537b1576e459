"""Backoffice's private events in the words of its contract."""

from collections.abc import Iterable
from dataclasses import asdict
from hashlib import sha256
from typing import Any, Literal, cast
from uuid import UUID

from backoffice.domain.casino import events as casino
from backoffice.domain.player import events as player
from backoffice.domain.restriction import events as restriction
from chassis.store import Recorded
from contracts.backoffice import events as contract
from contracts.backoffice.profile import JurisdictionProfile
from contracts.event import ContractEvent


def publish(recorded: Recorded[Any]) -> Iterable[ContractEvent]:
    """What others may know of an event."""
    match recorded.event:
        case casino.CasinoOpened() | casino.JurisdictionProfileAdopted():
            yield _about_casino(recorded.stream_key, recorded.event)
        case restriction.DepositLimitSet() | restriction.SelfExclusionStarted():
            yield _about_restriction(recorded.stream_key, _casino_of(recorded), recorded.event)
        case _:
            told = _about_player(recorded.stream_key, _casino_of(recorded), recorded.event)
            if told is not None:
                yield told
            if isinstance(recorded.event, player.PlayerRegistered | player.PlayerProfileChanged):
                yield from _marked(recorded.stream_key, _casino_of(recorded), recorded.event)


def _casino_of(recorded: Recorded[Any]) -> UUID:
    assert recorded.meta.casino_id is not None, "whatever happens to a player happens at a casino"
    return recorded.meta.casino_id


def _about_casino(casino_id: UUID, event: casino.CasinoEvent) -> ContractEvent:
    match event:
        case casino.CasinoOpened():
            return contract.CasinoOpened(
                casino_id=casino_id,
                name=event.name,
                jurisdiction=event.jurisdiction,
                currency=event.currency,
                time_zone=event.time_zone,
                gaming_day_starts_at_hour=event.gaming_day_starts_at_hour,
                profile=JurisdictionProfile.model_validate(asdict(event.profile)),
            )
        case casino.JurisdictionProfileAdopted():
            return contract.JurisdictionProfileAdopted(
                casino_id=casino_id,
                profile_version=event.profile_version,
                effective_from=event.effective_from,
                profile=JurisdictionProfile.model_validate(asdict(event.profile)),
            )


def _about_player(player_id: UUID, casino_id: UUID, event: player.PlayerEvent) -> ContractEvent | None:
    who = {"player_id": player_id, "casino_id": casino_id}
    match event:
        case player.PlayerRegistered():
            return contract.PlayerRegistered(
                player_id=player_id,
                casino_id=casino_id,
                country=event.country,
                currency=event.currency,
                registered_at=event.registered_at,
                test_account=event.test_account,
            )
        case player.PlayerProfileChanged():
            return contract.PlayerProfileChanged(
                player_id=player_id, casino_id=casino_id, fields=tuple(sorted(event.sealed))
            )
        case player.PlayerBlocked():
            return contract.PlayerBlocked(**who)
        case player.PlayerUnblocked():
            return contract.PlayerUnblocked(**who)
        case player.PlayerTagged():
            return contract.PlayerTagged(player_id=player_id, casino_id=casino_id, tag=event.tag)
        case player.PlayerUntagged():
            return contract.PlayerUntagged(player_id=player_id, casino_id=casino_id, tag=event.tag)
        case player.PlayerNoted():
            return contract.PlayerNoted(player_id=player_id, casino_id=casino_id, note_id=event.note_id)
        case player.PersonalDataErased():
            return contract.PersonalDataErased(**who)
        case player.IdentityForgotten():
            return None  # Nobody else ever had it.


def _marked(
    player_id: UUID, casino_id: UUID, event: player.PlayerRegistered | player.PlayerProfileChanged
) -> Iterable[ContractEvent]:
    """Not the indexes themselves, which are the same at every casino and find somebody whose e-mail is known."""
    indexes = {"phone": event.phone_index, "address": event.address_index}
    if isinstance(event, player.PlayerRegistered):
        indexes["email_domain"] = event.email_domain_index
    marks = {kind: sha256(f"{casino_id}/{kind}/{one}".encode()).hexdigest() for kind, one in indexes.items() if one}
    if marks:
        yield contract.PlayerContactsMarked(player_id=player_id, casino_id=casino_id, **marks)


def _about_restriction(player_id: UUID, casino_id: UUID, event: restriction.RestrictionEvent) -> ContractEvent:
    match event:
        case restriction.DepositLimitSet():
            return contract.DepositLimitSet(
                player_id=player_id,
                casino_id=casino_id,
                period=cast("Literal['day', 'week', 'month']", event.period),
                amount_minor=event.amount_minor,
                currency=event.currency,
                previous_amount_minor=event.previous_amount_minor,
                effective_from=event.effective_from,
            )
        case restriction.SelfExclusionStarted():
            return contract.SelfExclusionStarted(
                player_id=player_id, casino_id=casino_id, started_at=event.started_at, until=event.until
            )
