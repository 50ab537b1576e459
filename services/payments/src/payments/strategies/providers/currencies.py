"""Currencies whose form was looked up at the providers that take many. What else the installation knows is not offered
through them: some write an amount otherwise than ISO 4217 does, and a wrong unit is a wrong sum.
"""

from typing import Final

NATIONAL: Final = frozenset({
    "AUD", "BGN", "BRL", "CAD", "CHF", "CLP", "CZK", "DKK", "EUR", "GBP", "HUF", "INR", "ISK", "JPY", "KRW", "KWD",
    "MXN", "NOK", "NZD", "PEN", "PLN", "RON", "SEK", "TND", "TRY", "USD", "ZAR",
})  # fmt: skip
CRYPTO: Final = frozenset({"BTC", "ETH", "LTC", "USDT"})
