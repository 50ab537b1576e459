"""What others hear of our events, and that every event of ours can be stored and read again."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

import contracts
import payments
from chassis.store import Actor, EventTypes, Meta, Recorded
from contracts.payments.errors import SetAside
from payments.application.publishing import publish
from payments.domain.deposit import events as d
from payments.domain.withdrawal import events as w
from payments.domain.withdrawal.going import Held, PartFact, Way, Why

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
STREAM = UUID(int=9)
EXAMPLES = Path(contracts.__file__).parent / "examples"
SEALED = "pd1:personal-data-under-the-players-key"
MASKED = "****1234"
STOP: dict[str, Any] = {"news": ("CB-WARNING",), "stopped_by": ("fraud_rules",), "approvals_needed": 2}
WHOSE: dict[str, Any] = {
    "player_id": UUID(int=1),
    "casino_id": UUID(int=2),
    "provider": "trustly",
    "amount_minor": 100_00,
    "currency": "EUR",
}
PART = PartFact(
    part_id=UUID(int=3), way=Way.PAYOUT, why=Why.WINNINGS, provider="trustly", amount_minor=1, shown_as=MASKED
)
RELEASED: dict[str, Any] = {**WHOSE, "rest_minor": 1, "released_by": "ann", "reason": "closed"}
EVENTS: list[tuple[Any, list[str]]] = [
    (d.DepositRequested(**WHOSE, return_url=SEALED, sent_as="us", requested_at=NOW), ["deposit_requested"]),
    (
        d.DepositRequested(
            **WHOSE, return_url=SEALED, sent_as="us", requested_at=NOW, method="card", route=("b", "c"), attempts_max=3
        ),
        ["deposit_requested"],
    ),
    (d.DepositRefused(**WHOSE, code="self_excluded"), ["deposit_refused"]),
    (d.DepositSteppedUp(**WHOSE, reference="pi_1", code="no", closed=False, stepped_up_at=NOW), []),
    (
        d.DepositPassedOn(
            **WHOSE, declined_by="a", reference="pi_1", code="no", closed=True, sent_as="us", passed_on_at=NOW
        ),
        [],
    ),
    (d.DepositPaidTwice(**WHOSE, reference="pi_1", second_id=STREAM), []),
    (d.DepositActionRequired(**WHOSE, reference="pi_1", next_action=SEALED), []),
    (d.DepositSubmitted(**WHOSE, reference="pi_1"), []),
    (d.DepositOutcomeUnknown(**WHOSE), ["deposit_outcome_unknown"]),
    (
        d.DepositSucceeded(**WHOSE, reference="pi_1", requested_minor=1, late=True, said_at=NOW),
        ["deposit_succeeded"],
    ),
    (d.DepositReversalAnnounced(**WHOSE, reference="pi_1", movement="re_1", reversed_minor=1, code="fraudulent"), []),
    (
        d.DepositReversed(
            **WHOSE,
            reference="pi_1",
            movement="re_1",
            reversed_minor=40_00,
            all_reversed_minor=60_00,
            from_cash_minor=0,
            owed_minor=40_00,
            code="fraudulent",
        ),
        ["deposit_reversed"],
    ),
    (
        d.DepositReinstatementAnnounced(**WHOSE, reference="pi_1", movement="dp_1", reinstated_minor=1, code="won"),
        [],
    ),
    (
        d.DepositReinstated(
            **WHOSE,
            reference="pi_1",
            movement="dp_1",
            reinstated_minor=40_00,
            all_reversed_minor=20_00,
            recovered_minor=40_00,
            owed_minor=0,
            code="won",
        ),
        ["deposit_reinstated"],
    ),
    (d.DepositClosed(**WHOSE), []),
    (d.DepositFailed(**WHOSE, reference="pi_1", code="card_declined"), ["deposit_failed"]),
    (d.DepositExpired(**WHOSE), ["deposit_failed"]),
    (
        w.WithdrawalRequested(**WHOSE, destination=SEALED, shown_as=MASKED, approvals_needed=2, requested_at=NOW),
        ["withdrawal_requested"],
    ),
    (w.WithdrawalApproved(**WHOSE, approved_by="ann", final=False), ["withdrawal_approved"]),
    (w.WithdrawalRejected(**WHOSE, rejected_by="ann", reason="name differs"), ["withdrawal_rejected"]),
    (w.WithdrawalCancelled(**WHOSE), ["withdrawal_cancelled"]),
    (w.WithdrawalStopped(**WHOSE, **STOP), ["withdrawal_stopped"]),
    (w.WithdrawalStopped(**{**WHOSE, "parent_id": STREAM}, **STOP), []),
    (w.WithdrawalApproved(**{**WHOSE, "parent_id": STREAM}, approved_by="ann", final=True), []),
    (w.PayoutStarted(**WHOSE, request_id=UUID(int=3), sent_as="us"), []),
    (w.PayoutOutcomeUnknown(**WHOSE), ["payout_outcome_unknown"]),
    (w.PayoutSent(**WHOSE, reference="4711"), ["payout_sent"]),
    (w.WithdrawalPaid(**WHOSE), ["withdrawal_paid"]),
    (w.WithdrawalFailed(**WHOSE, code="account_closed"), ["withdrawal_failed"]),
    (
        w.WithdrawalReturned(**WHOSE, returned_minor=99_00, back_minor=100_00, code="account_closed"),
        ["withdrawal_returned"],
    ),
    (w.PayoutReleased(**WHOSE, batch_id=UUID(int=3)), []),
    (w.PayoutHeld(**WHOSE, why=Held.DISPUTE_OPEN), []),
    (
        w.WithdrawalPartOrdered(
            **WHOSE, parent_id=STREAM, destination=SEALED, shown_as=MASKED, ordered_at=NOW, instrument_id=UUID(int=3)
        ),
        [],
    ),
    (w.PayoutSent(**{**WHOSE, "parent_id": STREAM}, reference="4711"), ["payout_sent"]),
    (w.WithdrawalPaid(**{**WHOSE, "parent_id": STREAM}), []),
    (w.WithdrawalFailed(**{**WHOSE, "parent_id": STREAM}, code="no"), []),
    (w.WithdrawalSplit(**WHOSE, parts=(PART,)), []),
    (w.WithdrawalPartPaid(**WHOSE, part_id=UUID(int=3), part_minor=1, paid_minor=1, refunded_minor=1), []),
    (
        w.WithdrawalPartPaid(**WHOSE, part_id=UUID(int=3), part_minor=1, paid_minor=100_00, refunded_minor=1),
        ["withdrawal_paid"],
    ),
    (w.WithdrawalPartFailed(**WHOSE, part_id=UUID(int=3), part_minor=1, code="no"), []),
    (w.WithdrawalPartReturned(**WHOSE, part_id=UUID(int=3), returned_minor=1, back_minor=1, refunded=True), []),
    (w.WithdrawalPartReturned(**WHOSE, part_id=UUID(int=3), returned_minor=1, back_minor=1), ["withdrawal_returned"]),
    (w.WithdrawalHalted(**WHOSE, rest_minor=1), []),
    (w.WithdrawalElsewhereWanted(**WHOSE, rest_minor=1, wanted_by="ann", wanted_at=NOW, reason="gone"), []),
    (w.WithdrawalRetried(**WHOSE, rest_minor=1, retried_by="ann", reason="up again"), []),
    (w.WithdrawalRestReleased(**RELEASED, paid_minor=99_99, refunded_minor=0), ["withdrawal_paid"]),
    (w.WithdrawalRestReleased(**RELEASED, paid_minor=0, refunded_minor=0), ["withdrawal_rejected"]),
]
TYPES = EventTypes(*d.DEPOSIT_EVENTS, *w.WITHDRAWAL_EVENTS)
BY_NAME = [pytest.param(event, told, id=type(event).__name__) for event, told in EVENTS]


def recorded(event: Any) -> Recorded[Any]:
    meta = Meta(actor=Actor("system", "test"), occurred_at=NOW, casino_id=UUID(int=2), correlation_id=UUID(int=4))
    return Recorded(event, UUID(int=5), "x", f"thing-{STREAM}", 1, 1, meta)


def test_every_event_is_here() -> None:
    assert {type(event) for event, _ in EVENTS} == {*d.DEPOSIT_EVENTS, *w.WITHDRAWAL_EVENTS}


@pytest.mark.parametrize(("event", "told"), BY_NAME)
def test_an_event_is_told_as_facts_without_personal_data(event: Any, told: list[str]) -> None:
    facts = list(publish(recorded(event)))
    assert [fact.type for fact in facts] == [f"payments.{name}" for name in told]
    for fact in facts:
        text = fact.model_dump_json()
        assert str(STREAM) in text
        assert fact.key_value() == str(WHOSE["player_id"])
        assert SEALED not in text
        assert MASKED not in text


@pytest.mark.parametrize(("event", "told"), BY_NAME)
def test_an_event_is_read_as_it_was_stored(event: Any, told: list[str]) -> None:
    name, version, data = TYPES.encode(event)
    assert TYPES.decode(name, version, data) == event


@pytest.mark.parametrize(("event", "told"), BY_NAME)
def test_what_is_told_has_the_shape_of_its_golden_example(event: Any, told: list[str]) -> None:
    for fact in publish(recorded(event)):
        example = json.loads((EXAMPLES / f"{fact.type}.v{fact.version}.json").read_text())
        added_since = {name for name, field in type(fact).model_fields.items() if not field.is_required()}
        assert type(fact).model_fields.keys() - added_since <= example["data"].keys() <= type(fact).model_fields.keys()


def test_a_return_tells_what_came_back() -> None:
    (fact,) = publish(recorded(next(one for one, _ in EVENTS if isinstance(one, w.WithdrawalReturned))))
    assert fact.model_dump()["amount_minor"] == 99_00


def test_every_reason_for_setting_aside_is_promised() -> None:
    sources = "\n".join(path.read_text() for path in Path(payments.__file__).parent.rglob("*.py"))
    used = set(re.findall(r'(?:Unlawful(?:Deposit|Refund|Payout|Dispute)Word|Unclear)\("([a-z_]+)"\)', sources))
    noted = re.findall(r'\bcode="([a-z_]+)",\n\s+facts=', sources)
    told = re.findall(r'\btell_people\([^"()]*"([a-z_]+)",', sources)
    found_by_us = {*noted, *told}
    assert found_by_us == {
        "amount_differs",
        "cancelled_by_player",
        "paid_although_forbidden",
        "paid_twice",
        "second_payment_kept",
        "contradicts_people",
        "refund_left_unknown",
        "refund_awaits_people",
        "dispute_answer_left_unknown",
        "refunded_and_taken_back",
        "given_back_after_write_off",
        "win_spent",
        "paid_by_disabled_instrument",
        "account_identity_differs",
        "left_open_at_provider",
        "left_sent_at_provider",
        "order_not_repeatable",
        "payout_awaits_people",
        "returned_to_closed_account",
        "reversal_unexplained",
        "unknown_reference",
    }
    of_requests = {"request_refused", "paid_without_us", "request_left_open"}
    of_looks = {"look_unanswered", "look_differs"}
    by_name = {
        "debit_not_on_hold",
        "payout_kept_back",
        "paid_late",
        "paid_over",
        "clearing_overdue",
        "call_unreadable",
        "float_low",
        "float_unknown",
    }
    assert used | found_by_us | of_requests | of_looks | by_name == set(SetAside)
