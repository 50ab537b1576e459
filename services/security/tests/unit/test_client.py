"""Partners' programs: keys are used once and overlap, an end is named, no manager reaches beyond his own."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.domain import DomainError
from chassis.testing.spec import Spec
from security.domain.client.aggregate import MOST_KEYS, Registered, client, decide
from security.domain.client.commands import (
    AddKey,
    AssignClientRole,
    DisableClient,
    EnableClient,
    Key,
    RegisterClient,
    RetireKey,
    SetTerms,
    Terms,
    WithdrawClientRole,
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
    ClientKeyAdded,
    ClientKeyRetired,
    ClientRegistered,
    ClientRoleAssigned,
    ClientRoleWithdrawn,
    ClientTermsSet,
)

NOW = datetime(2026, 3, 1, tzinfo=UTC)
END = NOW + timedelta(days=300)
ROLE, HELD = UUID(int=1), UUID(int=2)
NAMED = ClientRegistered(name="puller")
TERMS = Terms(contact="a@b.example", casinos=("c1", "c2"), addresses=(), rate_tier="low", expires_at=END)
AGREED = ClientTermsSet(contact="a@b.example", casinos=("c1", "c2"), addresses=(), rate_tier="low", expires_at=END)
EVERYTHING_AGREED = ClientTermsSet(contact="a@b.example", casinos=("*",), addresses=(), rate_tier="low", expires_at=END)


def key(name: str) -> Key:
    return Key(kid=name, algorithm="ES256", thumbprint=f"print of {name}", jwk={"kty": "EC"})


def added(name: str) -> ClientKeyAdded:
    return ClientKeyAdded(kid=name, algorithm="ES256", thumbprint=f"print of {name}", jwk={"kty": "EC"})


def register(*keys: Key, terms: Terms = TERMS) -> RegisterClient:
    return RegisterClient(name="puller", terms=terms, keys=keys, now=NOW)


def ending(at: datetime) -> Terms:
    return Terms(contact="a@b.example", casinos=("c1", "c2"), addresses=(), rate_tier="low", expires_at=at)


def assign(*casinos: str, within: frozenset[str] | None = None) -> AssignClientRole:
    return AssignClientRole(assignment_id=HELD, role_id=ROLE, role_name="reader", casinos=casinos, within=within)


def assigned(*casinos: str) -> ClientRoleAssigned:
    return ClientRoleAssigned(assignment_id=HELD, role_id=ROLE, role_name="reader", casinos=casinos)


@pytest.fixture
def spec() -> Spec[Any, Any, Any]:
    return Spec(client)


def test_a_client_is_registered_with_its_keys(spec: Spec[Any, Any, Any]) -> None:
    spec.given().when(register(key("a"), key("b"))).then(NAMED, AGREED, added("a"), added("b"))


def test_a_client_is_registered_once(spec: Spec[Any, Any, Any]) -> None:
    spec.given(NAMED, AGREED).when(register(key("a"))).then_raises(ClientExists)


@pytest.mark.parametrize("at", [NOW, NOW - timedelta(days=1), NOW + timedelta(days=367)])
def test_a_client_ends_within_a_year_and_not_in_the_past(spec: Spec[Any, Any, Any], at: datetime) -> None:
    spec.given().when(register(key("a"), terms=ending(at))).then_raises(ClientExpiryInvalid)


def test_two_keys_of_one_registration_are_two(spec: Spec[Any, Any, Any]) -> None:
    spec.given().when(register(key("a"), key("a"))).then_raises(ClientKeyTaken)


def test_a_second_key_overlaps_the_first(spec: Spec[Any, Any, Any]) -> None:
    spec.given(NAMED, AGREED, added("a")).when(AddKey(key=key("b"), within=None)).then(added("b"))


def test_there_is_no_third_key(spec: Spec[Any, Any, Any]) -> None:
    spec.given(NAMED, AGREED, added("a"), added("b")).when(AddKey(key=key("c"), within=None)).then_raises(
        ClientKeysFull
    )


def test_a_retired_key_makes_room(spec: Spec[Any, Any, Any]) -> None:
    before = (NAMED, AGREED, added("a"), added("b"), ClientKeyRetired(kid="a"))
    spec.given(*before).when(AddKey(key=key("c"), within=None)).then(added("c"))


@pytest.mark.parametrize("again", [key("a"), Key(kid="new", algorithm="ES256", thumbprint="print of a", jwk={})])
def test_a_retired_key_never_comes_back_nor_does_its_name(spec: Spec[Any, Any, Any], again: Key) -> None:
    before = (NAMED, AGREED, added("a"), ClientKeyRetired(kid="a"))
    spec.given(*before).when(AddKey(key=again, within=None)).then_raises(ClientKeyTaken)


def test_retiring_a_key_twice_is_nothing_new(spec: Spec[Any, Any, Any]) -> None:
    spec.given(NAMED, AGREED, added("a")).when(RetireKey(kid="a", within=None)).then(ClientKeyRetired(kid="a"))
    again = Spec(client).given(NAMED, AGREED, added("a"), ClientKeyRetired(kid="a"))
    again.when(RetireKey(kid="a", within=None)).then_nothing()


def test_an_unknown_key_cannot_be_retired(spec: Spec[Any, Any, Any]) -> None:
    spec.given(NAMED, AGREED, added("a")).when(RetireKey(kid="z", within=None)).then_raises(ClientKeyUnknown)


def test_a_client_holds_a_role_at_its_own_casinos(spec: Spec[Any, Any, Any]) -> None:
    spec.given(NAMED, AGREED).when(assign("c1")).then(assigned("c1"))


@pytest.mark.parametrize("casinos", [("c3",), ("*",), ("c1", "c3")], ids=str)
def test_a_client_holds_no_role_elsewhere(spec: Spec[Any, Any, Any], casinos: tuple[str, ...]) -> None:
    spec.given(NAMED, AGREED).when(assign(*casinos)).then_raises(ClientOutOfScope)


def test_a_client_of_the_operator_holds_roles_everywhere(spec: Spec[Any, Any, Any]) -> None:
    spec.given(NAMED, EVERYTHING_AGREED).when(assign("*")).then(assigned("*"))


def test_the_same_role_again_is_nothing_new(spec: Spec[Any, Any, Any]) -> None:
    spec.given(NAMED, AGREED, assigned("c1")).when(assign("c1")).then_nothing()


def test_a_role_is_withdrawn(spec: Spec[Any, Any, Any]) -> None:
    gone = ClientRoleWithdrawn(assignment_id=HELD, role_id=ROLE)
    spec.given(NAMED, AGREED, assigned("c1")).when(WithdrawClientRole(assignment_id=HELD, within=None)).then(gone)
    nobody = Spec(client).given(NAMED, AGREED, assigned("c1"), gone)
    nobody.when(WithdrawClientRole(assignment_id=HELD, within=None)).then_raises(ClientAssignmentUnknown)


@pytest.mark.parametrize("command", [AddKey(key=key("b"), within=None), assign("c1")], ids=["key", "role"])
def test_a_disabled_client_is_given_nothing(spec: Spec[Any, Any, Any], command: Any) -> None:
    spec.given(NAMED, AGREED, ClientDisabled(cause="staff")).when(command).then_raises(ClientIsDisabled)


def test_a_client_is_disabled_and_comes_back(spec: Spec[Any, Any, Any]) -> None:
    spec.given(NAMED, AGREED).when(DisableClient(cause="idle", within=None)).then(ClientDisabled(cause="idle"))
    back = Spec(client).given(NAMED, AGREED, ClientDisabled(cause="idle"))
    back.when(EnableClient(now=NOW, within=None)).then(ClientEnabled())


def test_disabling_twice_is_nothing_new(spec: Spec[Any, Any, Any]) -> None:
    disabled = spec.given(NAMED, AGREED, ClientDisabled(cause="staff"))
    disabled.when(DisableClient(cause="idle", within=None)).then_nothing()


def test_a_client_whose_time_is_up_gets_new_terms_first(spec: Spec[Any, Any, Any]) -> None:
    late = END + timedelta(days=1)
    ended = spec.given(NAMED, AGREED, ClientDisabled(cause="expired"))
    ended.when(EnableClient(now=late, within=None)).then_raises(ClientExpiryInvalid)


def test_the_same_terms_are_nothing_new(spec: Spec[Any, Any, Any]) -> None:
    spec.given(NAMED, AGREED).when(SetTerms(terms=TERMS, now=NOW, within=None)).then_nothing()


FAR = frozenset({"c1"})


@pytest.mark.parametrize(
    "command",
    [
        SetTerms(terms=TERMS, now=NOW, within=FAR),
        AddKey(key=key("b"), within=FAR),
        RetireKey(kid="a", within=FAR),
        assign("c1", within=FAR),
        WithdrawClientRole(assignment_id=HELD, within=FAR),
        DisableClient(cause="staff", within=FAR),
        EnableClient(now=NOW, within=FAR),
    ],
    ids=lambda command: type(command).__name__,
)
def test_a_manager_of_some_casinos_does_not_see_a_client_that_works_elsewhere_too(
    spec: Spec[Any, Any, Any], command: Any
) -> None:
    spec.given(NAMED, AGREED, added("a"), assigned("c1")).when(command).then_raises(ClientUnknown)


def test_a_manager_of_some_casinos_gives_a_client_no_others(spec: Spec[Any, Any, Any]) -> None:
    wider = Terms(contact="a@b.example", casinos=("*",), addresses=(), rate_tier="low", expires_at=END)
    own = frozenset({"c1", "c2"})
    spec.given(NAMED, AGREED).when(SetTerms(terms=wider, now=NOW, within=own)).then_raises(ClientOutOfScope)


COMMANDS = [
    *(AddKey(key=key(name), within=None) for name in "abc"),
    *(RetireKey(kid=name, within=None) for name in "abc"),
    DisableClient(cause="staff", within=None),
    EnableClient(now=NOW, within=None),
]


@given(st.lists(st.sampled_from(COMMANDS), max_size=20))
def test_whatever_happens_a_client_has_two_keys_at_most_and_none_of_them_twice(commands: list[Any]) -> None:
    events: list[Any] = [NAMED, AGREED]
    for command in commands:
        state = client.fold(events)
        try:
            events.extend(decide(command, state))
        except DomainError:
            continue
    state = client.fold(events)
    assert isinstance(state, Registered)
    assert len(state.keys) <= MOST_KEYS
    kids = [one.kid for one in events if isinstance(one, ClientKeyAdded)]
    assert len(kids) == len(set(kids))
