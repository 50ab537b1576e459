"""Casinos and accounts: opened once, with rules that make sense, and commands that stay quiet on repeat."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from backoffice.domain.casino.aggregate import casino
from backoffice.domain.casino.commands import AdoptProfile, OpenCasino
from backoffice.domain.casino.errors import CasinoExists, CasinoUnknown, ProfileFromThePast, ProfileInconsistent
from backoffice.domain.casino.events import CasinoOpened, JurisdictionProfileAdopted
from backoffice.domain.casino.profile import JurisdictionProfile
from backoffice.domain.player.aggregate import MOST_TAGS, player
from backoffice.domain.player.commands import (
    AddNote,
    BlockPlayer,
    ChangeProfile,
    ErasePersonalData,
    ForgetIdentity,
    TagPlayer,
    UnblockPlayer,
    UntagPlayer,
)
from backoffice.domain.player.errors import AccountClosed, PlayerHasMoney, PlayerIsExcluded, PlayerUnknown, TooManyTags
from backoffice.domain.player.events import (
    IdentityForgotten,
    PersonalDataErased,
    PlayerBlocked,
    PlayerProfileChanged,
    PlayerRegistered,
    PlayerTagged,
    PlayerUnblocked,
    PlayerUntagged,
)
from chassis.testing.spec import Spec

NOW = datetime(2026, 6, 1, tzinfo=UTC)
RULES = JurisdictionProfile(
    minimum_age=18,
    limit_loosening_hours=24,
    exclusion_months_min=6,
    exclusion_months_max=None,
    withdrawal_requires_level="verified",
    withdrawal_cancellation_allowed=False,
    required_documents=("identity",),
)
WHERE: dict[str, Any] = {
    "name": "Grand Example",
    "jurisdiction": "MT",
    "currency": "EUR",
    "time_zone": "Europe/Malta",
    "gaming_day_starts_at_hour": 6,
}
OPENED = CasinoOpened(**WHERE, profile=RULES)
REGISTERED = PlayerRegistered(
    country="MT",
    currency="EUR",
    terms_version="1",
    test_account=False,
    sealed={},
    email_index="e",
    phone_index=None,
    identity_index="i",
    registered_at=NOW,
)


def adopt(rules: JurisdictionProfile, effective_from: datetime = NOW) -> AdoptProfile:
    return AdoptProfile(profile=rules, effective_from=effective_from, now=NOW)


def change(excluded: bool = False, **changed: Any) -> ChangeProfile:
    return ChangeProfile(**{"sealed": {}, "phone_index": None, "identity_index": None, **changed}, excluded=excluded)


RENAMED: dict[str, Any] = {"sealed": {"last_name": "unreadable"}, "identity_index": "j"}
MOVED: dict[str, Any] = {"sealed": {"phone": "unreadable"}, "phone_index": "p"}


def erase(**shown: int) -> ErasePersonalData:
    return ErasePersonalData(**{"balance_minor": 0, "on_hold_minor": 0, "deposits_under_way": 0, **shown})


def test_a_casino_opens_once() -> None:
    Spec(casino).given().when(OpenCasino(**WHERE, profile=RULES)).then(OPENED)
    Spec(casino).given(OPENED).when(OpenCasino(**WHERE, profile=RULES)).then_raises(CasinoExists)


def test_new_rules_count_versions() -> None:
    older, newer = replace(RULES, minimum_age=21), replace(RULES, minimum_age=20)
    first = JurisdictionProfileAdopted(profile_version=1, effective_from=NOW, profile=older)
    second = JurisdictionProfileAdopted(profile_version=2, effective_from=NOW, profile=newer)
    Spec(casino).given(OPENED, first).when(adopt(newer)).then(second)
    Spec(casino).given(OPENED, first).when(adopt(older)).then_nothing()


def test_what_counts_is_the_rules_that_hold_on_the_day_asked_for() -> None:
    older, tomorrow = replace(RULES, minimum_age=21), NOW + timedelta(days=1)
    waiting = JurisdictionProfileAdopted(profile_version=1, effective_from=tomorrow, profile=older)
    forward = JurisdictionProfileAdopted(profile_version=2, effective_from=NOW, profile=older)
    called_off = JurisdictionProfileAdopted(profile_version=2, effective_from=tomorrow, profile=RULES)
    Spec(casino).given(OPENED, waiting).when(adopt(RULES)).then_nothing()
    Spec(casino).given(OPENED, waiting).when(adopt(older)).then(forward)
    Spec(casino).given(OPENED, waiting).when(adopt(RULES, tomorrow)).then(called_off)
    Spec(casino).given(OPENED, waiting, called_off).when(adopt(RULES, tomorrow)).then_nothing()


def test_a_version_adopted_for_an_earlier_day_does_not_undo_a_later_one() -> None:
    oldest, tomorrow = replace(RULES, minimum_age=25), NOW + timedelta(days=1)
    waiting = JurisdictionProfileAdopted(profile_version=1, effective_from=tomorrow, profile=oldest)
    between = JurisdictionProfileAdopted(profile_version=2, effective_from=NOW, profile=replace(RULES, minimum_age=21))
    Spec(casino).given(OPENED, waiting, between).when(adopt(oldest, tomorrow)).then_nothing()
    with_version_three = replace(waiting, profile_version=3, profile=RULES)
    Spec(casino).given(OPENED, waiting, between).when(adopt(RULES, tomorrow)).then(with_version_three)


def test_rules_must_be_known_before_they_hold_and_make_sense() -> None:
    Spec(casino).given(OPENED).when(adopt(RULES, NOW - timedelta(seconds=1))).then_raises(ProfileFromThePast)
    Spec(casino).given(OPENED).when(adopt(replace(RULES, exclusion_months_max=1))).then_raises(ProfileInconsistent)
    Spec(casino).given(OPENED).when(adopt(replace(RULES, withdrawal_requires_level="x"))).then_raises(
        ProfileInconsistent
    )
    Spec(casino).given().when(adopt(RULES)).then_raises(CasinoUnknown)


@pytest.mark.parametrize(
    ("history", "command", "expected"),
    [
        ([], BlockPlayer(), [PlayerBlocked()]),
        ([PlayerBlocked()], BlockPlayer(), []),
        ([PlayerBlocked()], UnblockPlayer(), [PlayerUnblocked()]),
        ([], UnblockPlayer(), []),
        ([], TagPlayer(tag="vip"), [PlayerTagged(tag="vip")]),
        ([PlayerTagged(tag="vip")], TagPlayer(tag="vip"), []),
        ([PlayerTagged(tag="vip")], UntagPlayer(tag="vip"), [PlayerUntagged(tag="vip")]),
        ([], UntagPlayer(tag="vip"), []),
        ([], erase(), [PersonalDataErased()]),
        ([PersonalDataErased()], erase(), []),
        ([PersonalDataErased()], erase(balance_minor=1), []),
        ([PlayerTagged(tag="vip"), PersonalDataErased()], UntagPlayer(tag="vip"), [PlayerUntagged(tag="vip")]),
        ([], change(), []),
        ([], change(**RENAMED), [PlayerProfileChanged(**RENAMED)]),
        ([], change(**MOVED, excluded=True), [PlayerProfileChanged(**MOVED)]),
        ([], ForgetIdentity(), []),
        ([PersonalDataErased()], ForgetIdentity(), [IdentityForgotten()]),
        ([PersonalDataErased(), IdentityForgotten()], ForgetIdentity(), []),
    ],
)
def test_a_command_does_it_once(history: list[Any], command: Any, expected: list[Any]) -> None:
    Spec(player).given(REGISTERED, *history).when(command).then(*expected)


def test_nothing_happens_to_nobody() -> None:
    Spec(player).given().when(BlockPlayer()).then_raises(PlayerUnknown)


@pytest.mark.parametrize(
    "shown", [{"balance_minor": 1}, {"balance_minor": -1}, {"on_hold_minor": 1}, {"deposits_under_way": 1}], ids=str
)
def test_nobody_with_money_is_erased(shown: dict[str, int]) -> None:
    Spec(player).given(REGISTERED).when(erase(**shown)).then_raises(PlayerHasMoney)


@pytest.mark.parametrize(
    "command",
    [
        BlockPlayer(),
        UnblockPlayer(),
        TagPlayer(tag="vip"),
        AddNote(note_id=UUID(int=1), sealed_text="x"),
        change(**MOVED),
    ],
)
@pytest.mark.parametrize("before", [[], [PlayerBlocked()]], ids=["open", "blocked"])
def test_a_closed_account_stays_as_it_is(command: Any, before: list[Any]) -> None:
    Spec(player).given(REGISTERED, *before, PersonalDataErased()).when(command).then_raises(AccountClosed)


def test_the_name_that_recognises_an_excluded_player_stays() -> None:
    Spec(player).given(REGISTERED).when(change(**RENAMED, excluded=True)).then_raises(PlayerIsExcluded)


def test_tags_have_an_end() -> None:
    tags = [PlayerTagged(tag=f"tag-{n}") for n in range(MOST_TAGS)]
    Spec(player).given(REGISTERED, *tags).when(TagPlayer(tag="one-more")).then_raises(TooManyTags)
