"""Money out through Trustly: one order, the identical order again as the question, and its signed answer."""

from collections.abc import Mapping, Sequence
from typing import Any

from chassis.domain import Invalid
from contracts.money import MoneyMistake, to_major_string
from payments.application.ports import HttpAnswer, HttpCall, NotThere, PayoutOrder, ProviderAccount
from payments.domain.instrument.words import Instrument
from payments.domain.withdrawal.destination import Accepted, BankAccount, DestinationKind, Iban, Named
from payments.domain.withdrawal.words import Declined, PayoutWord, Taken, Unanswered
from payments.strategies.providers.reading import section, word
from payments.strategies.providers.references import of_payout
from payments.strategies.providers.trustly.accounts import check_account, countries, house_of, paid_to
from payments.strategies.providers.trustly.balance import TrustlyBalance
from payments.strategies.providers.trustly.messages import answer_to, call, error_of, result_of

CURRENCIES = frozenset({"BGN", "CZK", "DKK", "EUR", "GBP", "HUF", "ISK", "NOK", "PLN", "RON", "SEK"})
_BY_ACCOUNT = frozenset({"account_id"})
_BY_BANK = frozenset({"clearing_house", "account_number", "first_name", "last_name"})
_SHOWN = 4
_SHOWN_PART = 3
"""At most the last four characters, and never more than the last third of a short number."""

TELLS_NOTHING = frozenset({"ERROR_DUPLICATE_MESSAGE_ID", "ERROR_DUPLICATE_UUID", "ERROR_UNKNOWN"})
"""Errors after which the payout may still exist: an earlier identical order may be the one that was taken."""


class TrustlyPayouts(TrustlyBalance):
    """The payout flow.

    A destination is an `account_id` Trustly gave for the player's account, or the account itself: `clearing_house`,
    `account_number`, `first_name`, `last_name` and, where the country has them, `bank_number`.
    """

    def check_amount(self, amount_minor: int, currency: str) -> None:
        if currency not in CURRENCIES:
            raise Invalid(f"This provider does not pay out {currency}.", field="currency")
        try:
            to_major_string(amount_minor, currency)
        except MoneyMistake as mistake:
            raise Invalid(str(mistake), field="currency") from None

    @property
    def destinations(self) -> frozenset[DestinationKind]:
        return frozenset({DestinationKind.IBAN, DestinationKind.BANK_ACCOUNT, DestinationKind.INSTRUMENT})

    def accepts(self, currency: str) -> Sequence[Accepted]:  # noqa: ARG002 - Trustly converts
        by_number, british = countries(by_number=True), frozenset({"GB"})
        return [
            Accepted(kind=DestinationKind.IBAN, one_of={"country": countries(by_number=False)}),
            Accepted(kind=DestinationKind.BANK_ACCOUNT, one_of={"country": by_number - british}),
            Accepted(kind=DestinationKind.BANK_ACCOUNT, one_of={"country": british}, needs=frozenset({"bank_number"})),
        ]

    def translated(self, to: Named, currency: str) -> Mapping[str, str] | None:  # noqa: ARG002 - Trustly converts
        """An account is named by its clearing house, and there either by its IBAN or by the country's own numbers."""
        if not isinstance(to, Iban | BankAccount):
            return None
        by_number = isinstance(to, BankAccount)
        house = house_of(to.country, by_number=by_number)
        if house is None or (to.country == "GB" and isinstance(to, BankAccount) and not to.bank_number):
            return None
        number = to.account_number if isinstance(to, BankAccount) else to.iban
        bank = {"bank_number": to.bank_number} if isinstance(to, BankAccount) and to.bank_number else {}
        names = {"first_name": to.first_name, "last_name": to.last_name}
        return {"clearing_house": house, "account_number": number, **bank, **names}

    def check_destination(self, destination: Mapping[str, str]) -> str:
        given = frozenset(destination)
        if not (given == _BY_ACCOUNT or given - {"bank_number"} == _BY_BANK):
            raise Invalid(
                "Give account_id alone, or clearing_house, account_number, first_name and last_name (and bank_number).",
                field="destination",
            )
        for name, value in destination.items():
            if not value.strip() or len(value) > 64 or not value.isprintable():
                raise Invalid("Not a text of at most 64 characters.", field=f"destination.{name}")
        if given != _BY_ACCOUNT:
            check_account(destination)
        number = destination.get("account_id") or destination["account_number"]
        shown = min(_SHOWN, len(number) // _SHOWN_PART)
        return f"****{number[-shown:]}" if shown else "****"

    def instrument_of(self, destination: Mapping[str, str]) -> Instrument | None:
        """See `ReadsDestinations`."""
        return paid_to(destination)

    def build_call(self, account: ProviderAccount, order: PayoutOrder) -> HttpCall:
        return call(account, method_of(order), str(order.request_id), {**_data(account, order), **_destination(order)})

    def parse_answer(self, account: ProviderAccount, order: PayoutOrder, answer: HttpAnswer | None) -> PayoutWord:
        ours = answer_to(account, method_of(order), str(order.request_id))
        result, error = result_of(answer), error_of(answer)
        if result and ours.signs(result):
            return _taken(section(result.get("data")))
        if error and ours.signs(error):
            return _refused(section(error.get("data")))
        return Unanswered()

    def build_question(
        self,
        account: ProviderAccount,  # noqa: ARG002 - the identical order is the question
        order: PayoutOrder,  # noqa: ARG002
        reference: str | None,  # noqa: ARG002
    ) -> HttpCall | None:
        return None

    def parse_question(
        self, account: ProviderAccount, order: PayoutOrder, answer: HttpAnswer | None
    ) -> PayoutWord | NotThere:
        return self.parse_answer(account, order, answer)


def method_of(order: PayoutOrder) -> str:
    """An account Trustly knows is paid; one it does not know yet is made known and paid in one call."""
    return "AccountPayout" if "account_id" in order.destination else "RegisterAccountPayout"


def _data(account: ProviderAccount, order: PayoutOrder) -> dict[str, Any]:
    return {
        "Username": account.settings["username"],
        "Password": account.secrets["password"],
        "NotificationURL": order.notification_url,
        "EndUserID": str(order.player_id),
        "MessageID": of_payout(order.withdrawal_id),
        "Amount": to_major_string(order.amount_minor, order.currency),
        "Currency": order.currency,
        "Attributes": {"ShopperStatement": str(account.settings.get("shopper_statement", "Withdrawal"))},
    }


def _destination(order: PayoutOrder) -> dict[str, str]:
    to = order.destination
    if "account_id" in to:
        return {"AccountID": to["account_id"]}
    return {
        "ClearingHouse": to["clearing_house"],
        "BankNumber": to.get("bank_number", ""),
        "AccountNumber": to["account_number"],
        "Firstname": to["first_name"],
        "Lastname": to["last_name"],
    }


def _taken(data: Mapping[str, Any]) -> PayoutWord:
    reference = word(data.get("orderid"))
    match data.get("result"):
        case "1" if reference:
            return Taken(reference=reference)
        case "0":
            return Declined(code="refused")
        case _:
            return Unanswered()


def _refused(data: Mapping[str, Any]) -> PayoutWord:
    code = word(data.get("message"))
    if code is None or code in TELLS_NOTHING:
        return Unanswered()
    return Declined(code=code.lower())
