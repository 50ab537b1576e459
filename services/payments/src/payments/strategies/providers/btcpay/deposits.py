"""Money in through BTCPay Server: make an invoice, ask what it received, mark it invalid.

It knows no idempotency key. A call that is repeated makes another invoice; the player is led to one of them alone.
"""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode
from uuid import UUID

from chassis.domain import Invalid
from contracts.money import to_major_string
from payments.application.ports import DepositIntent, HttpAnswer, HttpCall, NotThere, ProviderAccount, StepUp
from payments.domain.deposit.words import Declined, DepositWord, Unanswered
from payments.strategies.providers.btcpay.amounts import USUALLY_OFF_PERMILLE
from payments.strategies.providers.btcpay.calls import error_code, headers, store
from payments.strategies.providers.btcpay.invoices import word_of
from payments.strategies.providers.currencies import CRYPTO, NATIONAL
from payments.strategies.providers.reading import decoded, refuse_others, section

REFERENCE = "orderId"
"""The metadata under which BTCPay Server finds an invoice; our deposit's id."""

_SAY_NOTHING_OF_EARLIER_CALLS = (401, 403, 404)
"""Statuses about our key or store alone: an earlier call, unanswered, may have made an invoice with good ones."""

_FIRST = {"Settled": 0, "Processing": 1, "New": 2}
"""Which of a deposit's invoices speaks for it: there are two when the answer to the first call was lost on the way."""


class BtcpayDeposits:
    """The deposit flow."""

    usually_off_permille = USUALLY_OFF_PERMILLE
    needs = ()

    def step_up(self, account: ProviderAccount) -> StepUp:  # noqa: ARG002 - the same for every account
        return StepUp.NEVER

    def check_amount(self, amount_minor: int, currency: str) -> None:  # noqa: ARG002 - every amount is written
        if currency not in NATIONAL | CRYPTO:
            raise Invalid(f"This provider does not take {currency}.", field="currency")

    def check_details(self, details: Mapping[str, str]) -> None:
        refuse_others(details, frozenset(), within="details")

    def build_call(self, account: ProviderAccount, intent: DepositIntent) -> HttpCall:
        invoice: dict[str, Any] = {
            "amount": to_major_string(intent.amount_minor, intent.currency),
            "currency": intent.currency,
            "metadata": {REFERENCE: str(intent.deposit_id)},
        }
        if intent.return_url is not None:
            invoice["checkout"] = {"redirectURL": intent.return_url}
        body = json.dumps(invoice).encode()
        return HttpCall("POST", f"{store(account)}/invoices", headers(account), body, str(intent.deposit_id))

    def parse_answer(self, answer: HttpAnswer | None) -> DepositWord:
        if answer is None:
            return Unanswered()
        body = decoded(answer)
        if answer.status == 200:
            return word_of(section(body)) or Unanswered()
        code = error_code(answer.status, body)
        if answer.status in (400, 401, 403, 404, 422) and code is not None:
            return Declined(reference=None, code=code, final=answer.status not in _SAY_NOTHING_OF_EARLIER_CALLS)
        return Unanswered()

    def build_question(self, account: ProviderAccount, deposit_id: UUID, reference: str | None) -> HttpCall:
        if reference is None:
            query = urlencode({REFERENCE: str(deposit_id), "includeArchived": "true"})
            return HttpCall("GET", f"{store(account)}/invoices?{query}", headers(account))
        return HttpCall("GET", _invoice(account, reference), headers(account), also=_methods(account, reference))

    def parse_question(self, answer: HttpAnswer | None) -> DepositWord | NotThere:
        if answer is None:
            return Unanswered()
        body = decoded(answer)
        if answer.status == 404 and section(body).get("code") == "invoice-not-found":
            return NotThere()
        if answer.status != 200:
            return Unanswered()
        if isinstance(body, list):
            return _best([section(one) for one in body])
        return _whole(answer, section(body))

    def build_cancel(self, account: ProviderAccount, deposit_id: UUID, reference: str, attempt: int) -> HttpCall:
        # What is sent to its address all the same is told of, and credited: nobody can stop a chain.
        key, body = f"{deposit_id}-cancel-{attempt}", b'{"status": "Invalid"}'
        url = f"{_invoice(account, reference)}/status"
        return HttpCall("POST", url, headers(account), body, key, also=_methods(account, reference))

    def parse_cancel(self, answer: HttpAnswer | None) -> DepositWord:
        if answer is None or answer.status != 200:
            return Unanswered()
        return _whole(answer, section(decoded(answer)))


def _whole(answer: HttpAnswer, invoice: Mapping[str, Any]) -> DepositWord:
    """The word of an invoice and of the payment methods that were asked for with it."""
    methods = answer.also
    paid = decoded(methods) if methods is not None and methods.status == 200 else None
    return word_of(invoice, paid) or Unanswered()


def _best(found: list[Mapping[str, Any]]) -> DepositWord | NotThere:
    """Of several invoices for one deposit the one that has money, then the one that can still be paid."""
    if not found:
        return NotThere()
    first = min(found, key=lambda one: _FIRST.get(str(one.get("status")), len(_FIRST)))
    return word_of(first) or Unanswered()


def _invoice(account: ProviderAccount, reference: str) -> str:
    return f"{store(account)}/invoices/{quote(reference, safe='')}"


def _methods(account: ProviderAccount, reference: str) -> HttpCall:
    return HttpCall("GET", f"{_invoice(account, reference)}/payment-methods", headers(account))
