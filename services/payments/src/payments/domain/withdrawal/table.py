"""What may happen to a withdrawal, in which state; rendered in docs/payment-states.md."""

from payments.domain.ledger.transfers import TransferKind as T
from payments.domain.table import After, Row, Table
from payments.domain.withdrawal import events as e
from payments.domain.withdrawal import words as w
from payments.domain.withdrawal.commands import (
    ApproveWithdrawal,
    CancelWithdrawal,
    HaltWithdrawal,
    HoldPayout,
    OrderPart,
    RejectWithdrawal,
    ReleasePayout,
    RequestWithdrawal,
    RetryWithdrawal,
    SplitWithdrawal,
    StartPayout,
    StopWithdrawal,
)
from payments.domain.withdrawal.states import (
    Absent,
    Approved,
    AwaitingApproval,
    Cancelled,
    Failed,
    Halted,
    Paid,
    PaidInParts,
    PartlyPaid,
    Rejected,
    Returned,
    Sending,
    Sent,
    Split,
    Unknown,
)

OPEN = (AwaitingApproval, Approved)
UNANSWERED = (Sending, Unknown)
AT_PROVIDER = (*UNANSWERED, Sent)
LEFT = (Paid, Returned)
LEFT_IN_PARTS = (PaidInParts, PartlyPaid)
DIVIDED = (Split, Halted, *LEFT_IN_PARTS)
NEVER_SENT = (*OPEN, Rejected, Cancelled, *DIVIDED)
UNDIVIDED = (AwaitingApproval, Rejected, Cancelled, *AT_PROVIDER, *LEFT, Failed)
NOT_OPEN = (Rejected, Cancelled, *AT_PROVIDER, *LEFT, Failed, *DIVIDED)
EXISTING = (*NEVER_SENT, *AT_PROVIDER, *LEFT, Failed)

DECIDED = ("withdrawal_already_decided",)
TOO_LATE = ("withdrawal_already_sent",)
NOTHING_WAITS = ("nothing_to_retry",)
RETRIED = (e.WithdrawalRetried, e.WithdrawalElsewhereWanted)
TWO = ("second_person_required",)
RELEASED = (T.WITHDRAWAL_RELEASE, T.RECEIVABLE_RECOVERY)
RETURN = ("amount_differs", "return_told_twice", "returned_too_much")

TABLE = Table(
    "withdrawal",
    [
        Row(
            RequestWithdrawal,
            (Absent,),
            (e.WithdrawalRequested, e.WithdrawalApproved),
            (
                "verification_required",
                "debt_outstanding",
                "dispute_open",
                "destination_disabled",
                "amount_outside_policy",
            ),
        ),
        Row(RequestWithdrawal, EXISTING, refusals=("withdrawal_already_requested",)),
        Row(StopWithdrawal, (*OPEN, *UNANSWERED), (e.WithdrawalStopped,)),
        Row(StopWithdrawal, (Absent, Rejected, Cancelled, Sent, *LEFT, Failed, *DIVIDED)),
        Row(ApproveWithdrawal, (Absent,), refusals=("not_found",)),
        Row(ApproveWithdrawal, (AwaitingApproval,), (e.WithdrawalApproved,), ("second_person_required",)),
        Row(
            ApproveWithdrawal, (Approved, Rejected, Cancelled, *AT_PROVIDER, *LEFT, Failed, *DIVIDED), refusals=DECIDED
        ),
        Row(RejectWithdrawal, (Absent,), refusals=("not_found",)),
        Row(RejectWithdrawal, OPEN, (e.WithdrawalRejected,)),
        Row(RejectWithdrawal, (Rejected,)),
        Row(RejectWithdrawal, (Halted,), (e.WithdrawalRestReleased,)),
        Row(RejectWithdrawal, (*AT_PROVIDER, Split), refusals=TOO_LATE),
        Row(RejectWithdrawal, (Cancelled, *LEFT, *LEFT_IN_PARTS, Failed), refusals=DECIDED),
        Row(CancelWithdrawal, (Absent,), refusals=("not_found",)),
        Row(CancelWithdrawal, OPEN, (e.WithdrawalCancelled,), ("cancellation_not_allowed", *TOO_LATE)),
        Row(CancelWithdrawal, (Cancelled,)),
        Row(CancelWithdrawal, (*AT_PROVIDER, Split, Halted), refusals=TOO_LATE),
        Row(CancelWithdrawal, (Rejected, *LEFT, *LEFT_IN_PARTS, Failed), refusals=DECIDED),
        Row(ReleasePayout, (Approved,), (e.PayoutReleased,)),
        Row(ReleasePayout, (Absent, AwaitingApproval, *NOT_OPEN)),
        Row(HoldPayout, (Approved,), (e.PayoutHeld,)),
        Row(HoldPayout, (Absent, AwaitingApproval, *NOT_OPEN)),
        Row(StartPayout, (Approved,), (e.PayoutStarted,)),
        Row(StartPayout, (Absent, AwaitingApproval, *NOT_OPEN)),
        Row(OrderPart, (Absent,), (e.WithdrawalPartOrdered,)),
        Row(OrderPart, EXISTING),
        Row(SplitWithdrawal, (Approved, Split), (e.WithdrawalSplit,), ("parts_differ",)),
        Row(SplitWithdrawal, (Absent, *UNDIVIDED, Halted, *LEFT_IN_PARTS)),
        Row(HaltWithdrawal, (Split,), (e.WithdrawalHalted,)),
        Row(HaltWithdrawal, (Absent, Approved, *UNDIVIDED, Halted, *LEFT_IN_PARTS)),
        Row(RetryWithdrawal, (Absent,), refusals=("not_found",)),
        Row(RetryWithdrawal, (Halted,), RETRIED, TWO),
        Row(RetryWithdrawal, (Split,), RETRIED, (*NOTHING_WAITS, *TWO)),
        Row(RetryWithdrawal, (Approved, *UNDIVIDED, *LEFT_IN_PARTS), refusals=NOTHING_WAITS),
        Row(w.PartWasPaid, (Split,), (e.WithdrawalPartPaid,)),
        Row(w.PartWasPaid, (Absent, Approved, *UNDIVIDED, Halted, *LEFT_IN_PARTS)),
        Row(w.PartFellThrough, (Split,), (e.WithdrawalPartFailed,)),
        Row(w.PartFellThrough, (Absent, Approved, *UNDIVIDED, Halted, *LEFT_IN_PARTS)),
        Row(w.PartCameBack, DIVIDED, (e.WithdrawalPartReturned,)),
        Row(w.PartCameBack, (Absent, Approved, *UNDIVIDED)),
        *(
            row
            for word in (w.Taken, w.Declined, w.Unanswered, w.Confirmed, w.SentBack)
            for row in (
                Row(word, (Absent,), refusals=("unknown_reference",)),
                Row(word, NEVER_SENT, refusals=("payout_never_sent",)),
            )
        ),
        Row(w.Taken, UNANSWERED, (e.PayoutSent,)),
        Row(w.Taken, (Sent,), refusals=("reference_differs",)),
        Row(w.Taken, (Paid, Failed), refusals=("contradicts_people",)),
        Row(w.Taken, (Returned,)),
        Row(w.Declined, UNANSWERED, (e.WithdrawalFailed,)),
        Row(w.Declined, (Sent,), refusals=("declined_after_taken",)),
        Row(w.Declined, LEFT, refusals=("declined_after_paid",)),
        Row(w.Declined, (Failed,)),
        Row(w.Unanswered, (Sending,), (e.PayoutOutcomeUnknown,)),
        Row(w.Unanswered, (Unknown, Sent, *LEFT, Failed)),
        Row(w.Confirmed, UNANSWERED, (e.PayoutSent, e.WithdrawalPaid), ("amount_differs",)),
        Row(w.Confirmed, (Sent,), (e.WithdrawalPaid,), ("reference_differs", "amount_differs")),
        Row(w.Confirmed, (Paid,), refusals=("amount_differs", "contradicts_people")),
        Row(w.Confirmed, (Returned,), refusals=("amount_differs",)),
        Row(w.Confirmed, (Failed,), refusals=("paid_after_failed", "contradicts_people")),
        Row(
            w.SentBack,
            UNANSWERED,
            (e.PayoutSent, e.WithdrawalFailed, e.WithdrawalPaid, e.WithdrawalReturned),
            ("amount_differs",),
        ),
        Row(
            w.SentBack,
            (Sent,),
            (e.WithdrawalFailed, e.WithdrawalPaid, e.WithdrawalReturned),
            ("reference_differs", "amount_differs"),
        ),
        Row(w.SentBack, (Paid,), (e.WithdrawalReturned,), ("amount_differs",)),
        Row(w.SentBack, (Returned,), (e.WithdrawalReturned,), RETURN),
        Row(w.SentBack, (Failed,), refusals=("amount_differs",)),
        *(
            row
            for found in (w.FoundPaid, w.FoundUnpaid)
            for row in (
                Row(found, (Absent,), refusals=("not_found",)),
                Row(found, (*NEVER_SENT, *LEFT, Failed), refusals=("outcome_known",)),
            )
        ),
        Row(w.FoundPaid, UNANSWERED, (e.PayoutSent, e.WithdrawalPaid)),
        Row(w.FoundPaid, (Sent,), (e.WithdrawalPaid,), ("reference_differs",)),
        Row(w.FoundUnpaid, AT_PROVIDER, (e.WithdrawalFailed,)),
    ],
    {
        e.WithdrawalRequested: After((AwaitingApproval,), (T.WITHDRAWAL_HOLD,)),
        e.WithdrawalStopped: After((AwaitingApproval,)),
        e.WithdrawalApproved: After((Approved, AwaitingApproval)),
        e.WithdrawalRejected: After((Rejected,), RELEASED),
        e.WithdrawalCancelled: After((Cancelled,), RELEASED),
        e.PayoutStarted: After((Sending,)),
        e.PayoutOutcomeUnknown: After((Unknown,)),
        e.PayoutSent: After((Sent,)),
        e.WithdrawalPaid: After((Paid,), (T.WITHDRAWAL_PAID, T.WITHDRAWAL_FEE)),
        e.WithdrawalFailed: After((Failed,), RELEASED),
        e.WithdrawalReturned: After((Returned,), (T.WITHDRAWAL_RETURNED, T.RECEIVABLE_RECOVERY)),
        e.PayoutReleased: After((Approved,)),
        e.PayoutHeld: After((Approved,)),
        e.WithdrawalPartOrdered: After((Approved,)),
        e.WithdrawalSplit: After((Split,)),
        e.WithdrawalPartPaid: After((Split, PaidInParts), (T.WITHDRAWAL_FEE,)),
        e.WithdrawalPartFailed: After((Split,)),
        e.WithdrawalPartReturned: After(),
        e.WithdrawalHalted: After((Halted,)),
        e.WithdrawalElsewhereWanted: After((Halted, Split)),
        e.WithdrawalRetried: After((Split,)),
        e.WithdrawalRestReleased: After((PartlyPaid, Rejected), (*RELEASED, T.WITHDRAWAL_FEE)),
    },
)
