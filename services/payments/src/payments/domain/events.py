"""Every event of payments that is stored."""

from payments.domain.adjustment.events import ADJUSTMENT_EVENTS
from payments.domain.deposit.events import DEPOSIT_EVENTS
from payments.domain.dispute.events import DISPUTE_EVENTS
from payments.domain.fraud_case.events import FRAUD_CASE_EVENTS
from payments.domain.instrument.events import INSTRUMENT_EVENTS, InstrumentUsed
from payments.domain.refund.events import REFUND_EVENTS
from payments.domain.withdrawal.events import WITHDRAWAL_EVENTS

EVENTS = (
    *ADJUSTMENT_EVENTS,
    *DEPOSIT_EVENTS,
    *DISPUTE_EVENTS,
    *FRAUD_CASE_EVENTS,
    *INSTRUMENT_EVENTS,
    InstrumentUsed,
    *REFUND_EVENTS,
    *WITHDRAWAL_EVENTS,
)
