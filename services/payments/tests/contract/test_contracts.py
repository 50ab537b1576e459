"""Promises kept, in both directions."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any, get_args
from uuid import UUID

import pytest

from chassis.domain import FixedClock
from chassis.runtime import Service
from chassis.testing.environment import make_settings
from chassis.testing.golden import Effect, assert_as_promised, assert_effect, example, label, recorded
from chassis.testing.postgres import Databases
from contracts.backoffice.events import (
    CasinoOpened,
    DepositLimitSet,
    JurisdictionProfileAdopted,
    PersonalDataErased,
    PlayerBlocked,
    PlayerContactsMarked,
    PlayerProfileChanged,
    PlayerRegistered,
    PlayerTagged,
    PlayerUnblocked,
    PlayerUntagged,
    RestrictionFeedBeat,
    SelfExclusionStarted,
)
from contracts.event import ContractEvent
from contracts.payments import events as told
from contracts.payments.adjustment_events import WalletAdjusted
from contracts.payments.dispute_events import DisputeAnswered, DisputeDueSoon, DisputeStageReached
from contracts.payments.fraud_events import FRAUD
from contracts.payments.instrument_events import InstrumentReviewed, InstrumentSeen, InstrumentShared
from contracts.payments.ledger_events import LedgerSealed
from contracts.payments.reversal_events import DepositReinstated, DepositReversed
from contracts.payments.wallet import transfer_id
from contracts.payments.withdrawal_events import WithdrawalStopped
from contracts.registry import consumed_by, produced_by
from contracts.security.events import LogInFailed, PlayerPasswordChanged
from contracts.verification.events import HitDecided, HitRaised, HitWithdrawn, VerificationLevelReached
from payments.application.erasure import ERASE
from payments.application.publishing import publish
from payments.application.restrictions import REVIEW
from payments.domain.adjustment import events as adjustment
from payments.domain.adjustment.words import AdjustmentClass, Direction
from payments.domain.deposit import events as deposit
from payments.domain.dispute import events as dispute
from payments.domain.dispute.words import Stage, Status
from payments.domain.events import EVENTS
from payments.domain.fraud_case.events import FRAUD_CASE_EVENTS
from payments.domain.instrument import events as instrument
from payments.domain.instrument.words import Kind, Likeness, Ownership, Verification
from payments.domain.refund import events as refund
from payments.domain.withdrawal import events as withdrawal
from payments.main import build
from payments.settings import Settings

BLOCKED = {"bets_blocked": True, "deposits_blocked": True}
HIT, SENT = str(example(HitRaised).data["hit_id"]), "2026-03-14T15:09:26.535+00:00"
EFFECTS: dict[type[ContractEvent], Effect] = {
    CasinoOpened: Effect(
        {"rm_casino_rules": {"currency": "EUR", "profile_version": 0}, "rm_casino_zone": {"time_zone": "Europe/Malta"}}
    ),
    JurisdictionProfileAdopted: Effect({"rm_casino_rules": {"profile_version": 2}}, after=(CasinoOpened,)),
    PlayerRegistered: Effect(
        {"account": {"type": "cash", "bets_blocked": False}, "rm_player_standing": {"currency": "EUR", "level": "none"}}
    ),
    PlayerBlocked: Effect(
        {"account": BLOCKED, "rm_player_standing": {"blocked": True}},
        after=(PlayerRegistered,),
    ),
    PlayerUnblocked: Effect(
        {"account": {"bets_blocked": False, "deposits_blocked": False}, "rm_player_standing": {"blocked": False}},
        after=(PlayerRegistered, PlayerBlocked),
    ),
    SelfExclusionStarted: Effect(
        {"account": BLOCKED, "rm_player_standing": {"excluded": True}, "task": {"kind": REVIEW}},
        after=(PlayerRegistered,),
    ),
    PlayerProfileChanged: Effect({"rm_player_standing": {"contact_changed_at": SENT}}),
    PlayerContactsMarked: Effect({"fraud_link": {"kind": "player", "other": "email_domain"}}),
    PlayerPasswordChanged: Effect({"rm_player_standing": {"password_changed_at": SENT}}),
    LogInFailed: Effect({"rm_player_standing": {"locked_at": SENT}}),
    HitRaised: Effect({"rm_player_standing": {"open_hits": [HIT]}}),
    HitWithdrawn: Effect({"rm_player_standing": {"open_hits": []}}, after=(HitRaised,)),
    PlayerTagged: Effect({"rm_player_standing": {"tags": ["vip"]}}, after=(PlayerRegistered,)),
    PlayerUntagged: Effect({"rm_player_standing": {"tags": []}}, after=(PlayerRegistered, PlayerTagged)),
    DepositLimitSet: Effect({"rm_player_standing": {"currency": "EUR"}}, after=(PlayerRegistered,)),
    VerificationLevelReached: Effect({"rm_player_standing": {"level": "verified"}}, after=(PlayerRegistered,)),
    HitDecided: Effect({"rm_player_standing": {"open_hits": []}}, after=(HitRaised,)),
    PersonalDataErased: Effect(
        {"account": BLOCKED, "rm_player_standing": {"erased": True}, "task": {"kind": ERASE}},
        after=(PlayerRegistered,),
    ),
    RestrictionFeedBeat: Effect({"restriction_beat": {"partition": 7}}),
}


@pytest.fixture
async def service(databases: Databases) -> AsyncIterator[Service]:
    settings = make_settings(Settings, database_url=await databases.create("payments"))
    service = build(settings, clock=FixedClock(datetime(2026, 3, 15, tzinfo=UTC)))
    yield service
    await service.db.close()


def test_what_is_consumed_is_what_the_catalogue_says(service: Service) -> None:
    assert service.consumer is not None
    assert service.consumer.handles == frozenset(consumed_by("payments")) == frozenset(EFFECTS)


@pytest.mark.parametrize("cls", EFFECTS, ids=label)
async def test_an_example_of_what_is_consumed_has_its_effect(service: Service, cls: type[ContractEvent]) -> None:
    await assert_effect(service, cls, EFFECTS[cls])


ONE, PLAYER, CASINO = (UUID(int=n) for n in range(1, 4))
NOW = datetime(2026, 3, 1, tzinfo=UTC)
OURS: dict[str, Any] = {
    "player_id": PLAYER,
    "casino_id": CASINO,
    "provider": "acme",
    "amount_minor": 50_00,
    "currency": "EUR",
}
WHOSE: dict[str, Any] = {"player_id": PLAYER, "casino_id": CASINO}
MONEY: dict[str, Any] = {"amount_minor": 50_00, "currency": "EUR"}
IN: dict[str, Any] = {**WHOSE, "deposit_id": ONE}
OUT: dict[str, Any] = {**WHOSE, "withdrawal_id": ONE}
BY: dict[str, Any] = {"provider": "acme"}
NO = "provider_said_no"
DEPOSITS: list[tuple[deposit.DepositEvent, ContractEvent | None]] = [
    (
        deposit.DepositRequested(**OURS, return_url="sealed", sent_as="us", requested_at=NOW),
        told.DepositRequested(**IN, **MONEY, **BY),
    ),
    (deposit.DepositRefused(**OURS, code=NO), told.DepositRefused(**IN, **MONEY, code=NO)),
    (deposit.DepositActionRequired(**OURS, reference="r", next_action="sealed"), None),
    (deposit.DepositSubmitted(**OURS, reference="r"), None),
    (deposit.DepositOutcomeUnknown(**OURS), told.DepositOutcomeUnknown(**IN, **BY)),
    (
        deposit.DepositSucceeded(**OURS, reference="r", requested_minor=60_00, late=True, said_at=NOW),
        told.DepositSucceeded(**IN, **MONEY, **BY, requested_minor=60_00, late=True, provider_reference="r"),
    ),
    (
        deposit.DepositReversalAnnounced(**OURS, reference="r", movement="m", reversed_minor=20_00, code=NO),
        None,
    ),
    (
        deposit.DepositReversed(
            **OURS,
            reference="r",
            movement="m",
            reversed_minor=20_00,
            all_reversed_minor=30_00,
            from_cash_minor=5_00,
            owed_minor=15_00,
            code=NO,
        ),
        DepositReversed(
            **IN,
            **BY,
            amount_minor=20_00,
            currency="EUR",
            credited_minor=50_00,
            all_reversed_minor=30_00,
            from_cash_minor=5_00,
            owed_minor=15_00,
            code=NO,
            provider_reference="r",
            movement="m",
        ),
    ),
    (
        deposit.DepositSteppedUp(
            **OURS, reference="x", code="authentication_required", closed=False, stepped_up_at=NOW
        ),
        None,
    ),
    (
        deposit.DepositPassedOn(
            **OURS, declined_by="other", reference="r", code=NO, closed=True, sent_as="us", passed_on_at=NOW
        ),
        None,
    ),
    (deposit.DepositPaidTwice(**OURS, reference="r", second_id=ONE), None),
    (
        deposit.DepositReinstatementAnnounced(**OURS, reference="r", movement="m", reinstated_minor=20_00, code=NO),
        None,
    ),
    (
        deposit.DepositReinstated(
            **OURS,
            reference="r",
            movement="m",
            reinstated_minor=20_00,
            all_reversed_minor=10_00,
            recovered_minor=5_00,
            owed_minor=0,
            code=NO,
        ),
        DepositReinstated(
            **IN,
            **BY,
            amount_minor=20_00,
            currency="EUR",
            credited_minor=50_00,
            all_reversed_minor=10_00,
            recovered_minor=5_00,
            owed_minor=0,
            code=NO,
            provider_reference="r",
            movement="m",
        ),
    ),
    (deposit.DepositFailed(**OURS, reference=None, code=NO), told.DepositFailed(**IN, **BY, code=NO)),
    (deposit.DepositExpired(**OURS), told.DepositFailed(**IN, **BY, code="expired")),
    (deposit.DepositClosed(**OURS), None),
]
WITHDRAWALS: list[tuple[withdrawal.WithdrawalEvent, ContractEvent | None]] = [
    (
        withdrawal.WithdrawalRequested(
            **OURS, destination="sealed", shown_as="ES••32", approvals_needed=2, requested_at=NOW
        ),
        told.WithdrawalRequested(**OUT, **MONEY, **BY, needs_second_person=True),
    ),
    (
        withdrawal.WithdrawalStopped(**OURS, news=("X",), stopped_by=("fraud_rules",), approvals_needed=2),
        WithdrawalStopped(**OUT, approvals_needed=2),
    ),
    (
        withdrawal.WithdrawalApproved(**OURS, approved_by=str(ONE), final=False),
        told.WithdrawalApproved(**OUT, approved_by=str(ONE), final=False),
    ),
    (
        withdrawal.WithdrawalRejected(**OURS, rejected_by=str(ONE), reason="name differs"),
        told.WithdrawalRejected(**OUT, reject_reason="name differs"),
    ),
    (withdrawal.WithdrawalCancelled(**OURS), told.WithdrawalCancelled(**OUT)),
    (withdrawal.PayoutStarted(**OURS, request_id=ONE, sent_as="us"), None),
    (withdrawal.PayoutOutcomeUnknown(**OURS), told.PayoutOutcomeUnknown(**OUT, **BY)),
    (withdrawal.PayoutSent(**OURS, reference="r"), told.PayoutSent(**OUT, **BY, provider_reference="r")),
    (withdrawal.WithdrawalPaid(**OURS), told.WithdrawalPaid(**OUT, **BY, **MONEY)),
    (withdrawal.WithdrawalFailed(**OURS, code=NO), told.WithdrawalFailed(**OUT, **BY, code=NO)),
    (
        withdrawal.WithdrawalReturned(**OURS, returned_minor=20_00, back_minor=50_00, code=NO),
        told.WithdrawalReturned(**OUT, **BY, amount_minor=20_00, currency="EUR"),
    ),
]
ADJUSTED = adjustment.AdjustmentFact(
    casino_id=CASINO,
    player_id=PLAYER,
    currency="EUR",
    direction=Direction.DEBIT,
    amount_minor=5_00,
    adjustment_class=AdjustmentClass.MISCONDUCT,
    reference="letter 12",
)
ADJUSTMENTS: list[tuple[Any, ContractEvent | None]] = [
    (
        adjustment.WalletAdjusted(fact=ADJUSTED, adjusted_at=NOW),
        WalletAdjusted(
            adjustment_id=ONE,
            player_id=PLAYER,
            casino_id=CASINO,
            direction="debit",
            amount_minor=5_00,
            currency="EUR",
            adjustment_class="misconduct",
            transfer_id=transfer_id("adjustment", ONE),
            adjusted_at=NOW,
            reference="letter 12",
        ),
    ),
]
REFUNDED = refund.RefundFact(deposit_id=ONE, payment="r", **OURS)
REFUNDS: list[tuple[Any, ContractEvent | None]] = [
    (refund.RefundOrdered(fact=REFUNDED, from_cash_minor=50_00, ordered_at=NOW), None),
    (refund.RefundHeld(fact=REFUNDED, why="provider_off"), None),
    (refund.RefundStarted(fact=REFUNDED, sent_as="us"), None),
    (refund.RefundOutcomeUnknown(fact=REFUNDED), None),
    (refund.RefundAccepted(fact=REFUNDED, reference="m"), None),
    (refund.RefundSucceeded(fact=REFUNDED, reference="m"), None),
    (refund.RefundFailed(fact=REFUNDED, reference="m", code=NO, recovered_minor=0), None),
    (refund.RefundReturned(fact=REFUNDED, reference="m", code=NO), None),
]
CARD: dict[str, Any] = {"player_id": PLAYER, "casino_id": CASINO, "kind": Kind.CARD, "last_four": "4242"}
LOOKS: dict[str, Any] = {"bin": "424242", "last_four": "4242", "kind": "card"}
OF_CARD: dict[str, Any] = {"instrument_id": ONE, "player_id": PLAYER, "casino_id": CASINO, "last_four": "4242"}
TOLD_OF_CARD: dict[str, Any] = {"provider": "acme", "expires_on": None, "country": "MT"}
SEALED: dict[str, Any] = {"sealed": None, "details_index": "d"}


def reviewed(**what: Any) -> InstrumentReviewed:
    return InstrumentReviewed(**{**OF_CARD, "kind": "card", "decided_by": "ann", **what})


CARD_FACT: dict[str, Any] = {**CARD, "bin": "424242"}
INSTRUMENTS: list[tuple[Any, ContractEvent | None]] = [
    (
        instrument.InstrumentSeen(
            **CARD_FACT, **TOLD_OF_CARD, **SEALED, fingerprint="f", recognisable=True, seen_at=NOW
        ),
        InstrumentSeen(**{**OF_CARD, **LOOKS}, provider="acme", country="MT"),
    ),
    (
        instrument.InstrumentRenewed(**CARD_FACT, **TOLD_OF_CARD, **SEALED),
        InstrumentSeen(**{**OF_CARD, **LOOKS}, provider="acme", country="MT", renewed=True),
    ),
    (instrument.InstrumentFoundShared(**CARD_FACT, players=3), InstrumentShared(**{**OF_CARD, **LOOKS}, players=3)),
    (instrument.InstrumentFoundAlone(**CARD_FACT), None),
    (
        instrument.InstrumentHolderCompared(**CARD_FACT, likeness=Likeness.MISMATCH),
        reviewed(likeness="mismatch", decided_by="verification"),
    ),
    (
        instrument.InstrumentOwnershipDecided(**CARD_FACT, ownership=Ownership.MISMATCH, decided_by="ann"),
        reviewed(ownership="mismatch"),
    ),
    (
        instrument.InstrumentVerificationDecided(**CARD_FACT, verification=Verification.VERIFIED, decided_by="ann"),
        reviewed(verification="verified"),
    ),
    (instrument.InstrumentDisabled(**CARD_FACT, disabled_by="ann"), reviewed(disabled=True)),
    (instrument.InstrumentEnabled(**CARD_FACT, enabled_by="ann"), reviewed(disabled=False)),
    (
        instrument.InstrumentUsed(
            instrument_id=ONE, player_id=PLAYER, casino_id=CASINO, direction=instrument.Direction.IN, used_at=NOW
        ),
        None,
    ),
]
DISPUTED = dispute.DisputeFact(
    deposit_id=ONE, player_id=PLAYER, casino_id=CASINO, provider="acme", reference="dp", payment="r"
)
IN_DISPUTE: dict[str, Any] = {"dispute_id": ONE, **IN, **BY}
STANDING: dict[str, Any] = {"amount_minor": 50_00, "currency": "EUR", "code": "fraudulent", "due_at": NOW}
REACHED = {"stage": "chargeback", "status": "opened", "decided": False, **STANDING}
OF_DISPUTE: dict[str, Any] = {"fact": DISPUTED, "stage": Stage.CHARGEBACK}
DISPUTES: list[tuple[Any, ContractEvent | None]] = [
    (
        dispute.DisputeOpened(**OF_DISPUTE, status=Status.OPENED, said_at=NOW, **STANDING),
        DisputeStageReached(**IN_DISPUTE, **REACHED),
    ),
    (
        dispute.DisputeAdvanced(**OF_DISPUTE, status=Status.WON, said_at=NOW, **STANDING),
        DisputeStageReached(**IN_DISPUTE, **{**REACHED, "status": "won", "decided": True}),
    ),
    (
        dispute.DisputeAnswered(**OF_DISPUTE, status=Status.ACCEPTED, answered_at=NOW),
        DisputeAnswered(**IN_DISPUTE, stage="chargeback", status="accepted"),
    ),
    (
        dispute.DisputeAnswerOrdered(
            **OF_DISPUTE, answer_id=ONE, status=Status.CHALLENGED, evidence=(), defence=None, ordered_at=NOW
        ),
        None,
    ),
    (dispute.DisputeAnswerStarted(fact=DISPUTED, answer_id=ONE, sent_as="us"), None),
    (dispute.DisputeAnswerUnknown(fact=DISPUTED, answer_id=ONE), None),
    (dispute.DisputeAnswerRefused(**OF_DISPUTE, answer_id=ONE, code="no"), None),
    (
        dispute.DisputeDueSoon(**OF_DISPUTE, due_at=NOW),
        DisputeDueSoon(**IN_DISPUTE, stage="chargeback", due_at=NOW),
    ),
    (
        dispute.DisputeEvidenceAdded(
            fact=DISPUTED, evidence_id=ONE, kind="receipt", media_type="image/png", size=1, sha256="ab"
        ),
        None,
    ),
    (dispute.DisputeFeeCharged(fact=DISPUTED, movement="m", fee_minor=15_00, currency="EUR"), None),
]
TOLD = [*DEPOSITS, *WITHDRAWALS, *ADJUSTMENTS, *REFUNDS, *DISPUTES, *INSTRUMENTS]
# Written by the ledger's own statements; the component tests end by holding all that was said to its promises.
TOLD_BY_THE_LEDGER: set[type[ContractEvent]] = {told.TransferPosted, told.RollbackRemembered, told.DebtRecorded}


@pytest.mark.parametrize(("happened", "fact"), TOLD, ids=lambda value: type(value).__name__)
def test_each_event_is_told_as_promised(happened: Any, fact: ContractEvent | None) -> None:
    assert list(publish(recorded(happened, f"stream-{ONE}", CASINO))) == ([fact] if fact else [])
    if fact:
        assert_as_promised(fact)


def test_no_event_of_the_domain_is_forgotten() -> None:
    waiting = {withdrawal.PayoutReleased, withdrawal.PayoutHeld, withdrawal.WithdrawalPartOrdered}
    parts = {*waiting, *get_args(withdrawal.PartEvent)}
    assert {type(happened) for happened, _ in TOLD} == set(EVENTS) - parts - set(FRAUD_CASE_EVENTS)


def test_every_promised_event_is_told_by_something() -> None:
    owned = {cls for cls in produced_by("payments") if cls.owner() == "payments" and cls.topic != FRAUD}
    by_others = {told.NotificationSetAside, LedgerSealed, *TOLD_BY_THE_LEDGER}
    assert {type(fact) for _, fact in TOLD if fact} | by_others == owned
