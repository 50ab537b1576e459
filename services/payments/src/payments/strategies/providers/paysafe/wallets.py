"""The wallet behind a payment: as Paysafe tells it of one, and as the destination of a payout names it.

https://developer.paysafe.com/en/api-docs/payments-api/: a payment carries the object of its method.
"""

from collections.abc import Mapping
from typing import Any

from payments.domain.instrument.words import Instrument, Kind, instrument_told
from payments.strategies.providers.paysafe.calls import WALLETS
from payments.strategies.providers.reading import name, section, wallet_mark


def paid_with(payment: Mapping[str, Any]) -> Instrument | None:
    """Of a payment; None where it names no wallet."""
    for method, called in WALLETS.items():
        owner = name(section(payment.get(called)).get("consumerId"))
        if owner is not None:
            profile = section(payment.get("profile"))
            both = [one for one in (name(profile.get("firstName")), name(profile.get("lastName"))) if one]
            return _wallet(method, owner, " ".join(both) or None)
    return None


def paid_to(destination: Mapping[str, str]) -> Instrument | None:
    """Of a payout's destination."""
    return _wallet(destination["method"], destination["consumer_id"], None)


def _wallet(method: str, owner: str, holder: str | None) -> Instrument | None:
    return instrument_told(
        kind=Kind.WALLET,
        fingerprint=wallet_mark(method, owner),
        holder=holder,
        owner=owner,
        pays_to={"method": method, "consumer_id": owner},
    )
