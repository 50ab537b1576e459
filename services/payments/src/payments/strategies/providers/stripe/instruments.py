"""With what a charge was paid, or tried: charges tell it, and the errors of payments, but not intents.

https://docs.stripe.com/api/charges/object#charge_object-payment_method_details
"""

from collections.abc import Mapping
from typing import Any

from payments.domain.instrument.words import Instrument, Kind, instrument_told
from payments.strategies.providers.reading import country, end_of, issuer, last_day, name, section, word

_BANK = frozenset({"sepa_debit", "us_bank_account", "bacs_debit", "au_becs_debit", "acss_debit"})
_WALLETS = {"paypal": "payer_id", "link": "email", "cashapp": "buyer_id", "revolut_pay": "payer_id"}


def instrument_of(thing: Mapping[str, Any]) -> Instrument | None:
    """Of a charge; None when it is of a kind that nobody here knows.

    The `fingerprint` is Stripe's own and the same for the same card or account within one account at Stripe.
    """
    return _read(section(thing.get("payment_method_details")), section(thing.get("billing_details")))


def instrument_of_error(error: Mapping[str, Any]) -> Instrument | None:
    """Of a payment that was declined: the payment method stands in its error."""
    method = section(error.get("payment_method"))
    return _read(method, section(method.get("billing_details")))


def _read(details: Mapping[str, Any], billing: Mapping[str, Any]) -> Instrument | None:
    kind = word(details.get("type")) or ""
    part = section(details.get(kind))
    mark = word(part.get("fingerprint"))
    common: dict[str, Any] = {
        "fingerprint": f"stripe:{mark}" if mark else None,
        "last_four": end_of(part.get("last4")),
        "country": country(part.get("country")),
        "holder": name(billing.get("name")),
    }
    if kind in ("card", "card_present"):
        expires_on = last_day(part.get("exp_year"), part.get("exp_month"))
        return instrument_told(kind=Kind.CARD, bin=issuer(part.get("iin")), expires_on=expires_on, **common)
    if kind in _BANK:
        return instrument_told(kind=Kind.BANK, **common)
    payer = word(part.get(_WALLETS.get(kind, "")))
    if payer is None:
        return None
    return instrument_told(kind=Kind.WALLET, **{**common, "fingerprint": f"{kind}:{payer}"})
