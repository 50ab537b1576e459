"""Money in through Trustly: an order with a page on which the player pays from his bank, and notifications.

Nobody can ask Trustly what became of a deposit. Where the answer to the order was lost, the identical order is answered
as the first one was; what happens on its page only the notifications say, and each is sent until it was taken.
"""

import json
import re
from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid5

from chassis.domain import Invalid
from contracts.money import MoneyMistake, to_major_string
from payments.application.ports import (
    AboutDeposit,
    Category,
    DepositIntent,
    HttpAnswer,
    HttpCall,
    NotThere,
    ProviderAccount,
    Said,
    StepUp,
    Unclear,
)
from payments.domain.deposit.words import (
    ActionNeeded,
    Declined,
    DepositWord,
    Settled,
    TakenBack,
    Unanswered,
    Underway,
)
from payments.domain.refund.words import Refused
from payments.strategies.providers.reading import refuse_others, require_text, section, word
from payments.strategies.providers.references import of_deposit
from payments.strategies.providers.trustly.codes import CODES
from payments.strategies.providers.trustly.messages import call, error_of, result_of
from payments.strategies.providers.trustly.payouts import CURRENCIES, TELLS_NOTHING
from payments.strategies.providers.trustly.refunds import CAME_BACK

METHOD = "Deposit"

_REQUIRED = {
    "first_name": "Firstname",
    "last_name": "Lastname",
    "email": "Email",
    "country": "Country",
    "locale": "Locale",
}
_OPTIONAL = {"mobile_phone": "MobilePhone", "national_id": "NationalIdentificationNumber", "ip": "IP"}
_NAMES = {**_REQUIRED, **_OPTIONAL}
_SHAPES = {
    "country": re.compile(r"[A-Z]{2}"),
    "locale": re.compile(r"[a-z]{2}(_[A-Z]{2})?"),
    "email": re.compile(r"[^@\s]+@[^@\s]+"),
    "mobile_phone": re.compile(r"\+?[0-9 ]{5,20}"),
    "ip": re.compile(r"[0-9a-fA-F.:]{3,45}"),
}


_AS_IT_IS = (Category.REQUEST, Category.FRAUD)
"""Why the same order is refused whenever it comes."""


class TrustlyDeposits:
    """The deposit flow. `details` says who pays, as Trustly wants to know it: see `_REQUIRED` and `_OPTIONAL`."""

    needs = tuple((name,) for name in _REQUIRED)

    def step_up(self, account: ProviderAccount) -> StepUp:  # noqa: ARG002 - the same for every account
        return StepUp.ALWAYS

    def check_amount(self, amount_minor: int, currency: str) -> None:
        if currency not in CURRENCIES:
            raise Invalid(f"This provider does not take {currency}.", field="currency")
        try:
            to_major_string(amount_minor, currency)
        except MoneyMistake as mistake:
            raise Invalid(str(mistake), field="currency") from None

    def check_details(self, details: Mapping[str, str]) -> None:
        refuse_others(details, frozenset(_NAMES), within="details")
        for name in (*_REQUIRED, *(one for one in _OPTIONAL if one in details)):
            value, shape = require_text(details, name, within="details", longest=128), _SHAPES.get(name)
            if not value.isprintable() or (shape is not None and not shape.fullmatch(value)):
                raise Invalid(f"This is no {name}.", field=f"details.{name}")

    def build_call(self, account: ProviderAccount, intent: DepositIntent) -> HttpCall:
        attributes: dict[str, Any] = {
            "Amount": to_major_string(intent.amount_minor, intent.currency),
            "Currency": intent.currency,
            "ShopperStatement": str(account.settings.get("shopper_statement", "Deposit")),
            **{_NAMES[name]: value for name, value in sorted(intent.details.items())},
        }
        if intent.return_url is not None:
            attributes |= {"SuccessURL": intent.return_url, "FailURL": intent.return_url}
        data = {
            "Username": account.settings["username"],
            "Password": account.secrets["password"],
            "NotificationURL": intent.notification_url,
            "EndUserID": str(intent.player_id),
            "MessageID": of_deposit(intent.deposit_id),
            "Attributes": attributes,
        }
        return call(account, METHOD, str(uuid5(intent.deposit_id, METHOD)), data)

    def parse_answer(self, answer: HttpAnswer | None) -> DepositWord:
        result, error = section(result_of(answer).get("data")), section(error_of(answer).get("data"))
        reference = word(result.get("orderid"))
        if reference is not None:
            return ActionNeeded(reference=reference, next_action=_next_action(result))
        code = word(error.get("message"))
        if code is None or code in TELLS_NOTHING:
            return Unanswered()
        # What is wrong with the order was wrong with it before; who we are says nothing of an order made earlier.
        meaning = CODES.get(code.lower())
        return Declined(reference=None, code=code.lower(), final=meaning is not None and meaning.category in _AS_IT_IS)

    def build_question(
        self,
        account: ProviderAccount,  # noqa: ARG002 - there is nothing to ask with
        deposit_id: UUID,  # noqa: ARG002
        reference: str | None,  # noqa: ARG002
    ) -> HttpCall | NotThere:
        return NotThere()

    def parse_question(self, answer: HttpAnswer | None) -> DepositWord | NotThere:
        return self.parse_answer(answer)

    def build_cancel(
        self,
        account: ProviderAccount,  # noqa: ARG002 - the player, or time, ends it; then `cancel` is told
        deposit_id: UUID,  # noqa: ARG002
        reference: str,  # noqa: ARG002
        attempt: int,  # noqa: ARG002
    ) -> HttpCall | None:
        return None

    def parse_cancel(self, answer: HttpAnswer | None) -> DepositWord:
        return self.parse_answer(answer)


def about_end(method: str, deposit_id: UUID | None, data: Mapping[str, Any]) -> Said:
    """`pending`: the player has paid, and his bank has not said so yet. `cancel`: he did not, or could not."""
    reference = word(data.get("orderid"))
    if reference is None:
        return Unclear("reference_unreadable")
    if method == "pending":
        return AboutDeposit(deposit_id=deposit_id, word=Underway(reference=reference))
    return AboutDeposit(deposit_id=deposit_id, word=Declined(reference=reference, code="cancelled", final=True))


def about_money(method: str, deposit_id: UUID, data: Mapping[str, Any], amount_minor: int, currency: str) -> Said:
    """`credit`: the money is the player's, or a refund of it comes back, if one was made. `debit`: it never arrived
    after all, and is taken back.
    """
    reference, movement = word(data.get("orderid")), word(data.get("notificationid"))
    if reference is None or movement is None:
        return Unclear("reference_unreadable")
    if method == "credit":
        paid = Settled(reference=reference, amount_minor=amount_minor, currency=currency, movement=movement)
        return AboutDeposit(deposit_id=deposit_id, word=paid, refund=Refused(code=CAME_BACK))
    back = TakenBack(
        reference=reference, movement=movement, amount_minor=amount_minor, currency=currency, code="debited"
    )
    return AboutDeposit(deposit_id=deposit_id, word=back)


def _next_action(result: Mapping[str, Any]) -> str | None:
    """The page on which the player pays, as JSON."""
    url = result.get("url")
    usable = isinstance(url, str) and url.startswith(("https://", "http://"))
    return json.dumps({"type": "redirect", "url": url}) if usable else None
