"""Which currencies each provider is offered in: those whose form at it is known, whatever the installation knows."""

import pytest

from chassis.domain import Invalid
from contracts.money import EXPONENTS
from payments.application.configuring import check_currency
from payments.strategies.providers.btcpay.payouts import CURRENCIES as COINS_SENT
from payments.strategies.providers.currencies import CRYPTO, NATIONAL
from payments.strategies.providers.paysafe.calls import CURRENCIES as PAYSAFE
from payments.strategies.providers.registry import PROVIDERS
from payments.strategies.providers.skrill.calls import CURRENCIES as SKRILL
from payments.strategies.providers.truelayer.deposits import CURRENCIES as TRUELAYER
from payments.strategies.providers.trustly.payouts import CURRENCIES as TRUSTLY

CLAIMED = {
    "adyen": NATIONAL,
    "adyen_transfers": NATIONAL,
    "btcpay": NATIONAL | CRYPTO | COINS_SENT,
    "coingate": NATIONAL | CRYPTO,
    "paymentiq": NATIONAL,
    "paysafe": PAYSAFE,
    "praxis": NATIONAL - {"KWD", "TND"},
    "skrill": SKRILL,
    "stripe": NATIONAL,
    "truelayer": TRUELAYER,
    "trustly": TRUSTLY,
}


def test_what_each_claims_is_said_here() -> None:
    assert CLAIMED.keys() == PROVIDERS.keys()
    assert EXPONENTS.keys() >= NATIONAL | CRYPTO


@pytest.mark.parametrize("name", sorted(PROVIDERS))
def test_an_account_can_be_set_up_in_every_currency_that_is_claimed_and_in_no_other(name: str) -> None:
    for currency in sorted(CLAIMED[name] & EXPONENTS.keys()):
        check_currency(PROVIDERS[name], currency)
    for currency in sorted(EXPONENTS.keys() - CLAIMED[name]):
        with pytest.raises(Invalid, match=currency):
            check_currency(PROVIDERS[name], currency)
