"""The suite: one subclass per provider says how that provider writes; the tests say what we must make of it."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from random import Random
from typing import Any, ClassVar
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chassis.domain import Invalid
from payments.application.look_port import LookAtDeposit, LookAtPayout
from payments.application.ports import (
    AboutDeposit,
    AboutPayout,
    Category,
    HttpAnswer,
    NotGenuine,
    PaymentProvider,
    ProviderAccount,
    Unclear,
)
from payments.domain.deposit import words as deposit
from payments.domain.withdrawal import words as payout
from payments.strategies.providers.reading import word
from payments.strategies.providers.registry import PROVIDERS

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
OURS = UUID("018f3a5e-7c1d-7000-8000-000000000001")
REQUEST_ID = UUID("018f3a5e-7c1d-7000-8000-000000000002")
PLAYER = UUID("018f3a5e-7c1d-7000-8000-000000000003")

Wire = tuple[bytes, dict[str, str]]
QUICK = settings(max_examples=60, suppress_health_check=[HealthCheck.differing_executors])


def pem_pair() -> tuple[str, str]:
    key = rsa.generate_private_key(65_537, 2_048)
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    return private, key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


OUR_PRIVATE, OUR_PUBLIC = pem_pair()
THEIR_PRIVATE, THEIR_PUBLIC = pem_pair()


def whose(said: Any) -> UUID | None:
    """The deposit or withdrawal of ours that a notification names."""
    assert isinstance(said, AboutDeposit | AboutPayout | LookAtDeposit | LookAtPayout), said
    return said.deposit_id if isinstance(said, AboutDeposit | LookAtDeposit) else said.withdrawal_id


def nested(levels: int) -> Any:
    value: Any = "x"
    for _ in range(levels):
        value = {"in": value}
    return value


def flips(raw: bytes, signature: str = "", most: int = 10_000) -> Iterator[tuple[bytes, str]]:
    """A body and its signature with one of their bits flipped; of more than `most` bits a sample, always the same."""
    both = raw + signature.encode()
    bits = range(len(both) * 8)
    for bit in bits if len(bits) <= most else Random(7).sample(bits, most):
        flipped = bytearray(both)
        flipped[bit // 8] ^= 1 << bit % 8
        yield bytes(flipped[: len(raw)]), flipped[len(raw) :].decode("latin-1")


class ProviderContract:
    """What holds for every provider. Subclass `TellsAmounts` or `OnlyHints`, whichever its notifications are."""

    name: ClassVar[str]
    settings: ClassVar[Mapping[str, Any]]
    secrets: ClassVar[Mapping[str, str]]
    signed_with: ClassVar[Sequence[str]]
    """The secrets, if it has any, by which a notification is known as its own."""
    shortest_secret: ClassVar[int] = 16
    other_reference: ClassVar[Mapping[str, Any]]
    signature_header: ClassVar[str] = "x-signature"
    flipped_at_most: ClassVar[int] = 10_000
    unsigned_parts: ClassVar[str] = ""
    """What of a notification the protocol does not sign, if anything."""

    @property
    def provider(self) -> PaymentProvider:
        return PROVIDERS[self.name]

    @property
    def account(self) -> ProviderAccount:
        return ProviderAccount(
            casino_id=UUID(int=7),
            provider=self.name,
            enabled=True,
            currencies=frozenset({"EUR"}),
            settings=self.settings,
            secrets=self.secrets,
        )

    def genuine(self, **extra: Any) -> Wire:
        """A notification that brings money to an end, properly signed, with `extra` fields added to its data."""
        raise NotImplementedError

    def of_unknown_kind(self) -> Wire:
        """A properly signed notification of a kind that does not exist yet."""
        raise NotImplementedError

    def unsigned(self) -> Wire:
        """The genuine notification without its signature."""
        raise NotImplementedError

    def tampered(self) -> Wire:
        """The genuine notification with another amount under the old signature."""
        raw, headers = self.genuine()
        return raw.replace(b"50", b"51"), headers

    def badly_signed(self) -> Wire:
        """The genuine notification signed by somebody else."""
        raise NotImplementedError

    def read(self, wire: Wire) -> Any:
        return self.provider.read_notification(self.account, wire[0], wire[1], NOW)

    def test_its_account_is_accepted(self) -> None:
        self.provider.check_account(self.settings, self.secrets)

    def test_a_secret_of_several_lines_is_refused_where_it_is_no_key_file(self) -> None:
        for name, value in self.secrets.items():
            if "BEGIN" not in value:
                with pytest.raises(Invalid) as refusal:
                    self.provider.check_account(self.settings, {**self.secrets, name: f"{value}\nX: y"})
                assert refusal.value.field == f"secrets.{name}"

    def test_an_account_without_one_of_its_secrets_is_refused(self) -> None:
        for name in self.secrets:
            without = {key: value for key, value in self.secrets.items() if key != name}
            with pytest.raises(Invalid) as refusal:
                self.provider.check_account(self.settings, without)
            assert refusal.value.field == f"secrets.{name}"

    def test_a_secret_that_could_be_guessed_is_refused(self) -> None:
        for name in self.signed_with:
            good = self.secrets[name.removeprefix("previous_")]
            for guessable in ("x", good[: self.shortest_secret - 1]):
                with pytest.raises(Invalid) as refusal:
                    self.provider.check_account(self.settings, {**self.secrets, name: guessable})
                assert refusal.value.field == f"secrets.{name}"

    @pytest.mark.parametrize(
        "url", ["", "ftp://x", "https://", "http://u:p@h", "https://h?x=1", "h", "https://h:99999", 7]
    )
    def test_an_account_whose_server_has_no_usable_address_is_refused(self, url: Any) -> None:
        with pytest.raises(Invalid) as refusal:
            self.provider.check_account({**self.settings, "base_url": url}, self.secrets)
        assert refusal.value.field == "settings.base_url"

    def test_a_setting_nobody_reads_is_refused(self) -> None:
        with pytest.raises(Invalid):
            self.provider.check_account({**self.settings, "base_ulr": "x"}, self.secrets)

    def test_secrets_are_not_shown(self) -> None:
        shown = repr(self.account)
        assert not any(secret in shown for secret in self.secrets.values())

    def test_unsigned_tampered_and_forged_notifications_are_not_genuine(self) -> None:
        for wire in (self.unsigned(), self.tampered(), self.badly_signed()):
            with pytest.raises(NotGenuine):
                self.read(wire)

    def test_any_flipped_bit_is_refused(self) -> None:
        """Or, where not all is signed, says the same of the same money, or is for a person to see."""
        raw, headers = self.genuine()
        told = self.read((raw, headers)).said
        for body, signature in flips(raw, headers.get(self.signature_header, ""), self.flipped_at_most):
            with suppress(NotGenuine):
                said = self.read((body, {**headers, self.signature_header: signature})).said
                assert self.unsigned_parts, "all of it is signed"
                assert said == told or isinstance(said, Unclear), body

    @QUICK
    @given(raw=st.binary(max_size=300), header=st.text(max_size=80))
    def test_nothing_else_is_a_notification(self, raw: bytes, header: str) -> None:
        with pytest.raises(NotGenuine):
            self.read((raw, {self.signature_header: header}))

    def test_fields_we_do_not_know_change_nothing(self) -> None:
        with_more = self.read(self.genuine(brand_new={"deep": [None, True, "x"]}))
        assert with_more.said == self.read(self.genuine()).said

    def test_what_a_payer_wrote_does_not_keep_it_from_being_read(self) -> None:
        """It is signed as it is, and comes as it is each time."""
        written = {"nul": "a\x00b", "half": "\ud800", "huge": 10**30, "longer": "x" * 40_000, "deep": nested(100)}
        assert self.read(self.genuine(brand_new=written)).said == self.read(self.genuine()).said

    def test_a_kind_we_do_not_know_is_for_a_person_to_see(self) -> None:
        assert isinstance(self.read(self.of_unknown_kind()).said, Unclear)

    def test_a_notification_about_no_reference_of_ours_names_none(self) -> None:
        assert whose(self.read(self.genuine(**self.other_reference)).said) is None

    def test_the_same_facts_always_build_the_same_bytes(self) -> None:
        assert self.build() == self.build()

    def build(self) -> Any:
        raise NotImplementedError

    def parse(self, answer: HttpAnswer | None) -> Any:
        raise NotImplementedError

    @pytest.mark.parametrize(
        "answer",
        [None, HttpAnswer(500, b"{}"), HttpAnswer(503, b"<html>"), HttpAnswer(200, b""), HttpAnswer(200, b"[]"),
         HttpAnswer(200, b"{}"), HttpAnswer(429, b"{}"), HttpAnswer(302, b""), HttpAnswer(200, b"[" * 100_000)],
    )  # fmt: skip
    def test_no_believable_answer_is_an_unknown_outcome(self, answer: HttpAnswer | None) -> None:
        assert isinstance(self.parse(answer), deposit.Unanswered | payout.Unanswered)

    @QUICK
    @given(status=st.integers(100, 599), body=st.binary(max_size=200))
    def test_no_rubbish_is_ever_a_success(self, status: int, body: bytes) -> None:
        said = self.parse(HttpAnswer(status, body))
        assert not isinstance(said, deposit.Settled | payout.Taken | payout.Confirmed)

    def test_its_codes_are_ones_an_answer_can_carry(self) -> None:
        assert self.provider.codes, "a provider says why it says no"
        assert all(word(code) == code for code in self.provider.codes)

    def test_nothing_is_tried_elsewhere_because_of_the_players_money_or_our_mistake(self) -> None:
        never = (Category.FUNDS, Category.FRAUD, Category.CANCELLED, Category.REQUEST, Category.UNKNOWN)
        assert not [code for code, one in self.provider.codes.items() if one.cascade and one.category in never]


class TellsTakenBack(ProviderContract):
    """Its notifications also say that money of a deposit was taken back, and how much."""

    def taken_back(self, movement: str, amount: Any = 50_00, currency: str = "EUR") -> list[Wire]:
        """The taking back of this id in each way that the protocol tells of it."""
        raise NotImplementedError

    def test_a_taking_back_brings_its_own_id_and_the_amount_however_it_is_told(self) -> None:
        for wire in self.taken_back("m_1"):
            said = self.read(wire).said
            assert isinstance(said, AboutDeposit)
            assert isinstance(said.word, deposit.TakenBack)
            assert (said.word.movement, said.word.amount_minor, said.word.currency) == ("m_1", 50_00, "EUR")
            assert said.word.reference

    def test_two_takings_back_are_told_apart(self) -> None:
        said = {self.read(wire).said.word.movement for one in ("m_1", "m_2") for wire in self.taken_back(one)}
        assert said == {"m_1", "m_2"}

    def test_a_taking_back_of_an_amount_that_cannot_be_read_is_for_a_person_to_see(self) -> None:
        for amount in (None, "", "x", 0, -5, "1.001", True, 10**17):
            for wire in self.taken_back("m_1", amount):
                assert isinstance(self.read(wire).said, Unclear), amount

    def test_a_taking_back_without_an_id_is_for_a_person_to_see(self) -> None:
        for wire in self.taken_back(""):
            assert isinstance(self.read(wire).said, Unclear)


class TellsAmounts(ProviderContract):
    """Its notifications bring the reference, the amount and the outcome."""

    def with_amount(self, amount: Any, currency: str) -> Wire:
        """The genuine notification with another amount, as the protocol writes it."""
        raise NotImplementedError

    def test_a_genuine_notification_brings_our_reference_and_the_amount(self) -> None:
        said = self.read(self.genuine()).said
        assert isinstance(said, AboutDeposit | AboutPayout)
        assert whose(said) == OURS
        assert isinstance(said.word, deposit.Settled | payout.Confirmed)
        assert (said.word.amount_minor, said.word.currency) == (50_00, "EUR")

    def test_an_amount_that_cannot_be_read_is_no_success(self) -> None:
        for amount in (None, "", "x", 0, -5, "1.001", "NaN", True, 10**17):
            assert isinstance(self.read(self.with_amount(amount, "EUR")).said, Unclear), amount


class OnlyHints(ProviderContract):
    """Its notifications say that something happened; what it was, it is asked."""

    def test_a_genuine_notification_makes_us_ask(self) -> None:
        said = self.read(self.genuine()).said
        assert isinstance(said, LookAtDeposit | LookAtPayout)
        assert whose(said) == OURS
