"""Promises kept, in both directions."""

import asyncio
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import httpx
import pytest
from services.backoffice.tests.component.api import V1, a_player, open_casino, staff

from backoffice.application.publishing import publish
from backoffice.domain.casino import events as casino
from backoffice.domain.casino.profile import JurisdictionProfile
from backoffice.domain.player import events as player
from backoffice.domain.restriction import events as restriction
from backoffice.entrypoints.consumers import consumer
from backoffice.entrypoints.permissions import PERMISSIONS
from backoffice.read_models.search_entry import search_entry, thing_of
from chassis.messaging.bus import DEFAULT_PARTITIONS
from chassis.runtime import Service
from chassis.testing.golden import Effect, assert_as_promised, assert_effect, example, label, recorded, said
from contracts.backoffice import events as public
from contracts.backoffice import profile as public_profile
from contracts.backoffice.permissions import BackofficePermission
from contracts.event import ContractEvent
from contracts.payments.events import (
    DepositFailed,
    DepositRefused,
    DepositRequested,
    DepositSucceeded,
    NotificationSetAside,
    TransferPosted,
    WithdrawalApproved,
    WithdrawalCancelled,
    WithdrawalPaid,
    WithdrawalRejected,
    WithdrawalRequested,
    WithdrawalReturned,
)
from contracts.payments.reversal_events import DepositReinstated, DepositReversed
from contracts.payments.withdrawal_events import WithdrawalStopped
from contracts.platform.events import (
    AccessRecorded,
    ApprovalClosed,
    ApprovalEdited,
    ApprovalExecuted,
    ApprovalGiven,
    ApprovalLapsed,
    ApprovalProposed,
    SettingChanged,
)
from contracts.registry import consumed_by, produced_by
from contracts.reports.events import ReportRequested
from contracts.security.break_glass_events import BreakGlassOpened, BreakGlassReviewed
from contracts.security.elevation_events import (
    ElevationApproved,
    ElevationRefused,
    ElevationRequested,
    ElevationWithdrawn,
)
from contracts.security.events import LoggedIn, StaffMemberAdded, StaffMemberDisabled, StaffMemberEnabled
from contracts.verification.events import HitDecided, ScreeningCompleted, VerificationLevelReached

PLAYER, CASINO, NOTE = (UUID(int=n) for n in range(1, 4))
SOMEBODY = str(example(public.PlayerBlocked).data["player_id"])
NOW, LATER = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 2, tzinfo=UTC)


def told_in_the_story(cls: type[ContractEvent]) -> dict[str, Any]:
    """What the entry of the timeline says of an example."""
    sent = example(cls)
    return {
        "entry_id": str(sent.id),
        "player_id": SOMEBODY,
        "casino_id": str(sent.casinoid),
        "service": cls.owner(),
        "type": cls.type,
        "actor_id": sent.actorid,
        "reason": sent.reason,
    }


def with_figures(cls: type[ContractEvent], *after: type[ContractEvent], **figures: Any) -> Effect:
    told = {"rm_timeline": told_in_the_story(cls), "rm_player_overview": figures}
    return Effect({**told, **(found_by_search(cls) if new_to_search(cls, after) else {})}, after)


def found_by_search(cls: type[ContractEvent]) -> dict[str, Any]:
    """What a search finds because of an example; nothing where nobody searches for what it is about."""
    sent = example(cls)
    if cls not in search_entry.handles or (thing := thing_of(sent.event())) is None:
        return {}
    facts = {"kind": thing.kind, "id": str(thing.id), "player_id": sent.data.get("player_id")}
    return {"rm_search_entry": {**facts, "casino_id": sent.data.get("casino_id"), "reference": thing.reference}}


def new_to_search(cls: type[ContractEvent], after: tuple[type[ContractEvent], ...]) -> bool:
    """Whether what was heard before said less of it."""
    return not any(found_by_search(one) == found_by_search(cls) for one in after)


DEPOSIT = example(DepositRequested).data["deposit_id"]
COLLEAGUE = example(StaffMemberAdded).data["name"]
PROPOSAL = str(example(ApprovalProposed).data["approval_id"])
NOT_A_PLAYERS_STORY = "it is about no player, and the story is told player by player"


def inbox(state: str, *after: type[ContractEvent]) -> Effect:
    return Effect({"rm_approval_inbox": {"id": PROPOSAL, "state": state}}, after)


def of_access(state: str, *after: type[ContractEvent]) -> Effect:
    return Effect({"rm_approval_inbox": {"service": "security", "state": state}}, after)


def withdrawn(told: type[ContractEvent], state: str, *after: type[ContractEvent]) -> Effect:
    """Withdrawals are in the story, in what a search finds, and in the inbox."""
    found = {} if after else found_by_search(WithdrawalRequested)
    return Effect({"rm_timeline": told_in_the_story(told), **found, "rm_approval_inbox": {"state": state}}, after)


EFFECTS: dict[type[ContractEvent], Effect] = {
    **{
        cls: Effect({"rm_timeline": told_in_the_story(cls), **found_by_search(cls)})
        for cls in consumed_by("backoffice")
    },
    NotificationSetAside: Effect(nothing=NOT_A_PLAYERS_STORY),
    SettingChanged: Effect(nothing=NOT_A_PLAYERS_STORY),
    ReportRequested: Effect(found_by_search(ReportRequested)),
    StaffMemberAdded: Effect({"rm_staff_names": {"name": COLLEAGUE, "active": True}}),
    StaffMemberDisabled: Effect({"rm_staff_names": {"name": COLLEAGUE, "active": False}}, after=(StaffMemberAdded,)),
    StaffMemberEnabled: Effect(
        {"rm_staff_names": {"name": COLLEAGUE, "active": True}}, after=(StaffMemberAdded, StaffMemberDisabled)
    ),
    DepositRequested: with_figures(DepositRequested, deposits_under_way=[DEPOSIT]),
    DepositRefused: with_figures(DepositRefused, DepositRequested, deposits_under_way=[]),
    DepositFailed: with_figures(DepositFailed, DepositRequested, deposits_under_way=[]),
    TransferPosted: with_figures(TransferPosted, currency="EUR", balance_minor=15000, bets_minor=5000),
    DepositSucceeded: with_figures(DepositSucceeded, deposits=1, deposits_minor=5000),
    DepositReversed: with_figures(DepositReversed, DepositSucceeded, deposits=1, deposits_minor=0),
    DepositReinstated: with_figures(
        DepositReinstated, DepositSucceeded, DepositReversed, deposits=1, deposits_minor=5000
    ),
    WithdrawalPaid: with_figures(WithdrawalPaid, withdrawals=1, withdrawals_minor=5000),
    WithdrawalReturned: with_figures(WithdrawalReturned, WithdrawalPaid, withdrawals=1, withdrawals_minor=0),
    VerificationLevelReached: with_figures(VerificationLevelReached, verification_level="verified"),
    ScreeningCompleted: with_figures(ScreeningCompleted, open_hits=2),
    HitDecided: with_figures(HitDecided, ScreeningCompleted, open_hits=1),
    LoggedIn: with_figures(LoggedIn, player_id=SOMEBODY),
    ApprovalProposed: inbox("waiting"),
    ApprovalEdited: inbox("waiting", ApprovalProposed, ApprovalGiven),
    ApprovalGiven: inbox("approved", ApprovalProposed),
    ApprovalLapsed: inbox("waiting", ApprovalProposed, ApprovalGiven),
    ApprovalExecuted: inbox("executed", ApprovalProposed),
    ApprovalClosed: inbox("voided", ApprovalProposed),
    WithdrawalRequested: withdrawn(WithdrawalRequested, "waiting"),
    WithdrawalStopped: withdrawn(WithdrawalStopped, "waiting", WithdrawalRequested, WithdrawalApproved),
    WithdrawalApproved: withdrawn(WithdrawalApproved, "executed", WithdrawalRequested),
    WithdrawalRejected: withdrawn(WithdrawalRejected, "rejected", WithdrawalRequested),
    WithdrawalCancelled: withdrawn(WithdrawalCancelled, "withdrawn", WithdrawalRequested),
    ElevationRequested: of_access("waiting"),
    ElevationApproved: of_access("executed", ElevationRequested),
    ElevationRefused: of_access("rejected", ElevationRequested),
    ElevationWithdrawn: of_access("withdrawn", ElevationRequested),
    BreakGlassOpened: of_access("waiting"),
    BreakGlassReviewed: of_access("executed", BreakGlassOpened),
}


def test_what_is_consumed_is_what_the_catalogue_says() -> None:
    assert consumer().handles == frozenset(consumed_by("backoffice")) == frozenset(EFFECTS)


@pytest.mark.parametrize("cls", EFFECTS, ids=label)
async def test_an_example_of_what_is_consumed_has_its_effect(service: Service, cls: type[ContractEvent]) -> None:
    await assert_effect(service, cls, EFFECTS[cls])


RULES: dict[str, Any] = {
    "minimum_age": 21,
    "limit_loosening_hours": 24,
    "exclusion_months_min": 6,
    "exclusion_months_max": None,
    "withdrawal_requires_level": "verified",
    "withdrawal_cancellation_allowed": False,
    "required_documents": ("identity",),
    "one_account_per_person": False,
}
OPENED: dict[str, Any] = {
    "name": "Grand Example",
    "jurisdiction": "MT",
    "currency": "EUR",
    "time_zone": "Europe/Malta",
    "gaming_day_starts_at_hour": 6,
}
ADOPTED: dict[str, Any] = {"profile_version": 2, "effective_from": LATER}
LIMIT: dict[str, Any] = {
    "period": "week",
    "amount_minor": 500,
    "currency": "EUR",
    "previous_amount_minor": 900,
    "effective_from": LATER,
}
WHO: dict[str, Any] = {"player_id": PLAYER, "casino_id": CASINO}
REGISTERED: dict[str, Any] = {"country": "MT", "currency": "EUR", "registered_at": NOW, "test_account": True}
SEALED: dict[str, Any] = {
    "terms_version": "2026-01",
    "sealed": {"first_name": "unreadable"},
    "email_index": "e",
    "phone_index": None,
    "identity_index": "i",
}
TOLD: list[tuple[Any, ContractEvent]] = [
    (
        casino.CasinoOpened(**OPENED, profile=JurisdictionProfile(**RULES)),
        public.CasinoOpened(casino_id=PLAYER, **OPENED, profile=public_profile.JurisdictionProfile(**RULES)),
    ),
    (
        casino.JurisdictionProfileAdopted(**ADOPTED, profile=JurisdictionProfile(**RULES)),
        public.JurisdictionProfileAdopted(
            casino_id=PLAYER, **ADOPTED, profile=public_profile.JurisdictionProfile(**RULES)
        ),
    ),
    (player.PlayerRegistered(**REGISTERED, **SEALED), public.PlayerRegistered(**WHO, **REGISTERED)),
    (
        player.PlayerProfileChanged(sealed={"phone": "unreadable", "address": "unreadable"}, phone_index="p"),
        public.PlayerProfileChanged(**WHO, fields=("address", "phone")),
    ),
    (player.PlayerBlocked(), public.PlayerBlocked(**WHO)),
    (player.PlayerUnblocked(), public.PlayerUnblocked(**WHO)),
    (player.PlayerTagged(tag="vip"), public.PlayerTagged(**WHO, tag="vip")),
    (player.PlayerUntagged(tag="vip"), public.PlayerUntagged(**WHO, tag="vip")),
    (player.PlayerNoted(note_id=NOTE, sealed_text="unreadable"), public.PlayerNoted(**WHO, note_id=NOTE)),
    (player.PersonalDataErased(), public.PersonalDataErased(**WHO)),
    (restriction.DepositLimitSet(**LIMIT), public.DepositLimitSet(**WHO, **LIMIT)),
    (
        restriction.SelfExclusionStarted(started_at=NOW, until=date(2026, 9, 1)),
        public.SelfExclusionStarted(**WHO, started_at=NOW, until=date(2026, 9, 1)),
    ),
]


@pytest.mark.parametrize(("happened", "told"), TOLD, ids=lambda value: type(value).__name__)
def test_each_event_is_told_as_promised(happened: Any, told: ContractEvent) -> None:
    facts = publish(recorded(happened, f"stream-{PLAYER}", CASINO))
    assert [fact for fact in facts if not isinstance(fact, public.PlayerContactsMarked)] == [told]
    assert_as_promised(told)


def marks_of(happened: Any, casino_id: UUID = CASINO) -> list[public.PlayerContactsMarked]:
    facts = publish(recorded(happened, f"stream-{PLAYER}", casino_id))
    return [fact for fact in facts if isinstance(fact, public.PlayerContactsMarked)]


CONTACTS: dict[str, Any] = {**SEALED, "phone_index": "p", "address_index": "a", "email_domain_index": "d"}


def test_what_a_player_registers_with_is_told_as_marks() -> None:
    [told] = marks_of(player.PlayerRegistered(**REGISTERED, **CONTACTS))
    assert_as_promised(told)
    assert len({told.phone, told.address, told.email_domain, None}) == 4
    assert told.phone not in ("p", None), "the index itself finds somebody whose telephone is known"


def test_marks_are_others_at_another_casino() -> None:
    here, there = (marks_of(player.PlayerRegistered(**REGISTERED, **CONTACTS), one)[0] for one in (CASINO, NOTE))
    assert {here.phone, here.address, here.email_domain}.isdisjoint({there.phone, there.address, there.email_domain})


def test_of_a_profile_what_is_new_is_marked_as_at_a_registration() -> None:
    [told] = marks_of(player.PlayerProfileChanged(sealed={"phone": "unreadable"}, phone_index="p"))
    [before] = marks_of(player.PlayerRegistered(**REGISTERED, **CONTACTS))
    assert (told.phone, told.address, told.email_domain) == (before.phone, None, None)
    assert marks_of(player.PlayerProfileChanged(sealed={"last_name": "unreadable"}, name_index="n")) == []


def test_that_an_identity_was_forgotten_is_nobodys_business() -> None:
    assert list(publish(recorded(player.IdentityForgotten(), f"stream-{PLAYER}", CASINO))) == []


def test_no_event_of_the_domain_is_forgotten() -> None:
    every = {*casino.CasinoEvent.__args__, *player.PlayerEvent.__args__, *restriction.RestrictionEvent.__args__}
    assert {type(happened) for happened, _ in TOLD} | {player.IdentityForgotten} == every


def test_every_promised_event_is_told_by_something() -> None:
    owned = {cls for cls in produced_by("backoffice") if cls.owner() == "backoffice"}
    elsewhere = {public.RestrictionFeedBeat, public.RegistrationDeclined, public.PlayerContactsMarked}
    assert {type(told) for _, told in TOLD} | elsewhere == owned


async def test_a_sign_of_life_goes_to_every_partition(service: Service) -> None:
    stop = asyncio.Event()
    [feed] = service.background
    beating = asyncio.ensure_future(feed(stop))
    async with asyncio.timeout(10):
        while not (facts := await said(service)):
            await asyncio.sleep(0.01)
    stop.set()
    await beating
    beats = [fact.partition for fact in facts if isinstance(fact, public.RestrictionFeedBeat)]
    assert beats[:DEFAULT_PARTITIONS] == list(range(DEFAULT_PARTITIONS))


async def test_a_reveal_is_said_as_promised(service: Service, client: httpx.AsyncClient) -> None:
    player_id = await a_player(client, await open_casino(client))
    answer = await client.post(f"{V1}/players/{player_id}/reveal", json={"reason": "he rang us up"}, headers=staff())
    assert answer.status_code == 200, answer.text
    facts = await said(service)
    assert [type(fact) for fact in facts][-3:] == [
        public.PlayerRegistered,
        public.PlayerContactsMarked,
        AccessRecorded,
    ]


def test_every_permission_of_the_contract_is_declared() -> None:
    assert {spec.id for spec in PERMISSIONS} == {str(one) for one in BackofficePermission}
