"""Deposits through Skrill keep the suite, and its own protocol."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlencode

import pytest

from chassis.domain import Invalid
from payments.application.ports import (
    AboutDeposit,
    DepositFlow,
    DepositIntent,
    HttpAnswer,
    HttpCall,
    NotGenuine,
    NotThere,
    Unclear,
)
from payments.domain.deposit import words as deposit
from payments.strategies.providers.skrill.signature import FIELDS, sign

from .suite import OURS, PLAYER, TellsAmounts, Wire

SECRET, OTHER_SECRET = "Answer One", "Answer Two"
REF = OURS.hex
SID = "b99aff356c1542749aa3c174c6c483b0"


def report(**more: Any) -> dict[str, Any]:
    return {
        "pay_to_email": "casino@us.example", "merchant_id": "4637827", "transaction_id": REF,
        "mb_transaction_id": "3216847", "mb_amount": "50.00", "mb_currency": "EUR", "status": "2",
        "amount": "50.00", "currency": "EUR", **more,
    }  # fmt: skip


def asked(**more: Any) -> HttpAnswer:
    """The answer of the Merchant Query Interface."""
    return HttpAnswer(200, b"200\t\tOK\n" + urlencode(report(**more)).encode() + b"\n")


class TestSkrill(TellsAmounts):
    """Deposits."""

    name = "skrill"
    settings: ClassVar[Mapping[str, Any]] = {
        "base_url": "https://www.skrill.com",
        "pay_to_email": "casino@us.example",
        "merchant_id": "4637827",
    }
    secrets: ClassVar[Mapping[str, str]] = {"secret_word": SECRET, "api_password": "Pass1234"}
    signed_with: ClassVar[Sequence[str]] = ("secret_word", "previous_secret_word")
    shortest_secret: ClassVar[int] = 10  # Skrill takes no longer one.
    other_reference: ClassVar[Mapping[str, Any]] = {"transaction_id": "order 7"}
    unsigned_parts = "all but merchant_id, transaction_id, mb_amount, mb_currency and status"

    @property
    def flow(self) -> DepositFlow:
        flow = self.provider.deposits
        assert flow is not None
        return flow

    def told(self, secret: str | None = SECRET, form: str = "sha2", **fields: Any) -> Wire:
        sent = {name: str(value) for name, value in report(**fields).items() if value is not None}
        if secret is not None:
            sent[FIELDS[form]] = sign(form, secret, sent)
        return urlencode(sent).encode(), {"content-type": "application/x-www-form-urlencoded"}

    def genuine(self, **extra: Any) -> Wire:
        return self.told(**extra)

    def of_unknown_kind(self) -> Wire:
        return self.told(status="7")

    def with_amount(self, amount: Any, currency: str) -> Wire:
        return self.told(mb_amount=amount, mb_currency=currency)

    def unsigned(self) -> Wire:
        return self.told(secret=None)

    def tampered(self) -> Wire:
        raw, headers = self.told()
        return raw.replace(b"mb_amount=50", b"mb_amount=51"), headers

    def badly_signed(self) -> Wire:
        return self.told(secret=OTHER_SECRET)

    def build(self, **fields: Any) -> Any:
        facts: dict[str, Any] = {
            "deposit_id": OURS, "player_id": PLAYER, "amount_minor": 50_00, "currency": "EUR",
            "return_url": "https://c.example/back", "notification_url": "https://us.example/n", **fields,
        }  # fmt: skip
        return self.flow.build_call(self.account, DepositIntent(**facts))

    def parse(self, answer: HttpAnswer | None) -> Any:
        return self.flow.parse_answer(answer)

    # --- the session

    def test_a_session_is_asked_for_under_our_reference(self) -> None:
        call = self.build(details={"email": "s@player.example", "language": "EN", "method": "WLT"})
        assert (call.method, call.url, call.key) == ("POST", "https://pay.skrill.com/", REF)
        assert {name: values[0] for name, values in parse_qs(call.body.decode()).items()} == {
            "prepare_only": "1", "pay_to_email": "casino@us.example", "transaction_id": REF, "amount": "50.00",
            "currency": "EUR", "status_url": "https://us.example/n", "return_url": "https://c.example/back",
            "cancel_url": "https://c.example/back", "pay_from_email": "s@player.example", "language": "EN",
            "payment_methods": "WLT",
        }  # fmt: skip

    def test_a_session_brings_the_page_on_which_the_player_pays(self) -> None:
        call = self.build()
        page = json.dumps({"type": "redirect", "url": f"https://pay.skrill.com/?sid={SID}"})
        assert self.parse(HttpAnswer(200, f"{SID}\n".encode(), to=call)) == deposit.ActionNeeded(
            reference=REF, next_action=page
        )

    @pytest.mark.parametrize(
        ("status", "body", "word"),
        [
            (400, b'{"code":"BAD_REQUEST"}', deposit.Declined(reference=None, code="bad_request", final=True)),
            (400, b'{"code":"BRAND_NEW"}', deposit.Unanswered()),
            (200, b"<html>sorry</html>", deposit.Unanswered()),
            (200, b"short", deposit.Unanswered()),
        ],
    )  # fmt: skip
    def test_only_an_error_we_know_declines(self, status: int, body: bytes, word: Any) -> None:
        assert self.parse(HttpAnswer(status, body, to=self.build())) == word

    @pytest.mark.parametrize(
        ("name", "value"), [("email", "nobody"), ("language", "english"), ("method", "no such"), ("iban", "X")]
    )
    def test_a_detail_that_is_none_is_refused(self, name: str, value: str) -> None:
        with pytest.raises(Invalid) as refused:
            self.flow.check_details({name: value})
        assert refused.value.field == f"details.{name}"

    @pytest.mark.parametrize("currency", ["BTC", "XXX"])
    def test_a_currency_it_does_not_take_is_refused(self, currency: str) -> None:
        with pytest.raises(Invalid):
            self.flow.check_amount(100, currency)

    # --- what became of it

    WORDS: ClassVar[Any] = [
        ({"status": "2"}, deposit.Settled(reference=REF, amount_minor=50_00, currency="EUR", stands=True)),
        (
            {"status": "2", "mb_amount": "9.9"},
            deposit.Settled(reference=REF, amount_minor=9_90, currency="EUR", stands=True),
        ),
        (
            {"status": "2", "mb_amount": "500", "mb_currency": "JPY"},
            deposit.Settled(reference=REF, amount_minor=500, currency="JPY", stands=True),
        ),
        ({"status": "0"}, deposit.Underway(reference=REF)),
        ({"status": "-1"}, deposit.Declined(reference=REF, code="cancelled", final=True)),
        ({"status": "-2", "failed_reason_code": "05"}, deposit.Declined(reference=REF, code="failed_05")),
        ({"status": "-2", "failed_reason_code": "5"}, deposit.Declined(reference=REF, code="failed_05")),
        ({"status": "-2"}, deposit.Declined(reference=REF, code="failed")),
        (
            {"status": "-3"},
            deposit.TakenBack(
                reference=REF,
                movement=f"chargeback:{REF}",
                amount_minor=50_00,
                currency="EUR",
                code="chargeback",
                charged_back=True,
            ),
        ),
    ]

    @pytest.mark.parametrize(("fields", "word"), WORDS)
    def test_a_report_says_the_same_whether_it_was_told_or_asked_for(self, fields: dict[str, str], word: Any) -> None:
        assert self.read(self.told(**fields)).said == AboutDeposit(deposit_id=OURS, word=word)
        assert self.flow.parse_question(asked(**fields)) == word

    def test_what_is_not_signed_moves_nothing(self) -> None:
        said = self.read(self.told(amount="9999.00", currency="USD", mb_transaction_id="other"))
        assert said.said == self.read(self.genuine()).said
        assert said.id == self.read(self.genuine()).id

    @pytest.mark.parametrize("status", ["7", "", "2.0"])
    def test_a_status_nobody_knows_is_no_success(self, status: str) -> None:
        assert self.read(self.told(status=status)).said == Unclear("notification_not_handled")
        assert self.flow.parse_question(asked(status=status)) == deposit.Underway(reference=REF)

    def test_the_older_signature_is_believed_where_the_account_has_it_and_nowhere_else(self) -> None:
        account = self.account
        raw, headers = self.told(form="md5")
        with pytest.raises(NotGenuine):
            self.read((raw, headers))
        older = type(account)(
            casino_id=account.casino_id, provider="skrill", enabled=True, currencies=account.currencies,
            settings={**self.settings, "signature": "md5"}, secrets=self.secrets,
        )  # fmt: skip
        now = self.read(self.genuine()).said_at
        assert self.provider.read_notification(older, raw, headers, now).said == self.read(self.genuine()).said

    def test_a_report_of_another_merchant_or_with_a_field_twice_is_not_genuine(self) -> None:
        with pytest.raises(NotGenuine):
            self.read(self.told(merchant_id="1"))
        raw, headers = self.told()
        with pytest.raises(NotGenuine):
            self.read((raw + b"&status=2", headers))

    def test_the_question_keeps_its_password_out_of_the_address(self) -> None:
        call = self.flow.build_question(self.account, OURS, None)
        assert isinstance(call, HttpCall)
        assert (call.method, call.url, call.key) == ("POST", "https://www.skrill.com/app/query.pl", None)
        form = {name: values[0] for name, values in parse_qs(call.body.decode()).items()}
        assert form == {
            "action": "status_trn", "trn_id": REF, "email": "casino@us.example",
            "password": hashlib.md5(b"Pass1234").hexdigest(),
        }  # fmt: skip

    @pytest.mark.parametrize(
        ("body", "said"),
        [
            (b"403\t\tTransaction not found: 1", NotThere()),
            (b"401\t\tCannot login", deposit.Unanswered()),
            (b"405\t\tSomething new", deposit.Unanswered()),
            (b"200\t\tOK\nnothing", deposit.Unanswered()),
            (b"", deposit.Unanswered()),
        ],
    )
    def test_an_answer_without_a_report_is_read_by_its_first_line(self, body: bytes, said: Any) -> None:
        assert self.flow.parse_question(HttpAnswer(200, body)) == said
        assert self.flow.parse_question(None) == deposit.Unanswered()

    def test_a_deposit_is_not_asked_for_as_a_payout_of_the_same_id_would_be(self) -> None:
        for reference in (None, OURS.hex):
            call = self.flow.build_question(self.account, OURS, reference)
            assert isinstance(call, HttpCall)
            assert parse_qs(call.body.decode())["trn_id"] == [OURS.hex]

    def test_a_deposit_from_before_is_known_by_what_it_was_made_with(self) -> None:
        call = self.flow.build_question(self.account, OURS, str(OURS))
        assert isinstance(call, HttpCall)
        assert parse_qs(call.body.decode())["trn_id"] == [str(OURS)]
        said = self.read(self.told(transaction_id=str(OURS))).said
        assert said == AboutDeposit(
            deposit_id=OURS, word=deposit.Settled(reference=str(OURS), amount_minor=50_00, currency="EUR", stands=True)
        )

    def test_nobody_ends_a_session_but_time(self) -> None:
        assert self.flow.build_cancel(self.account, OURS, REF, 1) is None

    @pytest.mark.parametrize(
        ("part", "name", "value"),
        [("settings", "merchant_id", "casino"), ("settings", "signature", "sha1"), ("settings", "checkout_url", "x"),
         ("settings", "payout_subject", ""), ("secrets", "colour", "red")],
    )  # fmt: skip
    def test_an_account_that_could_not_work_is_refused(self, part: str, name: str, value: str) -> None:
        given: dict[str, dict[str, Any]] = {"settings": {**self.settings}, "secrets": {**self.secrets}}
        given[part][name] = value
        with pytest.raises(Invalid) as refused:
            self.provider.check_account(given["settings"], given["secrets"])
        assert refused.value.field == f"{part}.{name}"
