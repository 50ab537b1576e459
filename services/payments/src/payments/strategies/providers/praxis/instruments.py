"""With what a transaction was made, as Praxis tells it: a card or a wallet by its token there.

Source: doc.praxiscashier.com, the object of a transaction (`card`, `wallet`). It is among neither the signed fields nor
those that money goes by. A token is the same for the same card of a merchant's customers.
"""

from collections.abc import Mapping
from typing import Any, Final

from payments.domain.instrument.words import Instrument, Kind, instrument_told
from payments.strategies.providers.reading import country, end_of, issuer, last_day, name, section, word

_SHOWN: Final = 4
_SHOWN_PART: Final = 3


def instrument_of(transaction: Mapping[str, Any]) -> Instrument | None:
    """None where neither a card nor a wallet is told of."""
    card = section(transaction.get("card"))
    token, number = word(card.get("card_token")), word(card.get("card_number"))
    if token is not None or number is not None:
        month, _, year = (word(card.get("card_exp")) or "").partition("/")
        return instrument_told(
            kind=Kind.CARD,
            fingerprint=f"praxis:{token}" if token else None,
            bin=issuer(number),
            last_four=end_of(number),
            expires_on=last_day(year, month),
            country=country(card.get("card_issuer_country")),
            holder=name(card.get("card_holder")),
        )
    wallet = section(transaction.get("wallet"))
    token = word(wallet.get("wallet_token"))
    if token is None:
        return None
    owner = name(wallet.get("account_identifier"))
    return instrument_told(kind=Kind.WALLET, fingerprint=f"praxis:{token}", owner=owner)


def shown_as(transaction: Mapping[str, Any]) -> str:
    """What staff may see of it: the end of a card, or at most the last third of what a wallet is called."""
    number = end_of(word(section(transaction.get("card")).get("card_number")))
    if number is not None:
        return f"****{number}"
    account = word(section(transaction.get("wallet")).get("account_identifier")) or ""
    shown = min(_SHOWN, len(account) // _SHOWN_PART)
    return f"****{account[-shown:]}" if shown else "****"
