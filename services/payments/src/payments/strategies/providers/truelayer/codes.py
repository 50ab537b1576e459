"""What TrueLayer's reasons mean. Source: docs.truelayer.com, "Payment statuses", "Payout and refund statuses" and
"Payments API errors", and the reasons its own clients know.

The reason of a failed payment or payout, or the name of an error: the end of the address in its `type`.
"""

from collections.abc import Mapping
from typing import Final

from payments.application.ports import Category, Meaning

_ACCOUNT = Meaning(Category.INSTRUMENT)
_HOLDER = Meaning(Category.AUTHENTICATION)
_NO = Meaning(Category.DECLINED, cascade=True)
_NO_MORE = Meaning(Category.DECLINED)
_LATER = Meaning(Category.PROVIDER, retriable=True, cascade=True)
_CANCELLED = Meaning(Category.CANCELLED)
_OURS = Meaning(Category.REQUEST)
_SET_UP = Meaning(Category.CONFIGURATION, cascade=True)

FAILED: Final = "failed"
"""A failure whose reason is missing."""

CODES: Final[Mapping[str, Meaning]] = {
    FAILED: _NO_MORE,
    "unknown": _NO_MORE,
    "unknown_error": _NO_MORE,
    # Payments.
    "authorization_failed": _HOLDER,
    "not_authorized": _HOLDER,
    "invalid_credentials": _HOLDER,
    "invalid_otp": _HOLDER,
    "verification_declined": _HOLDER,
    "invalid_account_holder_name": _HOLDER,
    "canceled": _CANCELLED,
    "user_canceled_at_provider": _CANCELLED,
    "expired": _CANCELLED,
    "provider_expired": _CANCELLED,
    "insufficient_funds": Meaning(Category.FUNDS),
    "payment_limit_exceeded": Meaning(Category.FUNDS),
    "constraint_violation": _NO_MORE,
    "provider_rejected": _NO,
    "rejected": _NO,
    "blocked": Meaning(Category.FRAUD),
    "invalid_account_details": _ACCOUNT,
    "invalid_remitter_account": _ACCOUNT,
    "invalid_sort_code": _ACCOUNT,
    "invalid_beneficiary_account": _SET_UP,
    "invalid_mandate_state": _OURS,
    "mandate_revoked": _CANCELLED,
    "invalid_request": _OURS,
    "internal_server_error": _LATER,
    "provider_error": _LATER,
    "scheme_unavailable": _LATER,
    # Payouts.
    "invalid_iban": _ACCOUNT,
    "invalid_scan": _ACCOUNT,
    "returned": _ACCOUNT,
    "scheme_error": Meaning(Category.PROVIDER, retriable=True),
    "server_error": Meaning(Category.PROVIDER, retriable=True),
    # Errors of a call.
    "invalid-parameters": _OURS,
    "invalid-state": _OURS,
    "not-found": _OURS,
    "unauthenticated": _SET_UP,
    "forbidden": _SET_UP,
}
