"""What BTCPay Server's reasons mean. Source: the description of its Greenfield API."""

from collections.abc import Mapping
from typing import Final

from payments.application.ports import Category, Meaning

_OURS = Meaning(Category.REQUEST)
_SET_UP = Meaning(Category.CONFIGURATION, cascade=True)

CODES: Final[Mapping[str, Meaning]] = {
    "expired": Meaning(Category.CANCELLED),
    "invalid": Meaning(Category.CANCELLED),
    "cancelled": Meaning(Category.CANCELLED),
    "validation": _OURS,
    "amount-too-low": _OURS,
    "generic-error": Meaning(Category.PROVIDER, retriable=True, cascade=True),
    "unauthenticated": _SET_UP,
    "missing-permission": _SET_UP,
    "store-not-found": _SET_UP,
    "payment-method-not-supported": _SET_UP,
    "archived": _SET_UP,
    "not-started": _SET_UP,
    "overdraft": _SET_UP,
}
