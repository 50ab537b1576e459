"""Decides which partners' programs there are, with which keys and roles.

A client has at most two keys, so that one can replace the other without a gap, and each is used once: neither a retired
key nor its id comes back. It ends at a day that is named, at most a year ahead.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Final, assert_never
from uuid import UUID

from chassis.domain import Decider
from security.domain.client.commands import (
    AddKey,
    AssignClientRole,
    ClientCommand,
    DisableClient,
    EnableClient,
    Key,
    RegisterClient,
    RetireKey,
    SetTerms,
    Terms,
    WithdrawClientRole,
    Within,
)
from security.domain.client.errors import (
    ClientAssignmentUnknown,
    ClientExists,
    ClientExpiryInvalid,
    ClientIsDisabled,
    ClientKeysFull,
    ClientKeyTaken,
    ClientKeyUnknown,
    ClientOutOfScope,
    ClientUnknown,
)
from security.domain.client.events import (
    ClientDisabled,
    ClientEnabled,
    ClientEvent,
    ClientKeyAdded,
    ClientKeyRetired,
    ClientRegistered,
    ClientRoleAssigned,
    ClientRoleWithdrawn,
    ClientTermsSet,
)
from security.domain.second import require_second

EVERYWHERE: Final = ("*",)
MOST_KEYS: Final = 2
LONGEST: Final = timedelta(days=366)
"""Longer than this no client goes on without somebody saying that it is still needed."""


@dataclass(frozen=True, slots=True)
class Absent:
    """No client under this id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """A client as it stands.

    Attributes:
        keys: the ids of the keys it has now.
        used: every key id and thumbprint it ever had.
        roles: an assignment with its role and casinos.
    """

    name: str
    terms: Terms
    keys: frozenset[str] = frozenset()
    used: frozenset[str] = frozenset()
    roles: Mapping[UUID, tuple[UUID, tuple[str, ...]]] = field(default_factory=dict)
    disabled: bool = False


Client = Absent | Registered
"""Every state a client can be in."""

_NO_TERMS: Final = Terms(
    contact="", casinos=(), addresses=(), rate_tier="low", expires_at=datetime(1970, 1, 1, tzinfo=UTC)
)


def decide(command: ClientCommand, state: Client) -> Sequence[ClientEvent]:
    """What happens because of a command."""
    match command:
        case RegisterClient():
            return _register(command, state)
        case SetTerms():
            return _set_terms(command, _there(state, command.within))
        case AddKey():
            return [_add_key(command.key, _open(state, command.within))]
        case RetireKey():
            return _retire_key(command, _there(state, command.within))
        case AssignClientRole():
            return _assign(command, _open(state, command.within))
        case WithdrawClientRole():
            return _withdraw(command, _there(state, command.within))
        case DisableClient():
            there = _there(state, command.within)
            return [] if there.disabled else [ClientDisabled(cause=command.cause)]
        case EnableClient():
            there = _there(state, command.within)
            _require_future(there.terms, command.now)
            return [ClientEnabled()] if there.disabled else []
        case _:
            assert_never(command)


def _register(command: RegisterClient, state: Client) -> Sequence[ClientEvent]:
    if isinstance(state, Registered):
        raise ClientExists
    _require_future(command.terms, command.now)
    events: list[ClientEvent] = [ClientRegistered(name=command.name), _terms_set(command.terms)]
    for key in command.keys:
        events.append(_add_key(key, _folded(events)))
    return events


def _set_terms(command: SetTerms, there: Registered) -> Sequence[ClientEvent]:
    if command.terms == there.terms:
        return []
    if not inside(command.terms.casinos, command.within):
        raise ClientOutOfScope("You may give access to your own casinos only.", field="casinos")
    if command.terms.expires_at != there.terms.expires_at:
        _require_future(command.terms, command.now)
    return [_terms_set(command.terms)]


def _add_key(key: Key, there: Registered) -> ClientKeyAdded:
    if key.kid in there.used or key.thumbprint in there.used:
        raise ClientKeyTaken("This key, or one with its id, was given before.", field="kid")
    if len(there.keys) >= MOST_KEYS:
        raise ClientKeysFull(f"A client has at most {MOST_KEYS} keys: retire one first.")
    return ClientKeyAdded(kid=key.kid, algorithm=key.algorithm, thumbprint=key.thumbprint, jwk=key.jwk)


def _retire_key(command: RetireKey, there: Registered) -> Sequence[ClientEvent]:
    if command.kid in there.keys:
        return [ClientKeyRetired(kid=command.kid)]
    if command.kid in there.used:
        return []
    raise ClientKeyUnknown


def _assign(command: AssignClientRole, there: Registered) -> Sequence[ClientEvent]:
    if not inside(command.casinos, None if there.terms.casinos == EVERYWHERE else frozenset(there.terms.casinos)):
        raise ClientOutOfScope("The client has no business at one of these casinos.", field="casinos")
    if (command.role_id, command.casinos) in there.roles.values():
        return []
    require_second(command.critical, command.by, command.approved_by)
    return [
        ClientRoleAssigned(
            assignment_id=command.assignment_id,
            role_id=command.role_id,
            role_name=command.role_name,
            casinos=command.casinos,
        )
    ]


def _withdraw(command: WithdrawClientRole, there: Registered) -> Sequence[ClientEvent]:
    if command.assignment_id not in there.roles:
        raise ClientAssignmentUnknown
    role_id, _ = there.roles[command.assignment_id]
    return [ClientRoleWithdrawn(assignment_id=command.assignment_id, role_id=role_id)]


def evolve(state: Client, event: ClientEvent) -> Client:
    """The state after an event."""
    if isinstance(event, ClientRegistered):
        return Registered(name=event.name, terms=_NO_TERMS)
    if isinstance(state, Absent):
        return state
    match event:
        case ClientTermsSet():
            return replace(state, terms=_terms(event))
        case ClientKeyAdded():
            used = state.used | {event.kid, event.thumbprint}
            return replace(state, keys=state.keys | {event.kid}, used=used)
        case ClientKeyRetired():
            return replace(state, keys=state.keys - {event.kid})
        case ClientRoleAssigned():
            return replace(state, roles={**state.roles, event.assignment_id: (event.role_id, event.casinos)})
        case ClientRoleWithdrawn():
            left = {one: role for one, role in state.roles.items() if one != event.assignment_id}
            return replace(state, roles=left)
        case ClientDisabled():
            return replace(state, disabled=True)
        case ClientEnabled():
            return replace(state, disabled=False)
        case _:
            assert_never(event)


def inside(casinos: Sequence[str], within: Within) -> bool:
    """Whether all of the casinos are among these; `*` is among all casinos alone.

    >>> inside(("*",), None), inside(("*",), frozenset({"a"})), inside(("a",), frozenset({"a"}))
    (True, False, True)
    """
    return within is None or within.issuperset(casinos)


def _there(state: Client, within: Within) -> Registered:
    if isinstance(state, Absent) or not inside(state.terms.casinos, within):
        raise ClientUnknown
    return state


def _open(state: Client, within: Within) -> Registered:
    there = _there(state, within)
    if there.disabled:
        raise ClientIsDisabled
    return there


def _require_future(terms: Terms, now: datetime) -> None:
    if not now < terms.expires_at <= now + LONGEST:
        raise ClientExpiryInvalid("A client ends within a year, and not in the past.", field="expires_at")


def _terms_set(terms: Terms) -> ClientTermsSet:
    return ClientTermsSet(
        contact=terms.contact,
        casinos=terms.casinos,
        addresses=terms.addresses,
        rate_tier=terms.rate_tier,
        expires_at=terms.expires_at,
    )


def _terms(event: ClientTermsSet) -> Terms:
    return Terms(
        contact=event.contact,
        casinos=event.casinos,
        addresses=event.addresses,
        rate_tier=event.rate_tier,
        expires_at=event.expires_at,
    )


def _folded(events: Sequence[ClientEvent]) -> Registered:
    state: Client = Absent()
    for one in events:
        state = evolve(state, one)
    assert isinstance(state, Registered)
    return state


client: Decider[ClientCommand, Client, ClientEvent] = Decider("client", Absent(), decide, evolve)
