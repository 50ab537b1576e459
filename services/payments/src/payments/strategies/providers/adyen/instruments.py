"""With what a payment was made, or tried, as the `additionalData` of a webhook tells it.

It is not signed, so no money goes by it: a refund names Adyen's own reference of the payment. What is told depends on
what the merchant account has switched on (Developers > Additional data: card summary, BIN, expiry date, card alias,
issuer's country, bank details). https://docs.adyen.com/development-resources/webhooks/additional-settings
"""

from collections.abc import Mapping
from typing import Any

from payments.domain.instrument.words import Instrument, Kind, instrument_told
from payments.strategies.providers.reading import country, end_of, issuer, last_day, name, section, word


def instrument_of(item: Mapping[str, Any]) -> Instrument | None:
    """None when neither a card nor a bank account nor a wallet's account is told of."""
    more = section(item.get("additionalData"))
    if word(more.get("cardSummary")) is not None:
        month, _, year = (word(more.get("expiryDate")) or "").partition("/")
        alias = word(more.get("alias"))
        return instrument_told(
            kind=Kind.CARD,
            fingerprint=f"adyen:{alias}" if alias else None,
            bin=issuer(more.get("issuerBin")) or issuer(more.get("cardBin")),
            last_four=end_of(more.get("cardSummary")),
            expires_on=last_day(year, month),
            country=country(more.get("cardIssuingCountry")) or country(more.get("issuerCountry")),
            holder=name(more.get("cardHolderName")),
        )
    iban = word(more.get("iban"))
    if iban is not None:
        return instrument_told(
            kind=Kind.BANK,
            number=iban,
            last_four=end_of(iban),
            country=country(iban[:2]),
            holder=name(more.get("ownerName")),
        )
    payer = word(more.get("paypalPayerId"))
    return instrument_told(kind=Kind.WALLET, fingerprint=f"paypal:{payer}") if payer else None
