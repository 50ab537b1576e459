"""Decides who has an account, and whether it is open."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import assert_never

from backoffice.domain.player.commands import (
    AddNote,
    BlockPlayer,
    ChangeProfile,
    ErasePersonalData,
    ForgetIdentity,
    PlayerCommand,
    RegisterPlayer,
    TagPlayer,
    UnblockPlayer,
    UntagPlayer,
)
from backoffice.domain.player.errors import (
    AccountClosed,
    BornInTheFuture,
    BornTooLongAgo,
    CountryUnknown,
    CurrencyNotOffered,
    PlayerExists,
    PlayerHasMoney,
    PlayerIsExcluded,
    PlayerTooYoung,
    PlayerUnknown,
    TooManyTags,
)
from backoffice.domain.player.events import (
    IdentityForgotten,
    PersonalDataErased,
    PlayerBlocked,
    PlayerEvent,
    PlayerNoted,
    PlayerProfileChanged,
    PlayerRegistered,
    PlayerTagged,
    PlayerUnblocked,
    PlayerUntagged,
)
from chassis.domain import Decider
from chassis.domain.countries import COUNTRIES

MOST_TAGS = 50
OLDEST = 120


@dataclass(frozen=True, slots=True)
class Absent:
    """Nobody registered under this id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """An account. `erased`: there is no person behind it any more, and it is closed; `forgotten`: nothing is left of
    him, not even what recognised him while he was excluded.
    """

    blocked: bool = False
    erased: bool = False
    forgotten: bool = False
    tags: frozenset[str] = frozenset()


Player = Absent | Registered
"""Every state an account can be in."""


def decide(command: PlayerCommand, state: Player) -> Sequence[PlayerEvent]:
    """What happens because of a command."""
    if isinstance(command, RegisterPlayer):
        return _register(command, state)
    account = _registered(state)
    match command:
        case ErasePersonalData():
            return _erase(command, account)
        case ForgetIdentity():
            return [IdentityForgotten()] if account.erased and not account.forgotten else []
        case UntagPlayer():
            return [PlayerUntagged(tag=command.tag)] if command.tag in account.tags else []
        case _:
            return _to_open(command, account)


def _to_open(
    command: ChangeProfile | BlockPlayer | UnblockPlayer | TagPlayer | AddNote, account: Registered
) -> Sequence[PlayerEvent]:
    if account.erased:
        raise AccountClosed
    match command:
        case ChangeProfile():
            return _change(command)
        case BlockPlayer():
            return [] if account.blocked else [PlayerBlocked()]
        case UnblockPlayer():
            return [PlayerUnblocked()] if account.blocked else []
        case TagPlayer():
            return _tag(command, account)
        case AddNote():
            return [PlayerNoted(note_id=command.note_id, sealed_text=command.sealed_text)]
        case _:
            assert_never(command)


def _register(command: RegisterPlayer, state: Player) -> Sequence[PlayerEvent]:
    if isinstance(state, Registered):
        raise PlayerExists
    today = command.now.date()
    if command.date_of_birth >= today:
        raise BornInTheFuture(field="date_of_birth")
    years = age(command.date_of_birth, today)
    if years > OLDEST:
        raise BornTooLongAgo(f"Nobody is older than {OLDEST} years.", field="date_of_birth")
    if years < command.minimum_age:
        raise PlayerTooYoung(f"Players are {command.minimum_age} or older.", field="date_of_birth")
    if command.country not in COUNTRIES:
        raise CountryUnknown("There is no country with this code.", field="country")
    if command.currency != command.casino_currency:
        raise CurrencyNotOffered(f"This casino plays in {command.casino_currency}.", field="currency")
    return [
        PlayerRegistered(
            country=command.country,
            currency=command.currency,
            terms_version=command.terms_version,
            test_account=command.test_account,
            sealed=command.sealed,
            email_index=command.email_index,
            phone_index=command.phone_index,
            identity_index=command.identity_index,
            registered_at=command.now,
            name_index=command.name_index,
            first_name_index=command.first_name_index,
            last_name_index=command.last_name_index,
            address_index=command.address_index,
            email_domain_index=command.email_domain_index,
        )
    ]


def _change(command: ChangeProfile) -> Sequence[PlayerEvent]:
    if not command.sealed:
        return []
    if command.identity_index is not None and command.excluded:
        raise PlayerIsExcluded("His name is changed when the exclusion is over: it recognises him until then.")
    return [
        PlayerProfileChanged(
            sealed=command.sealed,
            phone_index=command.phone_index,
            identity_index=command.identity_index,
            name_index=command.name_index,
            first_name_index=command.first_name_index,
            last_name_index=command.last_name_index,
            address_index=command.address_index,
        )
    ]


def _erase(command: ErasePersonalData, account: Registered) -> Sequence[PlayerEvent]:
    if account.erased:
        return []
    if command.balance_minor or command.on_hold_minor or command.deposits_under_way:
        raise PlayerHasMoney("Pay the player out first, and wait for what is under way.")
    return [PersonalDataErased()]


def _tag(command: TagPlayer, account: Registered) -> Sequence[PlayerEvent]:
    if command.tag in account.tags:
        return []
    if len(account.tags) >= MOST_TAGS:
        raise TooManyTags(f"A player has {MOST_TAGS} tags at most.", field="tag")
    return [PlayerTagged(tag=command.tag)]


def _registered(state: Player) -> Registered:
    if isinstance(state, Absent):
        raise PlayerUnknown
    return state


def age(born: date, today: date) -> int:
    """Full years; whoever was born on 29 February turns a year older on 1 March of other years.

    >>> age(date(2008, 2, 29), date(2026, 2, 28)), age(date(2008, 2, 29), date(2026, 3, 1))
    (17, 18)
    """
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def evolve(state: Player, event: PlayerEvent) -> Player:
    """The state after an event."""
    account = state if isinstance(state, Registered) else Registered()
    match event:
        case PlayerRegistered() | PlayerProfileChanged() | PlayerNoted():
            return account
        case PlayerBlocked():
            return replace(account, blocked=True)
        case PlayerUnblocked():
            return replace(account, blocked=False)
        case PlayerTagged():
            return replace(account, tags=account.tags | {event.tag})
        case PlayerUntagged():
            return replace(account, tags=account.tags - {event.tag})
        case PersonalDataErased():
            return replace(account, erased=True)
        case IdentityForgotten():
            return replace(account, forgotten=True)
        case _:
            assert_never(event)


player: Decider[PlayerCommand, Player, PlayerEvent] = Decider("player", Absent(), decide, evolve)
