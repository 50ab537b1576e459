"""What Skrill's reasons mean: `failed_<failed_reason_code>` of Quick Checkout, and the error messages of the Automated
Payments Interface in lower case. Sources: the appendices "Failed reason codes" and "Error messages" of its guides.
"""

from collections.abc import Mapping
from typing import Final

from payments.application.ports import Category, Meaning

_DECLINED = Meaning(Category.DECLINED, cascade=True)
_CARD = Meaning(Category.INSTRUMENT)
_FRAUD = Meaning(Category.FRAUD)
_FUNDS = Meaning(Category.FUNDS)
_OURS = Meaning(Category.REQUEST)
_SET_UP = Meaning(Category.CONFIGURATION)
_DOWN = Meaning(Category.PROVIDER, retriable=True, cascade=True)
_AUTHENTICATION = Meaning(Category.AUTHENTICATION)

CODES: Final[Mapping[str, Meaning]] = {
    "cancelled": Meaning(Category.CANCELLED),
    "chargeback": Meaning(Category.DECLINED),
    "failed": Meaning(Category.DECLINED),
    "bad_request": _OURS,
    **dict.fromkeys(("failed_01", "failed_04", "failed_06", "failed_09", "failed_58", "failed_63"), _DECLINED),
    **dict.fromkeys(("failed_05", "failed_10", "failed_11", "failed_31"), _FUNDS),
    **dict.fromkeys(
        ("failed_08", "failed_12", "failed_13", "failed_24", "failed_35", "failed_37", "failed_42", "failed_20"), _CARD
    ),
    **dict.fromkeys(("failed_03", "failed_28", "failed_34", "failed_38", "failed_80"), _FRAUD),
    **dict.fromkeys(("failed_07", "failed_19", "failed_32", "failed_69", "failed_70"), _AUTHENTICATION),
    **dict.fromkeys(("failed_44", "failed_45", "failed_51"), _DOWN),
    **dict.fromkeys(("failed_02", "failed_27"), _SET_UP),
    **dict.fromkeys(("failed_15", "failed_22", "failed_30", "failed_64", "failed_68"), _OURS),
    "failed_67": Meaning(Category.CANCELLED),
    **dict.fromkeys(
        ("login_invalid", "cannot_login", "payment_denied", "no_login_explanation", "check_for_verified_email",
         "payouts_not_enabled", "invalid_or_missing_action"),
        _SET_UP,
    ),
    "balance_not_enough": Meaning(Category.PROVIDER, retriable=True),
    **dict.fromkeys(
        ("country_blocked_for_payments", "disallowed_cross_region_payment", "disallowed_recipient",
         "invalid_bnf_email", "missing_bnf_email"),
        _CARD,
    ),
    **dict.fromkeys(
        ("invalid_amount", "invalid_currency", "invalid_frn_trn_id", "invalid_note", "invalid_subject",
         "missing_amount", "missing_currency", "missing_note", "missing_subject"),
        _OURS,
    ),
    "session_expired": _DOWN,
}  # fmt: skip
