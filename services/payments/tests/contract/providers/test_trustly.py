"""Trustly keeps the suite, and its own protocol."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from chassis.domain import Invalid
from payments.application.instruments.ports import AboutInstrument, ReadsDestinations
from payments.application.ports import (
    AboutPayout,
    HttpAnswer,
    MayTake,
    NotGenuine,
    Nothing,
    PayoutFlow,
    PayoutOrder,
)
from payments.domain.instrument.words import Kind
from payments.domain.withdrawal import words as payout
from payments.strategies.providers.trustly.signature import Signed
from payments.strategies.providers.trustly.signature import verify as trustly_verify

from .suite import OUR_PRIVATE, OUR_PUBLIC, OURS, PLAYER, REQUEST_ID, THEIR_PRIVATE, THEIR_PUBLIC
from .trustly_wire import TrustlyWire, signed_answer

CURVE = ec.generate_private_key(ec.SECP256R1())
CURVE_PRIVATE = CURVE.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
CURVE_PUBLIC = CURVE.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
LOCKED_PRIVATE = CURVE.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"x")).decode()
WRONG_PARTS = {
    "an algorithm nobody knows": ("settings", "algorithm", "MD5"),
    "a statement too long": ("settings", "shopper_statement", "x" * 36),
    "a statement that says nothing": ("settings", "shopper_statement", ""),
    "their key on a curve": ("settings", "public_key", CURVE_PUBLIC),
    "a private key as theirs": ("settings", "public_key", OUR_PRIVATE),
    "a setting nobody knows": ("settings", "colour", "red"),
    "our key on a curve": ("secrets", "private_key", CURVE_PRIVATE),
    "our key locked": ("secrets", "private_key", LOCKED_PRIVATE),
    "a public key as ours": ("secrets", "private_key", THEIR_PUBLIC),
    "a secret nobody knows": ("secrets", "colour", "red"),
}


class TestTrustly(TrustlyWire):
    """Payouts."""

    reference = str(OURS)
    settles = "payoutconfirmation"

    @property
    def flow(self) -> PayoutFlow:
        flow = self.provider.payouts
        assert flow is not None
        return flow

    def order(self, **fields: Any) -> PayoutOrder:
        facts: dict[str, Any] = {
            "withdrawal_id": OURS, "request_id": REQUEST_ID, "player_id": PLAYER, "amount_minor": 50_00,
            "currency": "EUR", "destination": {"account_id": "1520389582"},
            "notification_url": "https://us.example/partner/payments/trustly/x/notifications", **fields,
        }  # fmt: skip
        return PayoutOrder(**facts)

    def build(self) -> Any:
        return self.flow.build_call(self.account, self.order())

    def parse(self, answer: HttpAnswer | None) -> Any:
        return self.flow.parse_answer(self.account, self.order(), answer)

    def answered(
        self,
        data: Mapping[str, Any],
        *,
        key: str = THEIR_PRIVATE,
        error: bool = False,
        method: str = "AccountPayout",
        uuid: str = str(REQUEST_ID),
    ) -> Any:
        return self.parse(signed_answer(method, data, uuid, key=key, error=error))

    def test_the_order_is_signed_and_carries_our_ids(self) -> None:
        call = self.build()
        message = json.loads(call.body)
        data = message["params"]["Data"]
        assert (call.method, call.url, message["method"]) == ("POST", "https://api.trustly.com/api/1", "AccountPayout")
        assert message["params"]["UUID"] == str(REQUEST_ID)
        assert (data["MessageID"], data["Amount"], data["Currency"]) == (str(OURS), "50.00", "EUR")
        signed = Signed("AccountPayout", str(REQUEST_ID), data)
        assert trustly_verify(OUR_PUBLIC, "RS256", message["params"]["Signature"], signed)

    def test_an_account_trustly_does_not_know_is_registered_and_paid_in_one_call(self) -> None:
        bank = {"clearing_house": "SWEDEN", "account_number": "1865391", "first_name": "Åsa", "last_name": "Öst"}
        message = json.loads(self.flow.build_call(self.account, self.order(destination=bank)).body)
        assert message["method"] == "RegisterAccountPayout"
        assert message["params"]["Data"]["Firstname"] == "Åsa"

    @pytest.mark.parametrize(
        ("amount_minor", "currency", "wire"), [(500, "ISK", "500"), (103_00, "EUR", "103.00"), (5, "SEK", "0.05")]
    )
    def test_amounts_are_written_in_major_units(self, amount_minor: int, currency: str, wire: str) -> None:
        order = self.order(amount_minor=amount_minor, currency=currency)
        assert json.loads(self.flow.build_call(self.account, order).body)["params"]["Data"]["Amount"] == wire

    @pytest.mark.parametrize(
        ("amount", "currency", "minor"),
        [("500", "ISK", 500), ("49.9", "SEK", 4_990), ("11", "EUR", 1_100), ("1.234", "KWD", 1_234)],
    )
    def test_amounts_are_read_in_major_units(self, amount: str, currency: str, minor: int) -> None:
        word = self.read(self.with_amount(amount, currency)).said.word
        assert (word.amount_minor, word.currency) == (minor, currency)

    @pytest.mark.parametrize("moment", ["yesterday", None, "9999-12-31T23:59:59-14:00"])
    def test_a_moment_that_cannot_be_is_that_of_its_arrival(self, moment: str | None) -> None:
        assert self.read(self.genuine(timestamp=moment)).said_at == self.read(self.genuine(timestamp="soon")).said_at

    @pytest.mark.parametrize("currency", ["JPY", "KWD", "BTC", "XXX"])
    def test_a_currency_it_does_not_pay_out_is_refused(self, currency: str) -> None:
        with pytest.raises(Invalid):
            self.flow.check_amount(100, currency)

    @pytest.mark.parametrize(
        ("destination", "shown"),
        [
            ({"account_id": "1520389582"}, "****582"),
            (
                {
                    "clearing_house": "SPAIN",
                    "account_number": "ES9121000418450200051332",
                    "first_name": "A",
                    "last_name": "B",
                },
                "****1332",
            ),
            ({"account_id": "12"}, "****"),
            ({"account_id": "123"}, "****3"),
            ({"account_id": "12345"}, "****5"),
            ({"account_id": "12345678901"}, "****901"),
            ({"account_id": "123456789012"}, "****9012"),
        ],
    )
    def test_staff_see_the_last_third_and_four_characters_at_most(
        self, destination: dict[str, str], shown: str
    ) -> None:
        assert self.flow.check_destination(destination) == shown

    @pytest.mark.parametrize(
        "destination",
        [{}, {"account_id": " "}, {"account_id": "x" * 65}, {"account_id": "1", "iban": "2"}, {"account_number": "1"},
         {"account_id": "a\x00b"}],
    )  # fmt: skip
    def test_a_destination_that_cannot_be_paid_is_refused(self, destination: dict[str, str]) -> None:
        with pytest.raises(Invalid):
            self.flow.check_destination(destination)

    def test_a_signed_acceptance_is_taken(self) -> None:
        assert self.answered({"orderid": "4711", "result": "1"}) == payout.Taken(reference="4711")
        assert self.answered({"orderid": "4711", "result": 1}) == payout.Taken(reference="4711")

    def test_a_signed_refusal_declines(self) -> None:
        assert self.answered({"orderid": "4711", "result": "0"}) == payout.Declined(code="refused")
        refused = self.answered({"code": 623, "message": "ERROR_INVALID_PARAMETERS"}, error=True)
        assert refused == payout.Declined(code="error_invalid_parameters")

    @pytest.mark.parametrize("message", ["ERROR_DUPLICATE_MESSAGE_ID", "ERROR_UNKNOWN", None])
    def test_an_error_that_leaves_it_open_is_an_unknown_outcome(self, message: Any) -> None:
        assert self.answered({"code": 637, "message": message}, error=True) == payout.Unanswered()

    def test_an_answer_that_is_not_trustlys_or_not_ours_is_not_believed(self) -> None:
        taken = {"orderid": "4711", "result": "1"}
        assert self.answered(taken, key=OUR_PRIVATE) == payout.Unanswered()
        assert self.answered(taken, uuid=str(OURS)) == payout.Unanswered()
        assert self.answered(taken, method="Refund") == payout.Unanswered()
        assert self.answered({"orderid": "4711", "result": "perhaps"}) == payout.Unanswered()
        assert self.answered({"result": "1"}) == payout.Unanswered()

    def test_what_is_larger_than_anything_trustly_sends_is_not_put_in_order_to_be_refused(self) -> None:
        raw = json.dumps({"method": "credit", "params": {"data": {"x": "y" * 70_000}}}).encode()
        with pytest.raises(NotGenuine, match="larger than anything"):
            self.read((raw, {}))

    @pytest.mark.parametrize(
        ("method", "word"),
        [
            ("payoutconfirmation", payout.Confirmed(amount_minor=50_00, currency="EUR", reference="4711")),
            (
                "payoutfailed",
                payout.SentBack(amount_minor=50_00, currency="EUR", code="payout_failed", reference="4711"),
            ),
            ("credit", payout.SentBack(amount_minor=50_00, currency="EUR", code="credited_back", reference="4711")),
        ],
    )
    def test_notifications_are_mapped(self, method: str, word: payout.PayoutWord) -> None:
        assert self.read(self.notification(method)).said == AboutPayout(withdrawal_id=OURS, word=word)

    def test_a_debit_is_a_question(self) -> None:
        asked = MayTake(withdrawal_id=OURS, amount_minor=50_00, currency="EUR")
        assert self.read(self.notification("debit")).said == asked

    def test_the_account_behind_a_payment_is_told(self) -> None:
        """As in the reference of the notification: an id that a payout can name, and attributes that say what it is."""
        attributes = {"clearinghouse": "SWEDEN", "bank": "SEB", "lastdigits": "86539", "name": "Ana García"}
        said = self.read(self.notification("account", accountid="7653385737", attributes=attributes)).said
        assert isinstance(said, AboutInstrument)
        told = said.instrument
        assert (said.payment_id, told.kind, told.last_four, told.country) == (OURS, Kind.BANK, "6539", "SE")
        assert (told.holder, told.pays_to) == ("Ana García", {"account_id": "7653385737"})

    def test_a_destination_is_recognised_whichever_way_it_is_named(self) -> None:
        flow = self.flow
        assert isinstance(flow, ReadsDestinations)
        by_id = flow.instrument_of({"account_id": "7653385737"})
        by_iban = flow.instrument_of(
            {
                "clearing_house": "SPAIN",
                "account_number": "ES9121000418450200051332",
                "first_name": "A",
                "last_name": "G",
            }
        )
        by_number = flow.instrument_of(
            {
                "clearing_house": "SWEDEN",
                "bank_number": "6112",
                "account_number": "69706212",
                "first_name": "A",
                "last_name": "G",
            }
        )
        told = [one.identity for one in (by_id, by_iban, by_number) if one is not None]
        assert told == ["bank:trustly:7653385737", "bank:ES9121000418450200051332", "bank:SWEDEN/6112/69706212"]

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"clearing_house": "Spain"}, "clearing_house"),
            ({"clearing_house": "XYZ"}, "clearing_house"),
            ({"account_number": "ES9021000418450200051332"}, "account_number"),
            ({"account_number": "DE89370400440532013000"}, "account_number"),
            ({"account_number": "0200051332", "bank_number": "21000418"}, "account_number"),
            ({"clearing_house": "UNITED_KINGDOM", "account_number": "31926819"}, "bank_number"),
            (
                {"clearing_house": "UNITED_KINGDOM", "account_number": "1926819", "bank_number": "601613"},
                "account_number",
            ),
        ],
    )
    def test_an_account_that_cannot_be_is_no_destination(self, changes: dict[str, str], field: str) -> None:
        spanish = {"clearing_house": "SPAIN", "account_number": "ES9121000418450200051332"}
        with pytest.raises(Invalid) as refused:
            self.flow.check_destination({**spanish, "first_name": "A", "last_name": "G", **changes})
        assert [one.field for one in refused.value.blames] == [f"destination.{field}"]

    @pytest.mark.parametrize("method", ["account", "pending"])
    def test_news_without_money_has_no_consequence(self, method: str) -> None:
        assert self.read(self.notification(method)).said == Nothing()

    @pytest.mark.parametrize(("accepted", "status"), [(True, "OK"), (False, "FAILED")])
    def test_our_answer_is_signed(self, accepted: bool, status: str) -> None:
        notification = self.read(self.notification("debit"))
        answer = json.loads(self.provider.answer_notification(self.account, notification, accepted=accepted).body)
        result = answer["result"]
        assert result["data"] == {"status": status}
        assert (result["uuid"], result["method"], answer["version"]) == ("u1", "debit", "1.1")
        assert trustly_verify(OUR_PUBLIC, "RS256", result["signature"], Signed("debit", "u1", result["data"]))

    @pytest.mark.parametrize(("part", "name", "value"), WRONG_PARTS.values(), ids=WRONG_PARTS)
    def test_an_account_that_could_not_sign_or_check_is_refused(self, part: str, name: str, value: str) -> None:
        given: dict[str, dict[str, Any]] = {"settings": {**self.settings}, "secrets": {**self.secrets}}
        self.provider.check_account(given["settings"], given["secrets"])
        given[part][name] = value
        with pytest.raises(Invalid) as refusal:
            self.provider.check_account(given["settings"], given["secrets"])
        assert refusal.value.field == f"{part}.{name}"

    def test_a_currency_trustly_does_not_pay_in_is_refused(self) -> None:
        with pytest.raises(Invalid) as refusal:
            self.flow.check_amount(100, "BTC")
        assert refusal.value.field == "currency"
