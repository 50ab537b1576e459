"""The sources of rates there are, by the name settings call them."""

from collections.abc import Callable

from payments.application.exchange_store import RateSource
from payments.strategies.rates.eurofxref.strategy import EurofxrefFile

RATES: dict[str, Callable[[str], RateSource]] = {"eurofxref": EurofxrefFile}
"""Made of the place where the rates are, as settings say it."""
