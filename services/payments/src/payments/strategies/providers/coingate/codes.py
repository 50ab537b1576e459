"""What CoinGate's reasons mean. Source: developer.coingate.com, "Order Status", "Errors", "Create Order";
its own client for Python."""

from collections.abc import Mapping
from typing import Final

from payments.application.ports import Category, Meaning

_OURS = Meaning(Category.REQUEST)
_CANCELLED = Meaning(Category.CANCELLED)
_SET_UP = Meaning(Category.CONFIGURATION, cascade=True)

CODES: Final[Mapping[str, Meaning]] = {
    "invalid": Meaning(Category.DECLINED),
    "expired": _CANCELLED,
    "canceled": _CANCELLED,
    "refunded": _CANCELLED,
    "partially_refunded": _CANCELLED,
    "OrderIsNotValid": _OURS,
    "BadCredentials": _SET_UP,
    "BadAuthToken": _SET_UP,
}
