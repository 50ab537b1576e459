"""Money out through PaymentIQ on our word: `withdrawal/process`, to an account the player has there.

Source: the calls of its cashier (`api/<service>/withdrawal/process`) as public implementations of our side make them;
field names and states that no page publishes are (own). It knows no key of a repeat. It need not: before it pays
anything it asks us (`authorize`), and we say yes to one transaction for each order.
"""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Final

from chassis.domain import Invalid
from contracts.money import to_major_string
from payments.application.ports import HttpAnswer, HttpCall, NotThere, PayoutOrder, ProviderAccount
from payments.domain.instrument.words import Instrument
from payments.domain.withdrawal.destination import Accepted, DestinationKind, Named
from payments.domain.withdrawal.words import Declined, PayoutWord, Taken, Unanswered
from payments.strategies.providers.currencies import NATIONAL
from payments.strategies.providers.paymentiq.accounts import account_of
from payments.strategies.providers.paymentiq.orders import mark
from payments.strategies.providers.reading import decoded_object, section, word

_SERVICE = re.compile(r"[a-z0-9]{2,40}", re.ASCII)
_ACCOUNT = re.compile(r"[!-~]{4,64}", re.ASCII)
_CODE = re.compile(r"[A-Za-z0-9_.-]{1,60}", re.ASCII)
_SHOWN: Final = 4
_SHOWN_PART: Final = 3


def check_currency(currency: str) -> None:
    """Raise Invalid when PaymentIQ does not deal in it."""
    if currency not in NATIONAL:
        raise Invalid(f"This cashier does not deal in {currency}.", field="currency")


class PaymentIQPayouts:
    """The payout flow. A destination is the `service` (PaymentIQ's name of a provider) and the `account_id` there."""

    def check_amount(self, amount_minor: int, currency: str) -> None:
        check_currency(currency)
        to_major_string(amount_minor, currency)

    @property
    def destinations(self) -> frozenset[DestinationKind]:
        return frozenset()

    def accepts(self, currency: str) -> Sequence[Accepted]:  # noqa: ARG002 - ids of its own
        return []

    def translated(self, to: Named, currency: str) -> Mapping[str, str] | None:  # noqa: ARG002 - it names accounts by ids of its own
        return None

    def check_destination(self, destination: Mapping[str, str]) -> str:
        if frozenset(destination) != {"service", "account_id"}:
            raise Invalid("Give service and account_id.", field="destination")
        if not _SERVICE.fullmatch(destination["service"]):
            raise Invalid("A service is 2 to 40 small letters and digits.", field="destination.service")
        account = destination["account_id"]
        if not _ACCOUNT.fullmatch(account):
            raise Invalid("An account_id is 4 to 64 characters without spaces.", field="destination.account_id")
        shown = min(_SHOWN, len(account) // _SHOWN_PART)
        return f"****{account[-shown:]}"

    def instrument_of(self, destination: Mapping[str, str]) -> Instrument | None:
        """See `ReadsDestinations`. Of what a player asked for in the cashier no more is known than it told."""
        return account_of({"accountId": destination.get("account_id"), "provider": destination.get("service")})

    def build_call(self, account: ProviderAccount, order: PayoutOrder) -> HttpCall:
        ours = mark(account.secrets["signing_secret"], account.casino_id, order.withdrawal_id)
        wish = {
            "sessionId": ours,
            "userId": str(order.player_id),
            "merchantId": account.settings["merchant_id"],
            "amount": to_major_string(order.amount_minor, order.currency),
            "accountId": order.destination["account_id"],
            "attributes": {"merchantTxId": ours},
        }
        base = str(account.settings["base_url"]).rstrip("/")
        url = f"{base}/paymentiq/api/{order.destination['service']}/withdrawal/process"
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        return HttpCall("POST", url, headers, json.dumps(wish).encode(), str(order.request_id))

    def parse_answer(
        self,
        account: ProviderAccount,  # noqa: ARG002 - a session with the server is believed
        order: PayoutOrder,  # noqa: ARG002
        answer: HttpAnswer | None,
    ) -> PayoutWord:
        """A no that names a transaction is told by its `cancel`, if we had let it through; else nothing ever moves.

        One that names none ends it for all orders: no transaction of an earlier one is let through after it.
        """
        body = decoded_object(answer)
        if answer is None or body is None or answer.status >= 500:
            return Unanswered()
        reference = word(body.get("txId"))
        if body.get("success") is True and answer.status == 200:
            return Taken(reference=reference) if reference is not None else Unanswered()
        errors = body.get("errors")
        if body.get("success") is not False or body.get("txId") is not None or not isinstance(errors, list):
            return Unanswered()
        code = word(section(errors[0] if errors else None).get("key")) or ""
        return Declined(code=code.lower() if _CODE.fullmatch(code) else "refused", for_all=True)

    def build_question(
        self,
        account: ProviderAccount,  # noqa: ARG002 - the same order is the question
        order: PayoutOrder,  # noqa: ARG002
        reference: str | None,  # noqa: ARG002
    ) -> HttpCall | None:
        return None

    def parse_question(
        self,
        account: ProviderAccount,  # noqa: ARG002
        order: PayoutOrder,  # noqa: ARG002
        answer: HttpAnswer | None,  # noqa: ARG002
    ) -> PayoutWord | NotThere:
        return Unanswered()
