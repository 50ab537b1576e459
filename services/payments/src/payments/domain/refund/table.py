"""What may happen to a refund, in which state; rendered in docs/payment-states.md."""

from payments.domain.ledger.transfers import TransferKind as T
from payments.domain.refund import events as e
from payments.domain.refund import words as w
from payments.domain.refund.commands import HoldRefund, OrderRefund, RejectRefund, StartRefund, StopRefund
from payments.domain.refund.states import Absent, Failed, Ordered, Pending, Returned, Sending, Succeeded, Unknown
from payments.domain.table import After, Row, Table

BEGUN = (Sending, Unknown, Pending, Succeeded, Failed, Returned)
DIFFERS = ("reference_differs",)
"""Said of another refund."""

CONTRADICTED = ("reference_differs", "refused_after_accepted")
"""Said of another refund, or that the order was refused which the provider had taken."""

TABLE = Table(
    "refund",
    [
        Row(OrderRefund, (Absent,), (e.RefundOrdered,), ("refund_exceeds_deposit", "refund_not_covered")),
        Row(OrderRefund, (Ordered, *BEGUN), refusals=("refund_already_ordered",)),
        Row(StartRefund, (Ordered,), (e.RefundStarted,)),
        Row(StartRefund, (Absent, *BEGUN)),
        Row(HoldRefund, (Ordered,), (e.RefundHeld,)),
        Row(HoldRefund, (Absent, *BEGUN)),
        Row(StopRefund, (Ordered,), (e.RefundFailed,)),
        Row(StopRefund, (Absent, *BEGUN)),
        Row(RejectRefund, (Absent,), refusals=("not_found",)),
        Row(RejectRefund, (Ordered,), (e.RefundFailed,)),
        Row(RejectRefund, BEGUN, refusals=("refund_already_sent",)),
        *(
            row
            for word in (w.Accepted, w.Refunded, w.Refused, w.Unanswered)
            for row in (
                Row(word, (Absent,), refusals=("unknown_reference",)),
                Row(word, (Ordered,), refusals=("refund_never_sent",)),
            )
        ),
        Row(w.Accepted, (Sending, Unknown), (e.RefundAccepted,)),
        Row(w.Accepted, (Pending, Succeeded, Returned), refusals=DIFFERS),
        Row(w.Accepted, (Failed,), refusals=("contradicts_people",)),
        Row(w.Refunded, (Sending, Unknown), (e.RefundSucceeded,), ("amount_differs",)),
        Row(w.Refunded, (Pending,), (e.RefundSucceeded,), (*DIFFERS, "amount_differs")),
        Row(w.Refunded, (Succeeded, Returned), refusals=DIFFERS),
        Row(w.Refunded, (Failed,), refusals=("refunded_after_failed", "contradicts_people")),
        Row(w.Refused, (Sending, Unknown), (e.RefundFailed,)),
        Row(w.Refused, (Pending,), (e.RefundFailed,), CONTRADICTED),
        Row(w.Refused, (Succeeded,), (e.RefundReturned,), CONTRADICTED),
        Row(w.Refused, (Returned,), refusals=CONTRADICTED),
        Row(w.Refused, (Failed,)),
        Row(w.Unanswered, (Sending,), (e.RefundOutcomeUnknown,)),
        Row(w.Unanswered, (Unknown, Pending, Succeeded, Failed, Returned)),
        *(
            row
            for found in (w.FoundPaid, w.FoundUnpaid)
            for row in (
                Row(found, (Absent,), refusals=("not_found",)),
                Row(found, (Ordered, Succeeded, Failed, Returned), refusals=("outcome_known",)),
            )
        ),
        Row(w.FoundPaid, (Sending, Unknown), (e.RefundSucceeded,)),
        Row(w.FoundPaid, (Pending,), (e.RefundSucceeded,), DIFFERS),
        Row(w.FoundUnpaid, (Sending, Unknown, Pending), (e.RefundFailed,)),
    ],
    {
        e.RefundOrdered: After(
            (Ordered,), (T.WITHDRAWAL_RELEASE, T.DEPOSIT_FEE_RETURNED, T.REFUND_HOLD, T.REFUND_OWED)
        ),
        e.RefundHeld: After((Ordered,)),
        e.RefundStarted: After((Sending,)),
        e.RefundOutcomeUnknown: After((Unknown,)),
        e.RefundAccepted: After((Pending,)),
        e.RefundSucceeded: After((Succeeded,), (T.REFUND_PAID,)),
        e.RefundFailed: After((Failed,), (T.REFUND_RELEASE, T.DEPOSIT_FEE, T.RECEIVABLE_RECOVERY, T.WITHDRAWAL_HOLD)),
        e.RefundReturned: After((Returned,)),
    },
)
