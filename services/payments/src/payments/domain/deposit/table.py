"""What may happen to a deposit, in which state; rendered in docs/payment-states.md."""

from payments.domain.deposit import events as e
from payments.domain.deposit import words as w
from payments.domain.deposit.commands import CreditSecondPayment, ExpireDeposit, RequestDeposit, StopDeposit
from payments.domain.deposit.states import (
    Absent,
    ActionRequired,
    Expired,
    Failed,
    Processing,
    Refused,
    Requested,
    Succeeded,
    Unknown,
)
from payments.domain.ledger.transfers import TransferKind as T
from payments.domain.table import After, Row, Table

WAITING = (Requested, ActionRequired, Processing, Unknown)
GIVEN_UP = (Failed, Expired)
ASKED = (*WAITING, Succeeded, *GIVEN_UP)

SUCCESS = (e.DepositSucceeded, e.DepositReversed, e.DepositReinstated)
"""A success, with what was taken and given back before it was heard of."""

ANNOUNCED = ("currency_differs", "reversal_differs")
ELSEWHERE = ("unknown_reference",)
"""Said by a provider that never had the deposit."""

KNOWN = ("outcome_known",)
NOT_THERE = ("deposit_not_credited",)

OTHERS = (*ELSEWHERE, "reference_differs")
"""Beside that: said of another payment."""

TABLE = Table(
    "deposit",
    [
        Row(RequestDeposit, (Absent,), (e.DepositRequested, e.DepositRefused)),
        Row(RequestDeposit, (Refused, *ASKED), refusals=("deposit_already_requested",)),
        Row(
            CreditSecondPayment,
            (Absent,),
            (e.DepositRequested, e.DepositReversalAnnounced, e.DepositReinstatementAnnounced, *SUCCESS),
        ),
        Row(CreditSecondPayment, (Refused, *ASKED)),
        Row(ExpireDeposit, WAITING, (e.DepositExpired,)),
        Row(ExpireDeposit, (Absent, Refused, Succeeded, *GIVEN_UP)),
        Row(StopDeposit, WAITING, (e.DepositFailed,)),
        Row(StopDeposit, (Absent, Refused, Succeeded, *GIVEN_UP)),
        *(
            row
            for word in (w.ActionNeeded, w.Underway, w.Settled, w.Declined, w.TakenBack, w.GivenBack, w.Unanswered)
            for row in (
                Row(word, (Absent,), refusals=ELSEWHERE),
                Row(word, (Refused,), refusals=("deposit_was_refused",)),
            )
        ),
        Row(w.ActionNeeded, (Requested, Unknown), (e.DepositActionRequired,), ELSEWHERE),
        Row(w.ActionNeeded, (ActionRequired, Processing), refusals=OTHERS),
        Row(w.ActionNeeded, (Succeeded, *GIVEN_UP), refusals=ELSEWHERE),
        Row(w.Underway, (Requested, ActionRequired, Unknown), (e.DepositSubmitted,), OTHERS),
        Row(w.Underway, (Processing,), refusals=OTHERS),
        Row(w.Underway, (Succeeded, *GIVEN_UP), refusals=ELSEWHERE),
        Row(w.Settled, (*WAITING, *GIVEN_UP), SUCCESS, (*OTHERS, "currency_differs")),
        Row(
            w.Settled,
            (Succeeded,),
            (e.DepositPaidTwice,),
            (*OTHERS, "currency_differs", "settled_twice", "paid_after_taken_back", "contradicts_people"),
        ),
        Row(w.Declined, WAITING, (e.DepositSteppedUp, e.DepositPassedOn, e.DepositFailed, e.DepositClosed), OTHERS),
        Row(w.Declined, GIVEN_UP, (e.DepositClosed,), OTHERS),
        Row(w.Declined, (Succeeded,), (e.DepositClosed, e.DepositReversed), (*OTHERS, "declined_after_success")),
        Row(w.TakenBack, (*WAITING, *GIVEN_UP), (e.DepositReversalAnnounced,), (*ELSEWHERE, *ANNOUNCED)),
        Row(
            w.TakenBack,
            (Succeeded,),
            (e.DepositReversed, e.DepositReversalAnnounced, e.DepositReinstated),
            (*OTHERS, *ANNOUNCED, "reversed_too_much"),
        ),
        Row(w.GivenBack, (*WAITING, *GIVEN_UP), (e.DepositReinstatementAnnounced,), (*ELSEWHERE, *ANNOUNCED)),
        Row(
            w.GivenBack,
            (Succeeded,),
            (e.DepositReinstated, e.DepositReinstatementAnnounced, e.DepositReversed),
            (*OTHERS, *ANNOUNCED, "reinstated_too_much", "contradicts_people"),
        ),
        *(
            row
            for found in (w.FoundPaid, w.FoundUnpaid, w.FoundUncollected, w.FoundGivenBack)
            for row in (
                Row(found, (Absent,), refusals=("not_found",)),
                Row(found, (Refused,), refusals=KNOWN),
            )
        ),
        Row(w.FoundPaid, (*WAITING, *GIVEN_UP), SUCCESS, ELSEWHERE),
        Row(w.FoundPaid, (Succeeded,), (e.DepositPaidTwice,), (*ELSEWHERE, *KNOWN)),
        Row(w.FoundUnpaid, WAITING, (e.DepositFailed, e.DepositClosed), (*ELSEWHERE, *KNOWN)),
        Row(w.FoundUnpaid, (Succeeded, *GIVEN_UP), (e.DepositClosed,), (*ELSEWHERE, *KNOWN)),
        Row(w.FoundUncollected, (*WAITING, *GIVEN_UP), refusals=NOT_THERE),
        Row(w.FoundUncollected, (Succeeded,), (e.DepositReversed,), (*KNOWN, *NOT_THERE, "invalid")),
        Row(w.FoundGivenBack, (*WAITING, *GIVEN_UP), refusals=NOT_THERE),
        Row(w.FoundGivenBack, (Succeeded,), (e.DepositReinstated, e.DepositReversed), (*KNOWN, *NOT_THERE, "invalid")),
        Row(w.Unanswered, (Requested,), (e.DepositOutcomeUnknown,), ELSEWHERE),
        Row(w.Unanswered, (ActionRequired, Processing, Unknown, Succeeded, *GIVEN_UP), refusals=ELSEWHERE),
    ],
    {
        e.DepositRequested: After((Requested,)),
        e.DepositRefused: After((Refused,)),
        e.DepositActionRequired: After((ActionRequired,)),
        e.DepositSubmitted: After((Processing,)),
        e.DepositOutcomeUnknown: After((Unknown,)),
        e.DepositSteppedUp: After((Requested,)),
        e.DepositPassedOn: After((Requested,)),
        e.DepositSucceeded: After((Succeeded,), (T.DEPOSIT, T.DEPOSIT_FEE, T.RECEIVABLE_RECOVERY)),
        e.DepositPaidTwice: After(),
        e.DepositReversalAnnounced: After(),
        e.DepositReversed: After(posts=(T.DEPOSIT_REVERSAL, T.CHARGEBACK)),
        e.DepositReinstatementAnnounced: After(),
        e.DepositReinstated: After(posts=(T.DEPOSIT_REINSTATED, T.RECEIVABLE_RECOVERY)),
        e.DepositFailed: After((Failed,)),
        e.DepositExpired: After((Expired,)),
        e.DepositClosed: After(),
    },
)
