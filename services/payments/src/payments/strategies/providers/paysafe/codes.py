"""What Paysafe's error codes mean, as `error_<code>`. Source: "Card Errors" and "Alternate Payments Errors" of its
developer centre, those of refunds (34..) its table of "Transaction Errors"; the words without a number are ours.
"""

from collections.abc import Mapping
from typing import Final

from payments.application.ports import Category, Meaning

_OURS = Meaning(Category.REQUEST)
_SET_UP = Meaning(Category.CONFIGURATION)
_CARD = Meaning(Category.INSTRUMENT)
_DECLINED = Meaning(Category.DECLINED, cascade=True)
_FRAUD = Meaning(Category.FRAUD)
_AUTHENTICATION = Meaning(Category.AUTHENTICATION, step_up=True)
_DOWN = Meaning(Category.PROVIDER, retriable=True, cascade=True)

CODES: Final[Mapping[str, Meaning]] = {
    "expired": Meaning(Category.CANCELLED),
    "handle_failed": Meaning(Category.CANCELLED),
    "payment_cancelled": Meaning(Category.CANCELLED),
    "payment_failed": Meaning(Category.DECLINED, cascade=True),
    "credit_failed": Meaning(Category.DECLINED),
    "credit_cancelled": Meaning(Category.CANCELLED),
    "credit_errored": Meaning(Category.PROVIDER, retriable=True),
    "refund_failed": Meaning(Category.DECLINED),
    "refund_cancelled": Meaning(Category.CANCELLED),
    "refund_errored": Meaning(Category.PROVIDER, retriable=True),
    "error_1000": _DOWN,
    "error_1002": _DOWN,
    "error_1200": _DOWN,
    "error_3001": _AUTHENTICATION,
    "error_3002": _CARD,
    "error_3004": _CARD,
    "error_3005": _CARD,
    "error_3006": _CARD,
    "error_3007": _CARD,
    "error_3008": _SET_UP,
    "error_3009": _DECLINED,
    "error_3012": _CARD,
    "error_3013": _CARD,
    "error_3015": _DECLINED,
    "error_3016": _FRAUD,
    "error_3017": _CARD,
    "error_3022": Meaning(Category.FUNDS),
    "error_3023": Meaning(Category.FUNDS),
    "error_3402": _OURS,
    "error_3403": _OURS,
    "error_3404": _OURS,
    "error_3405": _OURS,
    "error_3406": Meaning(Category.REQUEST, retriable=True),
    "error_3407": _OURS,
    "error_3408": _OURS,
    "error_3412": _SET_UP,
    "error_3413": _OURS,
    "error_3418": _SET_UP,
    "error_4001": _FRAUD,
    "error_4002": _FRAUD,
    "error_5003": _OURS,
    "error_5010": _OURS,
    "error_5023": _OURS,
    "error_5040": _SET_UP,
    "error_5068": _OURS,
    "error_5100": _AUTHENTICATION,
    "error_5101": _AUTHENTICATION,
    "error_5102": Meaning(Category.DECLINED),
    "error_5103": _AUTHENTICATION,
    "error_5104": _AUTHENTICATION,
    "error_5105": _AUTHENTICATION,
    "error_5106": _FRAUD,
    "error_5107": _FRAUD,
    "error_5108": _FRAUD,
    "error_5109": _OURS,
    "error_5110": _OURS,
    "error_5111": _FRAUD,
    "error_5112": _FRAUD,
    "error_5113": _FRAUD,
    "error_5269": _OURS,
    "error_5279": _SET_UP,
}
