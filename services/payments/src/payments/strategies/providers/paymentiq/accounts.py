"""The account behind a transaction, as PaymentIQ tells it: its own id of it, its masked number, and its holder.

Field names: paymentiq_messages of the public implementations of our side (`accountId`, `maskedAccount`,
`accountHolder`, `provider`). An account has one id there for each player who added it.
"""

import re
from collections.abc import Mapping
from typing import Any

from payments.domain.instrument.words import Instrument, Kind, instrument_told
from payments.strategies.providers.reading import end_of, issuer, name, word

_MASKED_CARD = re.compile(r"[0-9]{6,8}[*xX]{2,9}[0-9]{4}", re.ASCII)
_BANK = re.compile(r"bank|iban|sepa|trustly|transfer", re.IGNORECASE)


def account_of(body: Mapping[str, Any]) -> Instrument | None:
    """None where no account is named."""
    account_id, masked = word(body.get("accountId")), word(body.get("maskedAccount"))
    if account_id is None:
        return None
    is_card = masked is not None and _MASKED_CARD.fullmatch(masked) is not None
    kind = Kind.CARD if is_card else Kind.BANK if _BANK.search(str(body.get("provider"))) else Kind.WALLET
    return instrument_told(
        kind=kind,
        fingerprint=f"paymentiq:{account_id}",
        bin=issuer(masked) if is_card else None,
        last_four=end_of(masked) if kind is not Kind.WALLET else None,
        holder=name(body.get("accountHolder")),
        owner=masked if kind is Kind.WALLET else None,
    )
