"""The bank account behind a payment: as a settled payment names it, and as a payout's destination does.

TrueLayer gives an account an id per player when he pays from it. By that id he is paid, and by it the account is
recognised: its number, which not every bank tells, would make another one of it.
"""

from collections.abc import Mapping
from typing import Any

from payments.domain.instrument.words import Instrument, Kind, instrument_told, local_number
from payments.strategies.providers.reading import country, end_of, name, our_id, section, word


def paid_from(payment: Mapping[str, Any]) -> Instrument | None:
    """Of a payment; None before the account is known."""
    source = section(payment.get("payment_source"))
    source_id = word(source.get("id"))
    if source_id is None or our_id(source_id) is None:
        return None
    listed = source.get("account_identifiers")
    known = [section(one) for one in listed] if isinstance(listed, list) else []
    iban = next((found for one in known if (found := word(one.get("iban")))), None)
    number = next((found for one in known if (found := word(one.get("account_number")))), None)
    return instrument_told(
        kind=Kind.BANK,
        fingerprint=f"truelayer:{source_id}",
        last_four=end_of(iban or number),
        country=country(iban[:2]) if iban else "GB" if number else None,
        holder=name(source.get("account_holder_name")),
        pays_to={"payment_source_id": source_id},
    )


def paid_to(destination: Mapping[str, str]) -> Instrument | None:
    """Of a payout's destination. A payment source says nothing else of itself."""
    if "payment_source_id" in destination:
        source_id = destination["payment_source_id"]
        return instrument_told(kind=Kind.BANK, fingerprint=f"truelayer:{source_id}", pays_to=dict(destination))
    iban, number = destination.get("iban"), destination.get("account_number", "")
    return instrument_told(
        kind=Kind.BANK,
        number=iban or local_number("UNITED_KINGDOM", destination["sort_code"], number),
        last_four=end_of(iban or number),
        country=country(iban[:2]) if iban else "GB",
        holder=name(destination["account_holder_name"]),
        pays_to=dict(destination),
    )
