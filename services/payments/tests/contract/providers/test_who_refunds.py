"""Who takes refunds from us is held to the suite of refunds."""

from payments.strategies.providers.registry import PROVIDERS

from . import test_adyen, test_paysafe, test_stripe, test_truelayer, test_trustly_deposits
from .refund_suite import RefundsOrders

HELD: tuple[type[RefundsOrders], ...] = (
    test_adyen.TestAdyen,
    test_paysafe.TestPaysafe,
    test_stripe.TestStripe,
    test_truelayer.TestTrueLayer,
    test_trustly_deposits.TestTrustlyDeposits,
)


def test_whoever_takes_refunds_from_us_keeps_the_suite() -> None:
    assert {name for name, one in PROVIDERS.items() if one.refunds is not None} == {one.name for one in HELD}
