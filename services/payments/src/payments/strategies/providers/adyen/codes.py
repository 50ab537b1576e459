"""What Adyen's reasons mean. Source: docs.adyen.com, "Refusal reasons" and "Error codes".

A refusal reason comes as a text ("Not enough balance"), in the part of a webhook that is not signed: it says why, never
whether. An error of a call is a number.
"""

import re
from collections.abc import Mapping
from typing import Final

from payments.application.ports import Category, Meaning
from payments.strategies.providers.reading import word

_FUNDS = Meaning(Category.FUNDS)
_CARD = Meaning(Category.INSTRUMENT)
_NOT_TAKEN = Meaning(Category.INSTRUMENT, cascade=True)
_OWNER = Meaning(Category.AUTHENTICATION, step_up=True)
_PIN = Meaning(Category.AUTHENTICATION)
_FRAUD = Meaning(Category.FRAUD)
_NO = Meaning(Category.DECLINED, cascade=True)
_NO_MORE = Meaning(Category.DECLINED)
_LATER = Meaning(Category.PROVIDER, retriable=True, cascade=True)
_CANCELLED = Meaning(Category.CANCELLED)
_OURS = Meaning(Category.REQUEST)
_SET_UP = Meaning(Category.CONFIGURATION, cascade=True)

REFUSED: Final = "refused"
"""A refusal whose reason is missing, or none that is documented."""

_REFUSALS: Final[Mapping[str, Meaning]] = {
    "refused": _NO,
    "referral": _NO,
    "acquirer_error": _LATER,
    "blocked_card": _CARD,
    "expired_card": _CARD,
    "invalid_amount": _OURS,
    "invalid_card_number": _CARD,
    "issuer_unavailable": _LATER,
    "not_supported": _NOT_TAKEN,
    "3d_not_authenticated": _OWNER,
    "not_enough_balance": _FUNDS,
    "acquirer_fraud": _FRAUD,
    "cancelled": _CANCELLED,
    "shopper_cancelled": _CANCELLED,
    "invalid_pin": _PIN,
    "pin_tries_exceeded": _PIN,
    "pin_validation_not_possible": _PIN,
    "fraud": _FRAUD,
    "not_submitted": _LATER,
    "fraud_cancelled": _FRAUD,
    "transaction_not_permitted": _NOT_TAKEN,
    "cvc_declined": _CARD,
    "restricted_card": _CARD,
    "revocation_of_auth": _CARD,
    "declined_non_generic": _NO,
    "withdrawal_amount_exceeded": _FUNDS,
    "withdrawal_count_exceeded": _FUNDS,
    "issuer_suspected_fraud": _FRAUD,
    "avs_declined": _CARD,
    "card_requires_online_pin": _PIN,
    "no_checking_account_available_on_card": _CARD,
    "no_savings_account_available_on_card": _CARD,
    "mobile_pin_required": _PIN,
    "contactless_fallback": _CARD,
    "authentication_required": _OWNER,
    "rreq_not_received_from_ds": _OWNER,
    "current_aid_is_in_penalty_box": _LATER,
    "cvm_required_restart_payment": _OWNER,
    "3ds_authentication_error": _OWNER,
    "online_pin_required": _PIN,
    "try_another_interface": _CARD,
    "chip_downgrade_mode": _CARD,
    "transaction_blocked_by_adyen_to_prevent_excessive_retry_fees": _NO_MORE,
}

CODES: Final[Mapping[str, Meaning]] = {
    **_REFUSALS,
    "expired": _CANCELLED,
    "offer_closed": _CANCELLED,
    "error_000": Meaning(Category.CONFIGURATION),
    "error_010": _SET_UP,
    "error_100": _OURS,
    "error_130": _OURS,
    "error_137": _OURS,
    "error_138": _SET_UP,
    "error_167": _OURS,
    "error_177": _OURS,
    "refund": _NO_MORE,
    "refund_failed": _NO_MORE,
    "refunded_reversed": _NO_MORE,
    "error_178": _OURS,
    "error_702": _OURS,
    "error_901": _SET_UP,
}


def refusal(reason: object) -> str:
    """The code of a refusal reason. Only a documented one is passed on: where there is none, Adyen writes other things
    in its place, such as the end of a card's number.

    >>> refusal("Not enough balance"), refusal("FRAUD-CANCELLED"), refusal("076181:1111:03/2030"), refusal(None)
    ('not_enough_balance', 'fraud_cancelled', 'refused', 'refused')
    """
    code = re.sub(r"[^a-z0-9]+", "_", (word(reason) or "").lower()).strip("_")
    return code if code in _REFUSALS else REFUSED
