"""What Stripe's reasons mean. Source: docs.stripe.com, "Decline codes", "Error codes", the cancellation reasons.

What a bank leaves open may be tried elsewhere; what names the card or its owner's money may not, since another provider
asks the same bank about the same card.
"""

from collections.abc import Mapping
from typing import Final

from payments.application.ports import Category, Meaning

_FUNDS = Meaning(Category.FUNDS)
_CARD = Meaning(Category.INSTRUMENT)
_NOT_TAKEN = Meaning(Category.INSTRUMENT, cascade=True)
_OWNER = Meaning(Category.AUTHENTICATION, step_up=True)
_PIN = Meaning(Category.AUTHENTICATION)
_FRAUD = Meaning(Category.FRAUD)
_NO = Meaning(Category.DECLINED, cascade=True)
_LATER = Meaning(Category.PROVIDER, retriable=True, cascade=True)
_CANCELLED = Meaning(Category.CANCELLED)
_OURS = Meaning(Category.REQUEST)
_SET_UP = Meaning(Category.CONFIGURATION, cascade=True)

CODES: Final[Mapping[str, Meaning]] = {
    "insufficient_funds": _FUNDS,
    "card_velocity_exceeded": _FUNDS,
    "withdrawal_count_limit_exceeded": _FUNDS,
    "amount_too_large": _FUNDS,
    "expired_card": _CARD,
    "incorrect_number": _CARD,
    "invalid_number": _CARD,
    "incorrect_cvc": _CARD,
    "invalid_cvc": _CARD,
    "incorrect_zip": _CARD,
    "invalid_expiry_month": _CARD,
    "invalid_expiry_year": _CARD,
    "invalid_account": _CARD,
    "new_account_information_available": _CARD,
    "lost_card": _CARD,
    "stolen_card": _CARD,
    "pickup_card": _CARD,
    "restricted_card": _CARD,
    "testmode_decline": _CARD,
    "revocation_of_all_authorizations": _CARD,
    "revocation_of_authorization": _CARD,
    "stop_payment_order": _CARD,
    "card_not_supported": _NOT_TAKEN,
    "currency_not_supported": _NOT_TAKEN,
    "service_not_allowed": _NOT_TAKEN,
    "transaction_not_allowed": _NOT_TAKEN,
    "not_permitted": _NOT_TAKEN,
    "authentication_required": _OWNER,
    "payment_intent_authentication_failure": _OWNER,
    "approve_with_id": _PIN,
    "incorrect_pin": _PIN,
    "invalid_pin": _PIN,
    "offline_pin_required": _PIN,
    "online_or_offline_pin_required": _PIN,
    "pin_try_exceeded": _PIN,
    "fraudulent": _FRAUD,
    "merchant_blacklist": _FRAUD,
    "security_violation": _FRAUD,
    "generic_decline": _NO,
    "call_issuer": _NO,
    "do_not_honor": _NO,
    "no_action_taken": _NO,
    "do_not_try_again": Meaning(Category.DECLINED),
    "card_declined": _NO,
    "declined": _NO,
    "duplicate_transaction": Meaning(Category.DECLINED),
    "issuer_not_available": _LATER,
    "processing_error": _LATER,
    "reenter_transaction": _LATER,
    "try_again_later": _LATER,
    "canceled": _CANCELLED,
    "abandoned": _CANCELLED,
    "automatic": _CANCELLED,
    "duplicate": _CANCELLED,
    "requested_by_customer": _CANCELLED,
    "failed_invoice": _CANCELLED,
    "void_invoice": _CANCELLED,
    "invalid_amount": _OURS,
    "amount_too_small": _OURS,
    "parameter_invalid_integer": _OURS,
    "parameter_missing": _OURS,
    "parameter_unknown": _OURS,
    "resource_missing": _OURS,
    "charge_already_refunded": _OURS,
    "charge_disputed": _OURS,
    "lost_or_stolen_card": _CARD,
    "expired_or_canceled_card": _CARD,
    "invalid_request_error": _OURS,
    "payment_intent_unexpected_state": _OURS,
    "api_key_invalid": _SET_UP,
    "api_key_expired": _SET_UP,
    "account_invalid": _SET_UP,
    "payment_method_not_available": _SET_UP,
    "payment_method_unactivated": _SET_UP,
}
