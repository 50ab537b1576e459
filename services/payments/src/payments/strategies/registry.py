"""Every strategy there is, by what it is for."""

from payments.strategies.providers.registry import CASHIERS, PROVIDERS
from payments.strategies.rates.registry import RATES
from payments.strategies.settlements.registry import SETTLEMENT_FORMATS

__all__ = ["CASHIERS", "PROVIDERS", "RATES", "SETTLEMENT_FORMATS"]
