"""Money in through Skrill Quick Checkout: a session whose page the player pays on, and a status report.

A session is good for a quarter of an hour. Its id is in the answer alone, so that one whose answer was lost cannot be
paid, and making another is safe. Skrill finds a payment by our reference, which is also what we call it there; deposits
and payouts are in one room there, so their references differ.
"""

import json
import re
from collections.abc import Mapping
from uuid import UUID

from chassis.domain import Invalid
from contracts.money import MoneyMistake, to_major_string
from payments.application.ports import DepositIntent, HttpAnswer, HttpCall, NotThere, ProviderAccount, StepUp
from payments.domain.deposit.words import (
    ActionNeeded,
    Declined,
    DepositWord,
    Settled,
    TakenBack,
    Unanswered,
    Underway,
)
from payments.strategies.providers.reading import decoded_object, refuse_others, require_text, word
from payments.strategies.providers.references import of_deposit
from payments.strategies.providers.skrill.calls import CHECKOUT, CURRENCIES, ask, form_call, money, report_in
from payments.strategies.providers.skrill.codes import CODES
from payments.strategies.providers.skrill.wallets import paid_from

_DETAILS = {"email": "pay_from_email", "language": "language", "method": "payment_methods"}
_SHAPES = {
    "email": re.compile(r"[^@\s]+@[^@\s]+"),
    "language": re.compile(r"[A-Z]{2}"),
    "method": re.compile(r"[A-Z0-9]{2,5}"),
}
_SID = re.compile(rb"[0-9a-zA-Z]{16,64}")


class SkrillDeposits:
    """The deposit flow. `details`: `email`, `language` (`EN`) and `method` (Skrill's code of it), all as one likes."""

    needs = ()

    def step_up(self, account: ProviderAccount) -> StepUp:  # noqa: ARG002 - the same for every account
        return StepUp.NEVER

    def check_amount(self, amount_minor: int, currency: str) -> None:
        if currency not in CURRENCIES:
            raise Invalid(f"This provider does not take {currency}.", field="currency")
        try:
            to_major_string(amount_minor, currency)
        except MoneyMistake as mistake:
            raise Invalid(str(mistake), field="currency") from None

    def check_details(self, details: Mapping[str, str]) -> None:
        refuse_others(details, frozenset(_DETAILS), within="details")
        for name in details:
            if not _SHAPES[name].fullmatch(require_text(details, name, within="details", longest=100)):
                raise Invalid(f"This is no {name}.", field=f"details.{name}")

    def build_call(self, account: ProviderAccount, intent: DepositIntent) -> HttpCall:
        reference = of_deposit(intent.deposit_id)
        form = {
            "prepare_only": "1",
            "pay_to_email": str(account.settings["pay_to_email"]),
            "transaction_id": reference,
            "amount": to_major_string(intent.amount_minor, intent.currency),
            "currency": intent.currency,
            "status_url": intent.notification_url,
            **{_DETAILS[name]: value for name, value in intent.details.items()},
        }
        if intent.return_url is not None:
            form |= {"return_url": intent.return_url, "cancel_url": intent.return_url}
        checkout = str(account.settings.get("checkout_url", CHECKOUT)).rstrip("/")
        return form_call(f"{checkout}/", form, reference)

    def parse_answer(self, answer: HttpAnswer | None) -> DepositWord:
        if answer is None:
            return Unanswered()
        sid = answer.body.strip()
        if answer.status == 200 and _SID.fullmatch(sid) and answer.to is not None and answer.to.key is not None:
            page = {"type": "redirect", "url": f"{answer.to.url}?sid={sid.decode()}"}
            return ActionNeeded(reference=answer.to.key, next_action=json.dumps(page))
        code = word((decoded_object(answer) or {}).get("code"))
        if answer.status == 400 and code is not None and code.lower() in CODES:
            return Declined(reference=None, code=code.lower(), final=True)
        return Unanswered()

    def build_question(
        self,
        account: ProviderAccount,
        deposit_id: UUID,
        reference: str | None,
    ) -> HttpCall | NotThere:
        # The reference is ours: of a deposit from before it has hyphens, and Skrill knows it by nothing else.
        return ask(account, reference or of_deposit(deposit_id))

    def parse_question(self, answer: HttpAnswer | None) -> DepositWord | NotThere:
        report = report_in(answer)
        if report is None or isinstance(report, NotThere):
            return NotThere() if isinstance(report, NotThere) else Unanswered()
        reference = word(report.get("transaction_id"))
        if reference is None:
            return Unanswered()
        return word_of(reference, report) or Underway(reference=reference)

    def build_cancel(
        self,
        account: ProviderAccount,  # noqa: ARG002 - a session ends by itself
        deposit_id: UUID,  # noqa: ARG002
        reference: str,  # noqa: ARG002
        attempt: int,  # noqa: ARG002
    ) -> HttpCall | None:
        return None

    def parse_cancel(self, answer: HttpAnswer | None) -> DepositWord:
        said = self.parse_question(answer)
        return Unanswered() if isinstance(said, NotThere) else said


def word_of(reference: str, report: Mapping[str, str]) -> DepositWord | None:
    """What a status report says; None when its status or its amount cannot be read.

    The amount is that of the merchant's own Skrill account (`mb_amount`): the other, `amount`, is not signed.
    """
    settled = money(report.get("mb_amount"), report.get("mb_currency"))
    match report.get("status"):
        case "0":
            return Underway(reference=reference)
        case "-1":
            return Declined(reference=reference, code="cancelled", final=True)
        case "-2":
            reason = word(report.get("failed_reason_code"))
            return Declined(reference=reference, code=f"failed_{reason:0>2}" if reason else "failed")
        case "2" if settled is not None:
            return Settled(
                reference=reference,
                amount_minor=settled[0],
                currency=settled[1],
                instrument=paid_from(report),
                stands=True,
            )
        case "-3" if settled is not None:
            return TakenBack(
                reference=reference,
                movement=f"chargeback:{reference}",
                amount_minor=settled[0],
                currency=settled[1],
                code="chargeback",
                charged_back=True,
            )
        case _:
            return None
