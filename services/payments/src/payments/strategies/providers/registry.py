"""Every payment provider there is. The key is the name in a casino's settings, in the API and in the events."""

from payments.application.inverted import InvertedCashier
from payments.application.ports import PaymentProvider
from payments.strategies.providers.adyen.strategy import Adyen
from payments.strategies.providers.adyen_transfers.strategy import AdyenPayouts
from payments.strategies.providers.btcpay.strategy import Btcpay
from payments.strategies.providers.coingate.strategy import CoinGate
from payments.strategies.providers.paymentiq.strategy import PaymentIQ
from payments.strategies.providers.paysafe.strategy import Paysafe
from payments.strategies.providers.praxis.strategy import Praxis
from payments.strategies.providers.skrill.strategy import Skrill
from payments.strategies.providers.stripe.strategy import Stripe
from payments.strategies.providers.truelayer.strategy import TrueLayer
from payments.strategies.providers.trustly.strategy import Trustly

_ALL: tuple[PaymentProvider, ...] = (
    Adyen(),
    AdyenPayouts(),
    Btcpay(),
    CoinGate(),
    PaymentIQ(),
    Paysafe(),
    Praxis(),
    Skrill(),
    Stripe(),
    TrueLayer(),
    Trustly(),
)

PROVIDERS: dict[str, PaymentProvider] = {provider.name: provider for provider in _ALL}

CASHIERS: dict[str, InvertedCashier] = {one.name: one for one in _ALL if isinstance(one, PaymentIQ)}
"""Those that show a page of their own and call us; each has an account under the same name."""
