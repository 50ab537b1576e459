"""What an invoice says, wherever it is found: in the answer to its making, in a list, by its id."""

import json
from collections.abc import Mapping
from typing import Any

from payments.domain.deposit.words import ActionNeeded, Concern, Declined, DepositWord, Settled, Underway
from payments.strategies.providers.btcpay.amounts import received
from payments.strategies.providers.reading import word


def word_of(invoice: Mapping[str, Any], methods: object = None) -> DepositWord | None:
    """The word of an invoice, with its payment methods where they were asked for; None when it has no id.

    An invoice that can be paid no more is worth what it has received, be that less or a little more than was asked.
    While a payment is unconfirmed, or without the methods, that is not known yet. What came too late for the rate, or
    is far more than was asked, people put a worth to. Settled with nothing received was marked so by hand: no money
    follows from that.
    """
    reference = word(invoice.get("id"))
    if reference is None:
        return None
    status = invoice.get("status")
    match status:
        case "New":
            return ActionNeeded(reference=reference, next_action=_next_action(invoice))
        case "Settled" | "Expired" | "Invalid":
            currency = word(invoice.get("currency")) or ""
            got = received(methods, invoice)
            if got is None or got.pending:
                return Underway(reference=reference)
            if got.late or got.over:
                code = "paid_late" if got.late else "paid_over"
                concern = Concern(code=code, amount_minor=got.minor, currency=currency)
                return Underway(reference=reference, concern=concern)
            if got.minor:
                return Settled(reference=reference, amount_minor=got.minor, currency=currency)
            if status == "Settled":
                return Underway(reference=reference)
            return Declined(reference=reference, code=str(status).lower(), final=True)
        case _:
            return Underway(reference=reference)


def _next_action(invoice: Mapping[str, Any]) -> str | None:
    """The page on which the player pays, as JSON."""
    url = invoice.get("checkoutLink")
    if isinstance(url, str) and url.startswith(("https://", "http://")):
        return json.dumps({"type": "redirect", "url": url})
    return None
