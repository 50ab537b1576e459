"""Domain event -> contract events: the only place where both vocabularies meet."""

from collections.abc import Iterable
from typing import Any, assert_never

from chassis.store import Recorded
from contracts.event import ContractEvent
from contracts.payments import events as told
from contracts.payments.adjustment_events import WalletAdjusted
from contracts.payments.instrument_events import InstrumentReviewed, InstrumentSeen, InstrumentShared
from contracts.payments.reversal_events import DepositReinstated, DepositReversed
from contracts.payments.withdrawal_events import WithdrawalStopped
from payments.application.dispute_publishing import disputed
from payments.application.fraud.publishing import told_of_case
from payments.application.ledger import TransferKind, transfer_id
from payments.domain.adjustment import events as adjustment
from payments.domain.deposit import events as deposit
from payments.domain.dispute import events as dispute
from payments.domain.fraud_case import events as fraud_case
from payments.domain.instrument import events as instrument
from payments.domain.refund.events import REFUND_EVENTS
from payments.domain.withdrawal import events as withdrawal
from payments.domain.withdrawal.policy import FIRST_YES_COUNTS


def publish(recorded: Recorded[Any]) -> Iterable[ContractEvent]:
    """What others hear of an event of ours: nothing, or one fact. Nobody's bank account or secret is in it."""
    if isinstance(recorded.event, deposit.DepositFact):
        return _deposit(recorded)
    if isinstance(recorded.event, adjustment.WalletAdjusted):
        return [_adjusted(recorded)]
    if isinstance(recorded.event, REFUND_EVENTS):
        return []  # What becomes of it is told with its deposit.
    if isinstance(recorded.event, instrument.InstrumentFact | instrument.InstrumentUsed):
        return _instrument(recorded)
    if isinstance(recorded.event, dispute.DISPUTE_EVENTS):
        return disputed(recorded)
    if isinstance(recorded.event, fraud_case.FraudCaseEvent):
        return told_of_case(recorded)
    return _withdrawal(recorded)


def _instrument(recorded: Recorded[Any]) -> list[ContractEvent]:
    event = recorded.event
    if isinstance(event, instrument.InstrumentUsed):
        return []  # The payment's own events tell it.
    looks: dict[str, Any] = {"kind": event.kind.value, "last_four": event.last_four}
    whose = {"instrument_id": recorded.stream_key, "player_id": event.player_id, "casino_id": event.casino_id, **looks}
    match event:
        case instrument.InstrumentSeen() | instrument.InstrumentRenewed():
            of: dict[str, Any] = {"provider": event.provider, "country": event.country, "expires_on": event.expires_on}
            renewed = isinstance(event, instrument.InstrumentRenewed)
            return [InstrumentSeen(**whose, **of, bin=event.bin, renewed=renewed)]
        case instrument.InstrumentFoundShared():
            return [InstrumentShared(**whose, bin=event.bin, players=event.players)]
        case instrument.InstrumentFoundAlone():
            return []  # What was told before it is looked up here by whoever acts on it.
        case _:
            return [InstrumentReviewed(**whose, **_reviewed(event))]


def _reviewed(event: instrument.InstrumentEvent) -> dict[str, Any]:
    match event:
        case instrument.InstrumentHolderCompared():
            return {"likeness": event.likeness.value, "decided_by": "verification"}
        case instrument.InstrumentOwnershipDecided():
            return {"ownership": event.ownership.value, "decided_by": event.decided_by}
        case instrument.InstrumentVerificationDecided():
            return {"verification": event.verification.value, "decided_by": event.decided_by}
        case instrument.InstrumentDisabled():
            return {"disabled": True, "decided_by": event.disabled_by}
        case instrument.InstrumentEnabled():
            return {"disabled": False, "decided_by": event.enabled_by}
        case _:
            return {}


def _adjusted(recorded: Recorded[adjustment.WalletAdjusted]) -> ContractEvent:
    fact = recorded.event.fact
    return WalletAdjusted(
        adjustment_id=recorded.stream_key,
        player_id=fact.player_id,
        casino_id=fact.casino_id,
        direction=fact.direction.value,
        amount_minor=fact.amount_minor,
        currency=fact.currency,
        adjustment_class=fact.adjustment_class,
        transfer_id=transfer_id(TransferKind.ADJUSTMENT, recorded.stream_key),
        adjusted_at=recorded.event.adjusted_at,
        reference=fact.reference,
    )


def _deposit(recorded: Recorded[deposit.DepositEvent]) -> list[ContractEvent]:
    event = recorded.event
    whose: dict[str, Any] = {
        "deposit_id": recorded.stream_key,
        "player_id": event.player_id,
        "casino_id": event.casino_id,
    }
    money: dict[str, Any] = {"amount_minor": event.amount_minor, "currency": event.currency}
    match event:
        case deposit.DepositRequested():
            return [told.DepositRequested(**whose, **money, provider=event.provider)]
        case deposit.DepositRefused():
            return [told.DepositRefused(**whose, **money, code=event.code)]
        case deposit.DepositSucceeded():
            return [
                told.DepositSucceeded(
                    **whose,
                    **money,
                    provider=event.provider,
                    requested_minor=event.requested_minor,
                    late=event.late,
                    provider_reference=event.reference,
                    recovered_minor=event.recovered_minor,
                    fee_minor=event.fee_minor,
                )
            ]
        case deposit.DepositReversed():
            return [DepositReversed(**whose, **_reversed(event))]
        case deposit.DepositReinstated():
            return [DepositReinstated(**whose, **_reinstated(event))]
        case deposit.DepositFailed():
            by: dict[str, Any] = {"provider": event.provider, "provider_reference": event.reference}
            return [told.DepositFailed(**whose, **by, code=event.code)]
        case deposit.DepositExpired():
            return [told.DepositFailed(**whose, provider=event.provider, code="expired")]
        case deposit.DepositOutcomeUnknown():
            return [told.DepositOutcomeUnknown(**whose, provider=event.provider)]
        case _:
            return []  # What the player has to do at the provider is between those two.


def _reversed(event: deposit.DepositReversed) -> dict[str, Any]:
    return {
        "provider": event.provider,
        "amount_minor": event.reversed_minor,
        "currency": event.currency,
        "credited_minor": event.amount_minor,
        "all_reversed_minor": event.all_reversed_minor,
        "from_cash_minor": event.from_cash_minor,
        "owed_minor": event.owed_minor,
        "code": event.code,
        "provider_reference": event.reference,
        "movement": event.movement,
        "refund_id": event.refund_id,
    }


def _reinstated(event: deposit.DepositReinstated) -> dict[str, Any]:
    return {
        "provider": event.provider,
        "amount_minor": event.reinstated_minor,
        "currency": event.currency,
        "credited_minor": event.amount_minor,
        "all_reversed_minor": event.all_reversed_minor,
        "recovered_minor": event.recovered_minor,
        "owed_minor": event.owed_minor,
        "code": event.code,
        "provider_reference": event.reference,
        "movement": event.movement,
        "found_as": event.found_as,
    }


def _withdrawal(recorded: Recorded[withdrawal.WithdrawalEvent]) -> list[ContractEvent]:
    event = recorded.event
    whose: dict[str, Any] = {
        "withdrawal_id": event.parent_id or recorded.stream_key,  # Others know the whole alone.
        "player_id": event.player_id,
        "casino_id": event.casino_id,
    }
    match event:
        case withdrawal.WithdrawalRequested():
            money: dict[str, Any] = {"amount_minor": event.amount_minor, "currency": event.currency}
            two = event.approvals_needed > 1
            money["fee_minor"] = event.fee_minor
            return [told.WithdrawalRequested(**whose, **money, provider=event.provider, needs_second_person=two)]
        case _ if event.parent_id is not None and isinstance(event, _WHOLE_TELLS):
            return []
        case withdrawal.WithdrawalStopped():
            return [WithdrawalStopped(**whose, approvals_needed=event.approvals_needed)]
        case withdrawal.WithdrawalApproved():
            return [_approved(event, whose)]
        case withdrawal.WithdrawalRejected():
            return [told.WithdrawalRejected(**whose, reject_reason=event.reason)]
        case withdrawal.WithdrawalCancelled():
            return [told.WithdrawalCancelled(**whose)]
        case withdrawal.PayoutReleased() | withdrawal.PayoutHeld() | withdrawal.WithdrawalPartOrdered():
            return []  # What becomes of it follows.
        case _ if isinstance(event, withdrawal.PART_EVENTS):
            return _in_parts(event, whose)
        case _:
            return _payout(event, whose)


def _in_parts(event: withdrawal.PartEvent, whose: dict[str, Any]) -> list[ContractEvent]:
    """A whole is paid when all of it left, or when what did not is back."""
    by: dict[str, Any] = {**whose, "provider": event.provider, "currency": event.currency}
    match event:
        case withdrawal.WithdrawalPartPaid() if event.paid_minor == event.amount_minor:
            return [told.WithdrawalPaid(**by, **_left(event))]
        case withdrawal.WithdrawalRestReleased() if event.paid_minor:
            return [told.WithdrawalPaid(**by, **_left(event))]
        case withdrawal.WithdrawalRestReleased():
            return [told.WithdrawalRejected(**whose, reject_reason=event.reason)]
        case withdrawal.WithdrawalPartReturned() if not event.refunded:
            return [told.WithdrawalReturned(**by, amount_minor=event.returned_minor)]
        case _:
            return []


def _left(event: withdrawal.WithdrawalPartPaid | withdrawal.WithdrawalRestReleased) -> dict[str, Any]:
    paid = event.paid_minor
    return {"amount_minor": paid, "refunded_minor": event.refunded_minor, "fee_minor": event.fee_of(paid)}


_WHOLE_TELLS = (
    withdrawal.WithdrawalStopped
    | withdrawal.WithdrawalApproved
    | withdrawal.WithdrawalPaid
    | withdrawal.WithdrawalFailed
    | withdrawal.WithdrawalRejected
    | withdrawal.WithdrawalReturned
)
"""What of a part its whole tells, once and in sum."""


def _approved(event: withdrawal.WithdrawalApproved, whose: dict[str, Any]) -> ContractEvent:
    until = event.approved_at + FIRST_YES_COUNTS if event.approved_at is not None and not event.final else None
    by: dict[str, Any] = {"approved_by": event.approved_by, "final": event.final}
    return told.WithdrawalApproved(**whose, **by, lapsed=event.lapsed, counts_until=until)


def _payout(event: withdrawal.ProviderEvent, whose: dict[str, Any]) -> list[ContractEvent]:
    by: dict[str, Any] = {**whose, "provider": event.provider}
    money: dict[str, Any] = {"amount_minor": event.amount_minor, "currency": event.currency}
    facts: list[ContractEvent]
    match event:
        case withdrawal.PayoutStarted():
            facts = []  # An intention; what became of it follows.
        case withdrawal.PayoutOutcomeUnknown():
            facts = [told.PayoutOutcomeUnknown(**by)]
        case withdrawal.PayoutSent():
            facts = [told.PayoutSent(**by, provider_reference=event.reference)]
        case withdrawal.WithdrawalPaid():
            facts = [told.WithdrawalPaid(**by, **money, fee_minor=event.fee_minor)]
        case withdrawal.WithdrawalFailed():
            facts = [told.WithdrawalFailed(**by, code=event.code)]
        case withdrawal.WithdrawalReturned():
            facts = [told.WithdrawalReturned(**by, amount_minor=event.returned_minor, currency=event.currency)]
        case _:
            assert_never(event)
    return facts
