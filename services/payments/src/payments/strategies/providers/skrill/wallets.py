"""The Skrill wallet behind a payment: its e-mail address, as a report tells it and as a payout's destination names it.

The address in a report is not among the signed fields; no money goes by it.
"""

from collections.abc import Mapping

from payments.domain.instrument.words import Instrument, Kind, instrument_told
from payments.strategies.providers.reading import wallet_mark, word


def paid_from(report: Mapping[str, str]) -> Instrument | None:
    """Of a status report, or of the answer to a question; None where it names no payer."""
    email = word(report.get("pay_from_email"))
    return None if email is None else wallet_of(email)


def wallet_of(email: str) -> Instrument | None:
    """The wallet of this address."""
    mark = wallet_mark("skrill", email)
    return instrument_told(kind=Kind.WALLET, fingerprint=mark, owner=email, pays_to={"email": email})
