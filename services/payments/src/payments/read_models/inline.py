"""Every read model that follows from payments' own events, in the transaction of the event."""

from payments.read_models.adjustment_list import adjustment_list
from payments.read_models.capture import capture
from payments.read_models.deposit_list import deposit_list
from payments.read_models.dispute_list import dispute_list
from payments.read_models.fraud_case_list import fraud_case_list
from payments.read_models.instrument_list import instrument_list, instrument_use
from payments.read_models.refund_list import refund_list
from payments.read_models.withdrawal_list import withdrawal_list

READ_MODELS = [
    deposit_list,
    withdrawal_list,
    adjustment_list,
    refund_list,
    capture,
    dispute_list,
    instrument_list,
    instrument_use,
    fraud_case_list,
]
