"""What Trustly holds of a casino's money: one signed call for all currencies, at most every 15 minutes.

https://docs.trustly.com/api/balance
"""

from typing import Any
from uuid import UUID

from contracts.money import MAX_MINOR, MoneyMistake, to_minor
from payments.application.floats.ports import Balances
from payments.application.ports import HttpAnswer, HttpCall, ProviderAccount
from payments.domain.withdrawal.words import Unanswered
from payments.strategies.providers.reading import section, word
from payments.strategies.providers.trustly.messages import answer_to, call, result_of

_METHOD = "Balance"


class TrustlyBalance:
    """See `TellsBalance`."""

    def build_balance(self, account: ProviderAccount, question_id: UUID) -> HttpCall:
        data = {"Username": account.settings["username"], "Password": account.secrets["password"]}
        return call(account, _METHOD, str(question_id), data)

    def parse_balance(
        self, account: ProviderAccount, question_id: UUID, answer: HttpAnswer | None
    ) -> Balances | Unanswered:
        result = result_of(answer)
        listed = result.get("data")
        if not isinstance(listed, list) or not answer_to(account, _METHOD, str(question_id)).signs(result):
            return Unanswered()
        found = [_balance(section(one)) for one in listed]
        return Balances({one[0]: one[1] for one in found if one is not None})


def _balance(told: Any) -> tuple[str, int] | None:
    """A currency and what there is of it; None: it cannot be read, or Trustly deals in what we do not know."""
    currency, amount = word(told.get("currency")), word(told.get("balance"))
    if currency is None or amount is None:
        return None
    try:
        minor = to_minor(amount.removeprefix("-"), currency)
    except MoneyMistake:
        return None
    return None if minor > MAX_MINOR else (currency, -minor if amount.startswith("-") else minor)
