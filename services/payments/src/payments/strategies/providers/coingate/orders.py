"""What an order says."""

import json
from collections.abc import Mapping
from typing import Any

from contracts.money import MAX_MINOR, MoneyMistake, exponent
from payments.domain.deposit.words import ActionNeeded, Declined, DepositWord, Settled, Underway
from payments.strategies.providers.reading import decimal, word

STATUSES = frozenset(
    {"new", "pending", "confirming", "paid", "invalid", "expired", "canceled", "refunded", "partially_refunded"}
)


def word_of(order: Mapping[str, Any]) -> DepositWord | None:
    """The word of an order; None when it has no id. A status we do not know is Underway.

    What was refunded in part left some of the money with us. How much, nothing here knows: it stays open for a person.
    """
    number = order.get("id")
    if not isinstance(number, int) or isinstance(number, bool):
        return None
    reference = str(number)
    match order.get("status"):
        case "new" | "pending":
            return ActionNeeded(reference=reference, next_action=_next_action(order))
        case "paid":
            return _settled(order, reference) or Underway(reference=reference)
        case "invalid" | "refunded" as code:
            return Declined(reference=reference, code=code, final=True, undoes=True)
        case "expired" | "canceled" as code:
            return Declined(reference=reference, code=code, final=True)
        case "partially_refunded" as code:
            return Declined(reference=reference, code=code)
        case _:
            return Underway(reference=reference)


def _settled(order: Mapping[str, Any], reference: str) -> Settled | None:
    """What was paid, at the rate between the price and the coins that were asked for it, rounded down."""
    currency = word(order.get("price_currency")) or ""
    price, asked = decimal(order.get("price_amount")), decimal(order.get("pay_amount"))
    under, over = decimal(order.get("underpaid_amount")), decimal(order.get("overpaid_amount"))
    if price is None or not asked or under is None or over is None:
        return None
    try:
        minor = int(price * (asked - under + over) / asked * 10 ** exponent(currency))
    except MoneyMistake:
        return None
    if not 0 < minor <= MAX_MINOR:
        return None
    return Settled(reference=reference, amount_minor=minor, currency=currency, stands=True)


def _next_action(order: Mapping[str, Any]) -> str | None:
    """The page on which the player pays, as JSON."""
    url = order.get("payment_url")
    if isinstance(url, str) and url.startswith(("https://", "http://")):
        return json.dumps({"type": "redirect", "url": url})
    return None
