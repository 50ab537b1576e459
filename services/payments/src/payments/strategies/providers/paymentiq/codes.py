"""PaymentIQ's numbers for our refusals (`errCode`), and what the codes of its cancellations mean.

It publishes no list of either: numbers are ours to choose; its own `statusCode` and `pspStatusCode` come as they are.
"""

from collections.abc import Mapping
from typing import Final

from payments.application.ports import Category, Meaning

CODES: Final[Mapping[str, Meaning]] = {
    "cancelled": Meaning(Category.CANCELLED),
    "given_up": Meaning(Category.CANCELLED),
}

BY_PLAYER: Final = frozenset({"cancelled_by_user", "canceled_by_user"})
"""Its player took it back in the cashier."""

NUMBERS: Final[Mapping[str, int]] = {
    "session_unknown": 401,
    "player_unknown": 404,
    "unknown_reference": 404,
    "wallet_unknown": 404,
    "casino_unknown": 404,
    "insufficient_funds": 402,
    "deposit_limit_reached": 403,
    "self_excluded": 403,
    "account_blocked": 403,
    "chargeback_unpaid": 403,
    "deposit_not_possible": 403,
    "verification_required": 403,
    "debt_outstanding": 403,
    "needs_people": 403,
    "cancelled_before": 403,
    "amount_outside_policy": 403,
    "provider_not_offered": 403,
}
OTHER: Final = 400
"""For every refusal without a number of its own: `errMsg` has its code."""
