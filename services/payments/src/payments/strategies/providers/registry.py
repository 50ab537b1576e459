"""Every payment provider there is. The key is the name in a casino's settings, in the API and in the events."""

from payments.application.ports import PaymentProvider
from payments.strategies.providers.adyen.strategy import Adyen
from payments.strategies.providers.btcpay.strategy import Btcpay
from payments.strategies.providers.coingate.strategy import CoinGate
from payments.strategies.providers.paysafe.strategy import Paysafe
from payments.strategies.providers.praxis.strategy import Praxis
from payments.strategies.providers.skrill.strategy import Skrill
from payments.strategies.providers.stripe.strategy import Stripe
from payments.strategies.providers.truelayer.strategy import TrueLayer
from payments.strategies.providers.trustly.strategy import Trustly

_ALL: tuple[PaymentProvider, ...] = (
    Adyen(),
    Btcpay(),
    CoinGate(),
    Paysafe(),
    Praxis(),
    Skrill(),
    Stripe(),
    TrueLayer(),
    Trustly(),
)

PROVIDERS: dict[str, PaymentProvider] = {provider.name: provider for provider in _ALL}
