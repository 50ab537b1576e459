"""What the Transfers API's reasons mean. Source: docs.adyen.com, "Payout webhooks" (reason codes) and "Validation"
errors, and the public OpenAPI description of Transfers v4.

The reason of a transfer that failed, or the `errorCode` of a refused call.
"""

from collections.abc import Mapping
from typing import Final

from payments.application.ports import Category, Meaning

_ACCOUNT = Meaning(Category.INSTRUMENT)
_NO_MORE = Meaning(Category.DECLINED)
_LATER = Meaning(Category.PROVIDER)
_SET_UP = Meaning(Category.CONFIGURATION)

FAILED: Final = "failed"
"""A failure whose reason is missing."""

CODES: Final[Mapping[str, Meaning]] = {
    FAILED: _NO_MORE,
    "refused": _NO_MORE,
    "cancelled": Meaning(Category.CANCELLED),
    "returned": _NO_MORE,
    "unknown": _NO_MORE,
    "error": _LATER,
    "accountHierarchyNotActive": _SET_UP,
    "amountLimitExceeded": _SET_UP,
    "balanceAccountTemporarilyBlockedByTransactionRule": _SET_UP,
    "counterpartyAccountBlocked": _ACCOUNT,
    "counterpartyAccountClosed": _ACCOUNT,
    "counterpartyAccountNotFound": _ACCOUNT,
    "counterpartyAddressRequired": _ACCOUNT,
    "counterpartyBankTimedOut": _LATER,
    "counterpartyBankUnavailable": _LATER,
    "declinedByTransactionRule": _SET_UP,
    "notEnoughBalance": _SET_UP,
    "refusedByCounterpartyBank": _NO_MORE,
    "routeNotFound": _ACCOUNT,
    "scaFailed": _SET_UP,
    "error_30_001": _SET_UP,
    "error_30_003": _SET_UP,
}
