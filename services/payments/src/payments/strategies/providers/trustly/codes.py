"""What Trustly's reasons mean, in lower case. Source: Trustly's "Error codes", and its notifications."""

from collections.abc import Mapping
from typing import Final

from payments.application.ports import Category, Meaning

_ACCOUNT = Meaning(Category.INSTRUMENT)
_SET_UP = Meaning(Category.CONFIGURATION)
_OURS = Meaning(Category.REQUEST)

CODES: Final[Mapping[str, Meaning]] = {
    "refused": Meaning(Category.DECLINED),
    "cancelled": Meaning(Category.CANCELLED),
    "debited": Meaning(Category.DECLINED),
    "payout_failed": Meaning(Category.DECLINED),
    "credited_back": Meaning(Category.DECLINED),
    "error_account_not_found": _ACCOUNT,
    "error_invalid_bank_account_number": _ACCOUNT,
    "error_invalid_account_number": _ACCOUNT,
    "error_unsupported_clearing_house": _ACCOUNT,
    "error_accountid_not_found": _ACCOUNT,
    "error_closed_account": _ACCOUNT,
    "error_unable_to_send_money_to_account": _ACCOUNT,
    "error_insufficient_funds": Meaning(Category.PROVIDER, retriable=True),
    "error_insufficient_balance": Meaning(Category.PROVIDER, retriable=True),
    "error_internal": Meaning(Category.PROVIDER, retriable=True),
    "error_function_access_denied": _SET_UP,
    "error_host_access_denied": _SET_UP,
    "error_invalid_credentials": _SET_UP,
    "error_unknown_user": _SET_UP,
    "error_invalid_signature": _SET_UP,
    "error_malformed_notificationurl": _SET_UP,
    "error_invalid_parameters": _OURS,
    "error_invalid_amount": _OURS,
    "error_amount_too_low": _OURS,
    "error_amount_too_high": _OURS,
    "error_function_not_found": _OURS,
    "error_invalid_order_id": _OURS,
    "error_enduser_is_blocked": Meaning(Category.FRAUD),
}
