"""The formats there are, by name."""

from payments.application.reconciliation.formats import SettlementFormat
from payments.strategies.settlements.adyen import AdyenSettlement
from payments.strategies.settlements.camt053 import Camt053
from payments.strategies.settlements.mt940 import Mt940
from payments.strategies.settlements.skrill import SkrillHistory
from payments.strategies.settlements.stripe import StripeBalance
from payments.strategies.settlements.trustly import TrustlySettlement

_ALL: tuple[SettlementFormat, ...] = (
    AdyenSettlement(),
    StripeBalance(),
    TrustlySettlement(),
    SkrillHistory(),
    Camt053(),
    Mt940(),
)

SETTLEMENT_FORMATS: dict[str, SettlementFormat] = {one.name: one for one in _ALL}
