"""Which money moves because of which event. An event that moves none is not here; one that does moves it once.

The id of a transfer is derived from what caused it, so that the same event can never post twice.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TypedDict
from uuid import UUID

from payments.application.ledger import (
    AccountRef,
    AccountType,
    Transfer,
    TransferKind,
    house,
    player_cash,
    player_hold,
    player_receivable,
    player_refund_hold,
    psp_clearing,
    transfer_id,
)
from payments.domain.adjustment.events import AdjustmentFact, WalletAdjusted
from payments.domain.adjustment.words import AdjustmentClass, Direction
from payments.domain.deposit.events import (
    DepositEvent,
    DepositFact,
    DepositReinstated,
    DepositReversed,
    DepositSucceeded,
)
from payments.domain.refund.events import RefundEvent, RefundFact, RefundFailed, RefundOrdered, RefundSucceeded
from payments.domain.withdrawal.events import (
    BackWithPlayer,
    WithdrawalCancelled,
    WithdrawalEvent,
    WithdrawalFact,
    WithdrawalFailed,
    WithdrawalPaid,
    WithdrawalPartPaid,
    WithdrawalRejected,
    WithdrawalRequested,
    WithdrawalRestReleased,
    WithdrawalReturned,
)


def deposit_transfers(deposit_id: UUID, events: Iterable[DepositEvent]) -> list[Transfer]:
    """What the provider settled goes from its clearing account to the player's cash, and back when it is taken back."""
    return [transfer for event in events for transfer in _of_deposit(deposit_id, event)]


def _of_deposit(deposit_id: UUID, event: DepositEvent) -> Iterable[Transfer]:
    cash = player_cash(event.casino_id, event.player_id, event.currency)
    receivable = player_receivable(event.casino_id, event.player_id, event.currency)
    clearing = psp_clearing(event.casino_id, event.provider, event.currency)
    match event:
        case DepositSucceeded():
            yield from _credited(deposit_id, event, clearing, cash)
            if event.recovered_minor:
                kind = TransferKind.RECEIVABLE_RECOVERY
                yield _in(deposit_id, event, kind, cash, receivable, event.recovered_minor)
        case DepositReversed() if event.refund_id is not None:
            return  # It was put aside when it was ordered: the refund's own event moves it.
        case DepositReversed():
            spent_minor = event.reversed_minor - event.from_cash_minor
            if event.from_cash_minor:
                kind, what = TransferKind.DEPOSIT_REVERSAL, event.movement
                yield _in(deposit_id, event, kind, cash, clearing, event.from_cash_minor, what)
            if spent_minor:
                yield _in(deposit_id, event, TransferKind.CHARGEBACK, receivable, clearing, spent_minor, event.movement)
        case DepositReinstated():
            kind = TransferKind.DEPOSIT_REINSTATED
            which = (event.movement,) if event.found_as is None else (event.movement, event.found_as)
            yield _in(deposit_id, event, kind, clearing, cash, event.reinstated_minor, *which)
            if event.recovered_minor:
                kind = TransferKind.RECEIVABLE_RECOVERY
                yield _in(deposit_id, event, kind, cash, receivable, event.recovered_minor, *which)
        case _:
            return


def _credited(deposit_id: UUID, event: DepositSucceeded, clearing: AccountRef, cash: AccountRef) -> Iterable[Transfer]:
    """What was settled, and in one group with it the fee that the player pays for it."""
    settled = _in(deposit_id, event, TransferKind.DEPOSIT, clearing, cash, event.amount_minor)
    if not event.fee_minor:
        yield settled
        return
    fees = house(event.casino_id, AccountType.PLAYER_FEES, event.currency)
    fee = _in(deposit_id, event, TransferKind.DEPOSIT_FEE, cash, fees, event.fee_minor)
    yield from (replace(one, group=deposit_id) for one in (settled, fee))


def _in(
    deposit_id: UUID,
    event: DepositFact,
    kind: TransferKind,
    debit: AccountRef,
    credit: AccountRef,
    amount_minor: int,
    *movement: str,
) -> Transfer:
    return Transfer(
        id=transfer_id(kind, deposit_id, *movement),
        kind=kind,
        debit=debit,
        credit=credit,
        amount_minor=amount_minor,
        reference_id=deposit_id,
        provider=event.provider,
    )


def refund_transfers(refund_id: UUID, events: Iterable[RefundEvent]) -> list[Transfer]:
    """Put aside when it is ordered, then gone, or back with the player, whose debt is paid first."""
    return [transfer for event in events for transfer in _of_refund(refund_id, event)]


def _of_refund(refund_id: UUID, event: RefundEvent) -> Iterable[Transfer]:
    fact = event.fact
    cash = player_cash(fact.casino_id, fact.player_id, fact.currency)
    hold = player_refund_hold(fact.casino_id, fact.player_id, fact.currency)
    receivable = player_receivable(fact.casino_id, fact.player_id, fact.currency)
    clearing = psp_clearing(fact.casino_id, fact.provider, fact.currency)
    fees = house(fact.casino_id, AccountType.PLAYER_FEES, fact.currency)
    match event:
        case RefundOrdered() if fact.withdrawal_id is not None:
            yield _of_whole(refund_id, fact, fact.withdrawal_id, TransferKind.WITHDRAWAL_RELEASE)
            yield from _part(refund_id, fact, TransferKind.REFUND_HOLD, cash, hold, fact.amount_minor)
        case RefundOrdered():
            yield from _part(refund_id, fact, TransferKind.DEPOSIT_FEE_RETURNED, fees, cash, fact.fee_minor)
            yield from _part(refund_id, fact, TransferKind.REFUND_HOLD, cash, hold, event.from_cash_minor)
            owed = fact.amount_minor - event.from_cash_minor
            yield from _part(refund_id, fact, TransferKind.REFUND_OWED, receivable, hold, owed)
        case RefundSucceeded():
            yield from _part(refund_id, fact, TransferKind.REFUND_PAID, hold, clearing, fact.amount_minor)
        case RefundFailed():
            yield from _part(refund_id, fact, TransferKind.REFUND_RELEASE, hold, cash, fact.amount_minor)
            yield from _part(refund_id, fact, TransferKind.DEPOSIT_FEE, cash, fees, fact.fee_minor)
            recovery = TransferKind.RECEIVABLE_RECOVERY
            yield from _part(refund_id, fact, recovery, cash, receivable, event.recovered_minor)
            if fact.withdrawal_id is not None:
                yield _of_whole(refund_id, fact, fact.withdrawal_id, TransferKind.WITHDRAWAL_HOLD)
        case _:
            return


def _part(
    refund_id: UUID, fact: RefundFact, kind: TransferKind, debit: AccountRef, credit: AccountRef, amount_minor: int
) -> Iterable[Transfer]:
    if amount_minor:
        yield Transfer(
            id=transfer_id(kind, refund_id),
            kind=kind,
            debit=debit,
            credit=credit,
            amount_minor=amount_minor,
            reference_id=refund_id,
            provider=fact.provider,
        )


def _of_whole(refund_id: UUID, fact: RefundFact, withdrawal_id: UUID, kind: TransferKind) -> Transfer:
    """A refund that is a part of a withdrawal takes its money off that hold, and puts it back when it fails."""
    cash = player_cash(fact.casino_id, fact.player_id, fact.currency)
    hold = player_hold(fact.casino_id, fact.player_id, fact.currency)
    off = kind is TransferKind.WITHDRAWAL_RELEASE
    return Transfer(
        id=transfer_id(kind, refund_id),
        kind=kind,
        debit=hold if off else cash,
        credit=cash if off else hold,
        amount_minor=fact.amount_minor,
        reference_id=withdrawal_id,
        provider=fact.provider,
    )


def adjustment_transfers(adjustment_id: UUID, events: Iterable[WalletAdjusted]) -> list[Transfer]:
    """What the house gives comes from its account for adjustments, and what it takes goes there. A debt that is written
    off is the loss of another account; one that is paid is less.
    """
    return [_by_hand(adjustment_id, event.fact) for event in events]


def _by_hand(adjustment_id: UUID, fact: AdjustmentFact) -> Transfer:
    kind, account, his = TransferKind.ADJUSTMENT, AccountType.ADJUSTMENTS, player_cash
    if fact.adjustment_class is AdjustmentClass.BAD_DEBT:
        kind, account, his = TransferKind.DEBT_WRITE_OFF, AccountType.BAD_DEBT, player_receivable
    theirs = his(fact.casino_id, fact.player_id, fact.currency)
    ours = house(fact.casino_id, account, fact.currency)
    if fact.adjustment_class is AdjustmentClass.DEBT_PAYMENT:
        kind, ours = TransferKind.RECEIVABLE_RECOVERY, player_receivable(fact.casino_id, fact.player_id, fact.currency)
    debit, credit = (ours, theirs) if fact.direction is Direction.CREDIT else (theirs, ours)
    return Transfer(
        id=transfer_id(TransferKind.ADJUSTMENT, adjustment_id),
        kind=kind,
        debit=debit,
        credit=credit,
        amount_minor=fact.amount_minor,
        reference_id=adjustment_id,
    )


def withdrawal_transfers(withdrawal_id: UUID, events: Iterable[WithdrawalEvent]) -> list[Transfer]:
    """Hold the amount and its fee, then either release or pay both; what comes back after that is a new credit. What
    is the player's again pays his debt in one group with it.
    """
    return [transfer for event in events for transfer in _of_withdrawal(withdrawal_id, event)]


def _of_withdrawal(withdrawal_id: UUID, event: WithdrawalEvent) -> Iterable[Transfer]:
    moved = list(_of(withdrawal_id, event))
    if not isinstance(event, BackWithPlayer) or not event.recovered_minor:
        return moved
    released, *fee = moved
    recovery = Transfer(
        id=transfer_id(TransferKind.RECEIVABLE_RECOVERY, released.id),
        kind=TransferKind.RECEIVABLE_RECOVERY,
        debit=released.credit,
        credit=player_receivable(event.casino_id, event.player_id, event.currency),
        amount_minor=event.recovered_minor,
        reference_id=released.reference_id,
        provider=event.provider,
    )
    return [*(replace(one, group=withdrawal_id) for one in (released, recovery)), *fee]


def _of(withdrawal_id: UUID, event: WithdrawalEvent) -> Iterable[Transfer]:
    cash = player_cash(event.casino_id, event.player_id, event.currency)
    hold = player_hold(event.casino_id, event.player_id, event.currency)
    clearing = psp_clearing(event.casino_id, event.provider, event.currency)
    match event:
        case WithdrawalRequested():
            held = _transfer(withdrawal_id, event, TransferKind.WITHDRAWAL_HOLD, cash, hold)
            yield replace(held, amount_minor=event.amount_minor + event.fee_minor)
        case WithdrawalRejected() | WithdrawalCancelled() | WithdrawalFailed() if event.parent_id is not None:
            return  # It stays on hold for the whole.
        case WithdrawalRestReleased():
            yield _released(withdrawal_id, event)
            yield from _fee(withdrawal_id, event, event.paid_minor)
        case WithdrawalRejected() | WithdrawalCancelled() | WithdrawalFailed():
            yield _released(withdrawal_id, event)
        case WithdrawalPaid():
            paid = _transfer(withdrawal_id, event, TransferKind.WITHDRAWAL_PAID, hold, clearing)
            fee = _fee(withdrawal_id, event, event.amount_minor)
            yield from (replace(one, group=withdrawal_id) for one in (paid, *fee)) if fee else (paid,)
        case WithdrawalPartPaid() if event.paid_minor == event.amount_minor:
            yield from _fee(withdrawal_id, event, event.paid_minor)
        case WithdrawalReturned():
            yield Transfer(
                id=_return_id(withdrawal_id, event),
                kind=TransferKind.WITHDRAWAL_RETURNED,
                debit=clearing,
                credit=cash,
                amount_minor=event.freed_minor,
                **_whole(withdrawal_id, event),
                provider=event.provider,
            )
        case _:
            return


def _released(withdrawal_id: UUID, event: BackWithPlayer) -> Transfer:
    cash = player_cash(event.casino_id, event.player_id, event.currency)
    hold = player_hold(event.casino_id, event.player_id, event.currency)
    release = _transfer(withdrawal_id, event, TransferKind.WITHDRAWAL_RELEASE, hold, cash)
    return replace(release, amount_minor=event.freed_minor)


def _fee(withdrawal_id: UUID, event: WithdrawalFact, paid_minor: int) -> Sequence[Transfer]:
    """What the player pays once so much of it was paid; none where it costs nothing."""
    due_minor = event.fee_of(paid_minor)
    if not due_minor:
        return ()
    hold = player_hold(event.casino_id, event.player_id, event.currency)
    fees = house(event.casino_id, AccountType.PLAYER_FEES, event.currency)
    return (replace(_transfer(withdrawal_id, event, TransferKind.WITHDRAWAL_FEE, hold, fees), amount_minor=due_minor),)


def _return_id(withdrawal_id: UUID, event: WithdrawalReturned) -> UUID:
    """Each part that comes back is a movement of its own, named after what was back before it."""
    before_minor = event.all_back_minor - event.returned_minor
    parts = (withdrawal_id, before_minor) if before_minor else (withdrawal_id,)
    return transfer_id(TransferKind.WITHDRAWAL_RETURNED, *parts)


def _transfer(
    withdrawal_id: UUID, event: WithdrawalFact, kind: TransferKind, debit: AccountRef, credit: AccountRef
) -> Transfer:
    return Transfer(
        id=transfer_id(kind, withdrawal_id),
        kind=kind,
        debit=debit,
        credit=credit,
        amount_minor=event.amount_minor,
        **_whole(withdrawal_id, event),
        provider=event.provider,
    )


class _Whole(TypedDict):
    reference_id: UUID
    group: UUID | None


def _whole(withdrawal_id: UUID, event: WithdrawalFact) -> _Whole:
    """What moves for a part is booked for its whole; the group says which part it was."""
    if event.parent_id is None:
        return {"reference_id": withdrawal_id, "group": None}
    return {"reference_id": event.parent_id, "group": withdrawal_id}
