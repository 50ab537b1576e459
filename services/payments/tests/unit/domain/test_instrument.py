"""Instruments: what is kept of them, what people decide, and that no card number ever is."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.domain import Invalid, NotFound
from chassis.domain.numbers import is_card_number
from chassis.testing.spec import Spec
from payments.domain.instrument import events as e
from payments.domain.instrument.aggregate import instrument, instrument_use
from payments.domain.instrument.commands import (
    CompareHolder,
    DecideOwnership,
    DecideVerification,
    DisableInstrument,
    EnableInstrument,
    FindAlone,
    FindShared,
    SeeInstrument,
    UseInstrument,
)
from payments.domain.instrument.errors import OwnershipMismatch, OwnershipTakesTwo
from payments.domain.instrument.words import (
    Instrument,
    Kind,
    Likeness,
    Ownership,
    Verification,
    instrument_told,
    local_number,
    may_hold_cards,
)

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
PLAYER, CASINO = UUID(int=1), UUID(int=2)
FACT: dict[str, Any] = {
    "player_id": PLAYER,
    "casino_id": CASINO,
    "kind": Kind.CARD,
    "bin": "411111",
    "last_four": "1111",
}
MORE: dict[str, Any] = {
    "provider": "stripe",
    "fingerprint": "f" * 64,
    "recognisable": True,
    "expires_on": date(2030, 3, 31),
    "country": "MT",
    "sealed": "pd1:x",
    "details_index": "d1",
}
SEE = SeeInstrument(**FACT, **MORE, now=NOW)
SEEN = e.InstrumentSeen(**FACT, **MORE, seen_at=NOW)
MATCHES = e.InstrumentOwnershipDecided(**FACT, ownership=Ownership.MATCHES, decided_by="ann")
MISMATCH = e.InstrumentOwnershipDecided(**FACT, ownership=Ownership.MISMATCH, decided_by="ann")
VERIFIED = e.InstrumentVerificationDecided(**FACT, verification=Verification.VERIFIED, decided_by="ann")
REFUSED = e.InstrumentVerificationDecided(**FACT, verification=Verification.REFUSED, decided_by="ann")
ANOTHER = e.InstrumentHolderCompared(**FACT, likeness=Likeness.MISMATCH)
HIS = e.InstrumentHolderCompared(**FACT, likeness=Likeness.MATCH)
RENEWED = e.InstrumentRenewed(
    **FACT, provider="stripe", expires_on=date(2030, 3, 31), country="MT", sealed="pd1:y", details_index="d2"
)
VERIFY = DecideVerification(verification=Verification.VERIFIED, decider="ann")
DISABLED = e.InstrumentDisabled(**FACT, disabled_by="ann")
SHARED = e.InstrumentFoundShared(**FACT, players=2)

spec = Spec(instrument)
use = Spec(instrument_use)


def luhn(digits: str) -> str:
    """The digits with the check digit that makes a card number of them, by another way of counting."""
    total = 0
    for place, one in enumerate(reversed(digits)):
        value = int(one) * 2 if place % 2 == 0 else int(one)
        total += value - 9 if value > 9 else value
    return digits + str(-total % 10)


CARD_NUMBERS = st.text("0123456789", min_size=12, max_size=18).map(luhn)
ISSUED = st.text("0123456789", min_size=11, max_size=17).map(lambda rest: luhn(f"4{rest}"))


def test_it_is_seen_once() -> None:
    spec.given().when(SEE).then(SEEN)
    spec.given(SEEN).when(SEE).then_nothing()


def test_another_day_of_expiry_renews_it() -> None:
    later = {**MORE, "expires_on": date(2033, 3, 31)}
    renewed = {name: later[name] for name in ("provider", "expires_on", "country", "sealed", "details_index")}
    spec.given(SEEN).when(SeeInstrument(**FACT, **later, now=NOW)).then(e.InstrumentRenewed(**FACT, **renewed))


def test_it_is_found_shared_once() -> None:
    spec.given(SEEN).when(FindShared(players=2)).then(SHARED)
    spec.given(SEEN, SHARED).when(FindShared(players=3)).then_nothing()


def test_it_is_found_alone_once_and_may_be_shared_again() -> None:
    alone = e.InstrumentFoundAlone(**FACT)
    spec.given(SEEN).when(FindAlone()).then_nothing()
    spec.given(SEEN, SHARED).when(FindAlone()).then(alone)
    spec.given(SEEN, SHARED, alone).when(FindShared(players=2)).then(SHARED)


def compared(likeness: Likeness, details_index: str = "d1") -> CompareHolder:
    return CompareHolder(likeness=likeness, details_index=details_index)


def test_its_holders_name_is_compared_once_and_again_when_he_is_called_otherwise() -> None:
    spec.given(SEEN).when(compared(Likeness.MISMATCH)).then(ANOTHER)
    spec.given(SEEN, ANOTHER).when(compared(Likeness.MISMATCH)).then_nothing()
    spec.given(SEEN, ANOTHER).when(compared(Likeness.MATCH)).then(HIS)


def test_that_it_cannot_be_told_is_an_answer_too() -> None:
    unknown = e.InstrumentHolderCompared(**FACT, likeness=Likeness.UNKNOWN)
    spec.given(SEEN).when(compared(Likeness.UNKNOWN)).then(unknown)
    spec.given(SEEN, unknown).when(compared(Likeness.UNKNOWN)).then_nothing()


def test_a_name_that_was_told_before_another_one_counts_no_more() -> None:
    spec.given(SEEN, RENEWED).when(compared(Likeness.MISMATCH)).then_nothing()
    spec.given(SEEN, HIS, RENEWED).when(compared(Likeness.MISMATCH, "d2")).then(ANOTHER)


def test_people_decide_whatever_the_names_say() -> None:
    spec.given(SEEN, ANOTHER).when(DecideOwnership(ownership=Ownership.MISMATCH, decider="ann")).then(MISMATCH)
    spec.given(SEEN, ANOTHER).when(VERIFY).then(VERIFIED)
    spec.given(SEEN, VERIFIED).when(compared(Likeness.MISMATCH)).then(ANOTHER)


@pytest.mark.parametrize("before", [(), (MISMATCH,)], ids=["nobody said anything", "people said no"])
def test_that_it_is_his_takes_two_where_its_holder_has_another_name(before: tuple[Any, ...]) -> None:
    alone = DecideOwnership(ownership=Ownership.MATCHES, decider="ann")
    spec.given(SEEN, ANOTHER, *before).when(alone).then_raises(OwnershipTakesTwo)
    spec.given(SEEN, ANOTHER, *before).when(replace(alone, agreed=True)).then(MATCHES)
    spec.given(SEEN, ANOTHER, MATCHES).when(alone).then_nothing()


def test_people_say_whose_it_is_and_that_it_is_good() -> None:
    spec.given(SEEN).when(DecideOwnership(ownership=Ownership.MATCHES, decider="ann")).then(MATCHES)
    spec.given(SEEN, MATCHES).when(VERIFY).then(VERIFIED)
    spec.given(SEEN, VERIFIED).when(VERIFY).then_nothing()


def test_somebody_elses_is_never_verified() -> None:
    spec.given(SEEN, MISMATCH).when(VERIFY).then_raises(OwnershipMismatch)


def test_what_turns_out_to_be_somebody_elses_is_verified_no_longer() -> None:
    command = DecideOwnership(ownership=Ownership.MISMATCH, decider="ann")
    spec.given(SEEN, VERIFIED).when(command).then(MISMATCH, REFUSED)


def test_it_is_switched_off_and_on_again() -> None:
    spec.given(SEEN).when(DisableInstrument(by="ann")).then(DISABLED)
    spec.given(SEEN, DISABLED).when(DisableInstrument(by="bob")).then_nothing()
    spec.given(SEEN, DISABLED).when(EnableInstrument(by="bob")).then(e.InstrumentEnabled(**FACT, enabled_by="bob"))
    spec.given(SEEN).when(EnableInstrument(by="bob")).then_nothing()


@pytest.mark.parametrize(
    "command",
    [FindShared(players=2), VERIFY, DisableInstrument(by="a"), EnableInstrument(by="a")],
    ids=lambda one: type(one).__name__,
)
def test_what_nobody_has_seen_is_not_there(command: Any) -> None:
    spec.given().when(command).then_raises(NotFound)


def test_a_payment_keeps_the_first_instrument_it_was_told() -> None:
    first, second = uuid4(), uuid4()
    facts: dict[str, Any] = {"player_id": PLAYER, "casino_id": CASINO, "direction": e.Direction.IN}
    used = e.InstrumentUsed(instrument_id=first, **facts, used_at=NOW)
    use.given().when(UseInstrument(instrument_id=first, **facts, now=NOW)).then(used)
    use.given(used).when(UseInstrument(instrument_id=second, **facts, now=NOW)).then_nothing()


def test_of_a_deposit_it_says_nothing_of_a_withdrawal_and_the_other_way_round() -> None:
    facts: dict[str, Any] = {"instrument_id": uuid4(), "player_id": PLAYER, "casino_id": CASINO}
    paid = e.InstrumentUsed(**facts, direction=e.Direction.IN, used_at=NOW)
    asked = e.InstrumentUsed(**facts, direction=e.Direction.OUT, used_at=NOW)
    use.given(asked).when(UseInstrument(**facts, direction=e.Direction.IN, now=NOW)).then(paid)
    use.given(asked, paid).when(UseInstrument(**facts, direction=e.Direction.OUT, now=NOW)).then_nothing()


TEXTS = ["fingerprint", "number", "holder", "owner", "bin", "country"]


@given(number=CARD_NUMBERS, field=st.sampled_from(TEXTS), group=st.sampled_from(["", " ", "-"]))
def test_the_number_of_a_card_is_refused_wherever_it_is_told(number: str, field: str, group: str) -> None:
    """However it is grouped, and into whatever field a provider puts it."""
    written = group.join(number[at : at + 4] for at in range(0, len(number), 4))
    assert is_card_number(written)
    told: dict[str, Any] = {field: written}
    with pytest.raises(Invalid):
        Instrument(kind=Kind.CARD, **told)
    assert instrument_told(kind=Kind.BANK, pays_to={"account_number": written}) is None
    free = {"account_number": written, "bank_number": "of the main street", "last_name": written}
    assert may_hold_cards(free) == ["account_number", "last_name"]


@given(
    number=ISSUED,
    group=st.sampled_from(["", " ", "-", "."]),
    frame=st.sampled_from(["card {}", "{} exp 12/31", "Visa:{}", "room 12 {}", "{} 737", "{}, 12/31", "pan{}"]),
    field=st.sampled_from(["last_name", "bank_number", "note", "email", "owner"]),
)
def test_the_number_of_a_card_is_refused_within_text(number: str, group: str, frame: str, field: str) -> None:
    written = frame.format(group.join(number[at : at + 4] for at in range(0, len(number), 4)))
    assert not is_card_number(written) or frame == "{} 737"  # One more group may happen to add up as well.
    assert may_hold_cards({field: written}) == [field]
    assert instrument_told(kind=Kind.WALLET, holder=written) is None


@pytest.mark.parametrize(
    "fields",
    [
        {"iban": "GB33 BUKB 2020 1555 5555 55", "last_name": "García"},
        {"account_number": "DE89 3704 0044 0532 0130 00"},
        {"account_number": "61 1090 1014 0000 0712 1981 2874"},
        {"phone": "+491512345678901"[:15]},
        {"address": "0x4242424242424242Ab5801a7D398351b8bE11C43"},
        {"token": "tok_a4242424242424242f"},
        {"instrument_id": "42424242-4242-4242-8000-000000000000"},
        {"last_name": "Müller, 2. Stock 17/3, 10115 Berlin"},
    ],
    ids=str,
)
def test_what_adds_up_by_chance_where_such_digits_are_lawful_is_kept(fields: dict[str, str]) -> None:
    assert may_hold_cards(fields) == []


@given(number=CARD_NUMBERS, bank=st.text("0123456789", min_size=3, max_size=8))
def test_the_number_of_an_account_beside_that_of_its_bank_is_kept(number: str, bank: str) -> None:
    """Every tenth has a check digit as cards have, and is somebody's account all the same."""
    account = {"clearing_house": "SWEDEN", "bank_number": bank, "account_number": number, "last_name": "García"}
    assert may_hold_cards(account) == []
    assert instrument_told(kind=Kind.BANK, pays_to=account) is not None
    assert may_hold_cards({**account, "last_name": number}) == ["last_name"]


@given(st.text("0123456789", min_size=13, max_size=19), st.integers(0, 18), st.integers(1, 9))
def test_one_wrong_digit_makes_it_no_card_number(digits: str, place: int, step: int) -> None:
    """The check digit finds every single digit that is wrong."""
    number, at = luhn(digits[:-1]), place % len(digits)
    wrong = number[:at] + str((int(number[at]) + step) % 10) + number[at + 1 :]
    assert is_card_number(number)
    assert not is_card_number(wrong)


@pytest.mark.parametrize("text", ["", "411111", "ES9121000418450200051332", "4111111111111112", "0" * 20])
def test_what_is_no_card_number_is_kept(text: str) -> None:
    assert not is_card_number(text)


def test_neither_a_longer_end_nor_a_longer_beginning_of_a_number_is_kept() -> None:
    assert instrument_told(kind=Kind.CARD, last_four="01111") is None
    assert instrument_told(kind=Kind.CARD, bin="4111111") is None
    assert instrument_told(kind=Kind.CARD, bin="41111111", last_four="1111") is not None


def test_the_same_account_is_recognised_however_it_is_written() -> None:
    grouped, plain = "es91 2100 0418 4502 0005 1332", "ES9121000418450200051332"
    one, other = (Instrument(kind=Kind.BANK, number=number) for number in (grouped, plain))
    assert one.identity == other.identity is not None
    assert Instrument(kind=Kind.CARD, bin="411111", last_four="1111").identity is None


def test_nothing_personal_is_in_its_repr() -> None:
    told = Instrument(kind=Kind.BANK, number="ES91", holder="Ana García", fingerprint="x:y", pays_to={"a": "b"})
    assert not any(one in repr(told) for one in ("ES91", "Ana", "x:y", "'b'"))


COMMANDS = st.lists(
    st.one_of(
        st.just(SEE),
        st.sampled_from([DecideOwnership(ownership=one, decider="a") for one in Ownership]),
        st.sampled_from([DecideVerification(verification=one, decider="a") for one in Verification]),
        st.just(DisableInstrument(by="a")),
        st.just(EnableInstrument(by="a")),
    ),
    max_size=12,
)


@given(COMMANDS)
def test_no_order_of_decisions_leaves_somebody_elses_verified(commands: list[Any]) -> None:
    state = instrument.initial
    for command in [SEE, *commands]:
        try:
            state = instrument.fold(instrument.decide(command, state), state)
        except OwnershipMismatch:
            continue
        mismatch = getattr(state, "ownership", None) is Ownership.MISMATCH
        assert not (mismatch and getattr(state, "verification", None) is Verification.VERIFIED)


@pytest.mark.parametrize(
    ("iban", "house", "bank", "account"),
    [
        ("GB29 NWBK 6016 1331 9268 19", "UNITED_KINGDOM", "60-16-13", "31926819"),
        ("DK5000400440116243", "DENMARK", "0040", "440116243"),
        ("NO9386011117947", "NORWAY", "", "8601 11 17947"),
    ],
)
def test_an_account_is_the_same_one_by_its_iban_and_by_its_countrys_numbers(
    iban: str, house: str, bank: str, account: str
) -> None:
    """The examples of the ISO 13616 registry."""
    numbers = (iban, local_number(house, bank, account))
    assert len({Instrument(kind=Kind.BANK, number=one).identity for one in numbers}) == 1
    other = Instrument(kind=Kind.BANK, number=local_number(house, bank, f"{account}1")).identity
    assert other != Instrument(kind=Kind.BANK, number=iban).identity
