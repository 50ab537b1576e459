"""Money in through CoinGate: make an order, ask what became of it.

It knows no idempotency key and finds no order by our reference. A call that is repeated makes another order; the first
one's page was never shown to anybody.
"""

from collections.abc import Mapping
from urllib.parse import quote, urlencode
from uuid import UUID

from chassis.domain import Invalid
from contracts.money import to_major_string
from payments.application.ports import DepositIntent, HttpAnswer, HttpCall, NotThere, ProviderAccount, StepUp
from payments.domain.deposit.words import Declined, DepositWord, Unanswered
from payments.strategies.providers.coingate.orders import word_of
from payments.strategies.providers.coingate.token import token_of
from payments.strategies.providers.currencies import CRYPTO, NATIONAL
from payments.strategies.providers.reading import decoded, refuse_others, section, word

_TITLE = "Deposit"
_REFUSED = (400, 401, 403, 422)
_SAY_NOTHING_OF_EARLIER_CALLS = (401, 403)


class CoinGateDeposits:
    """The deposit flow."""

    usually_off_permille = 50  # Wallets take their fee off, and rates are rounded; our own measure.

    needs = ()

    def step_up(self, account: ProviderAccount) -> StepUp:  # noqa: ARG002 - the same for every account
        return StepUp.NEVER

    def check_amount(self, amount_minor: int, currency: str) -> None:  # noqa: ARG002 - every amount is written
        if currency not in NATIONAL | CRYPTO:
            raise Invalid(f"This provider does not take {currency}.", field="currency")

    def check_details(self, details: Mapping[str, str]) -> None:
        refuse_others(details, frozenset(), within="details")

    def build_call(self, account: ProviderAccount, intent: DepositIntent) -> HttpCall:
        reference = str(intent.deposit_id)
        form = {
            "order_id": reference,
            "price_amount": to_major_string(intent.amount_minor, intent.currency),
            "price_currency": intent.currency,
            "title": _TITLE,
            "description": _TITLE,
            "callback_url": intent.notification_url,
            "token": token_of(account.secrets["callback_secret"], reference),
        }
        if intent.return_url is not None:
            form |= {"success_url": intent.return_url, "cancel_url": intent.return_url}
        if "receive_currency" in account.settings:
            form["receive_currency"] = str(account.settings["receive_currency"])
        headers = {**_headers(account), "Content-Type": "application/x-www-form-urlencoded"}
        return HttpCall("POST", _orders(account), headers, urlencode(form).encode(), reference)

    def parse_answer(self, answer: HttpAnswer | None) -> DepositWord:
        if answer is None:
            return Unanswered()
        body = section(decoded(answer))
        if answer.status == 200:
            return word_of(body) or Unanswered()
        reason = word(body.get("reason"))
        if answer.status in _REFUSED and reason is not None:
            return Declined(reference=None, code=reason, final=answer.status not in _SAY_NOTHING_OF_EARLIER_CALLS)
        return Unanswered()

    def build_question(
        self,
        account: ProviderAccount,
        deposit_id: UUID,  # noqa: ARG002 - an order is found by its own id alone
        reference: str | None,
    ) -> HttpCall | NotThere:
        return NotThere() if reference is None else _order(account, reference)

    def parse_question(self, answer: HttpAnswer | None) -> DepositWord | NotThere:
        if answer is None or answer.status not in (200, 404):
            return Unanswered()
        body = section(decoded(answer))
        if answer.status == 404:
            return NotThere() if body.get("reason") == "OrderNotFound" else Unanswered()
        return word_of(body) or Unanswered()

    def build_cancel(
        self,
        account: ProviderAccount,
        deposit_id: UUID,  # noqa: ARG002
        reference: str,
        attempt: int,  # noqa: ARG002
    ) -> HttpCall:
        # Nobody but the player cancels an order; it is over after 20 minutes, or 2 hours where no coin was chosen.
        return _order(account, reference)

    def parse_cancel(self, answer: HttpAnswer | None) -> DepositWord:
        said = self.parse_question(answer)
        return Unanswered() if isinstance(said, NotThere) else said


def _order(account: ProviderAccount, reference: str) -> HttpCall:
    return HttpCall("GET", f"{_orders(account)}/{quote(reference, safe='')}", _headers(account))


def _orders(account: ProviderAccount) -> str:
    return f"{str(account.settings['base_url']).rstrip('/')}/v2/orders"


def _headers(account: ProviderAccount) -> dict[str, str]:
    return {"Authorization": f"Token {account.secrets['api_token']}", "Accept": "application/json"}
