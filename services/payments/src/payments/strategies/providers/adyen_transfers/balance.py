"""What Adyen holds of a casino's money: the balance account that transfers leave, in all its currencies.

https://docs.adyen.com/api-explorer/balanceplatform/2/get/balanceAccounts/(id): the API key needs the role that may look
at balance accounts; without it there is no answer, and staff say it.
"""

from urllib.parse import quote
from uuid import UUID

from contracts.money import MAX_MINOR
from payments.application.floats.ports import Balances
from payments.application.ports import HttpAnswer, HttpCall, ProviderAccount
from payments.domain.withdrawal.words import Unanswered
from payments.strategies.providers.adyen.amounts import from_wire
from payments.strategies.providers.adyen_transfers.calls import headers
from payments.strategies.providers.reading import decoded_object, section, word


class AdyenBalance:
    """See `TellsBalance`."""

    def build_balance(self, account: ProviderAccount, question_id: UUID) -> HttpCall:  # noqa: ARG002 - none is needed
        base = str(account.settings["base_url"]).rstrip("/")
        name = quote(str(account.settings["balance_account"]), safe="")
        return HttpCall("GET", f"{base}/bcl/v2/balanceAccounts/{name}", headers(account))

    def parse_balance(
        self,
        account: ProviderAccount,
        question_id: UUID,  # noqa: ARG002 - a session with the server is believed
        answer: HttpAnswer | None,
    ) -> Balances | Unanswered:
        body = section(decoded_object(answer))
        listed = body.get("balances")
        ours = body.get("id") == account.settings["balance_account"]
        if answer is None or answer.status != 200 or not ours or not isinstance(listed, list):
            return Unanswered()
        found = {}
        for one in map(section, listed):
            currency = word(one.get("currency"))
            minor = None if currency is None else _minor(one.get("available"), currency)
            if currency is not None and minor is not None:
                found[currency] = minor
        return Balances(found)


def _minor(available: object, currency: str) -> int | None:
    """In our minor units, nothing and what is owed included; None: it cannot be read."""
    if not isinstance(available, int) or isinstance(available, bool) or abs(available) > MAX_MINOR:
        return None
    if available == 0:
        return 0
    minor = from_wire(abs(available), currency)
    return None if minor is None else minor if available > 0 else -minor
