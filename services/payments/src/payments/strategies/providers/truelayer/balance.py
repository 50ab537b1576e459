"""What TrueLayer holds of a casino's money: what is available of its merchant accounts, without payouts under way.

https://docs.truelayer.com/docs/get-data-about-your-merchant-accounts
"""

from typing import Final
from uuid import UUID

from contracts.money import MAX_MINOR
from payments.application.floats.ports import Balances
from payments.application.ports import HttpAnswer, HttpCall, ProviderAccount
from payments.domain.withdrawal.words import Unanswered
from payments.strategies.providers.reading import decoded_object, section, word
from payments.strategies.providers.truelayer.calls import ask_for
from payments.strategies.providers.truelayer.deposits import merchant_account

_PATH: Final = "/v3/merchant-accounts"


class TrueLayerBalance:
    """See `TellsBalance`."""

    def build_balance(self, account: ProviderAccount, question_id: UUID) -> HttpCall:  # noqa: ARG002 - none is needed
        return ask_for(account, _PATH)

    def parse_balance(
        self,
        account: ProviderAccount,
        question_id: UUID,  # noqa: ARG002 - a session with the server is believed
        answer: HttpAnswer | None,
    ) -> Balances | Unanswered:
        listed = section(decoded_object(answer)).get("items")
        if answer is None or answer.status != 200 or not isinstance(listed, list):
            return Unanswered()
        found = {}
        for one in map(section, listed):
            currency, minor = word(one.get("currency")), one.get("available_balance_in_minor")
            if currency is None or one.get("id") != merchant_account(account, currency):
                continue
            if isinstance(minor, int) and not isinstance(minor, bool) and abs(minor) <= MAX_MINOR:
                found[currency] = minor
        return Balances(found)
