"""The hit, as sentences."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from chassis.testing.spec import Spec
from verification.domain.hit import errors
from verification.domain.hit.aggregate import Hit, hit, hit_id
from verification.domain.hit.commands import DecideHit, Decision, HitCommand, RaiseHit, WithdrawHit
from verification.domain.hit.events import HitCleared, HitConfirmed, HitEvent, HitRaised, HitWithdrawn

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
PLAYER, CASINO = UUID(int=1), UUID(int=2)

Sentence = Spec[HitCommand, Hit, HitEvent]

RAISE = RaiseHit(
    player_id=PLAYER,
    casino_id=CASINO,
    list_name="un",
    list_version="1",
    entity_id="CDi.001",
    content_hash="c0ffee",
    listed_name="Erika MUSTERFRAU",
    matched_name="Erica Musterfrau",
    matched_weak=False,
    listed_births=("1970-01-02",),
    programmes=("TEST",),
    score_permille=960,
    birth="agrees",
    algorithm="tokens-1",
    evidence="sealed",
    now=NOW,
)
RAISED = HitRaised(
    player_id=PLAYER,
    casino_id=CASINO,
    list_name="un",
    list_version="1",
    entity_id="CDi.001",
    content_hash="c0ffee",
    listed_name="Erika MUSTERFRAU",
    matched_name="Erica Musterfrau",
    matched_weak=False,
    listed_births=("1970-01-02",),
    programmes=("TEST",),
    score_permille=960,
    birth="agrees",
    algorithm="tokens-1",
    evidence="sealed",
    raised_at=NOW,
)
CLEARED = HitCleared(reason="born elsewhere", decided_by="agent", decided_at=NOW)
CONFIRMED = HitConfirmed(reason="same passport", decided_by="agent", decided_at=NOW)
WITHDRAWN = HitWithdrawn(withdrawn_at=NOW)


def decision(what: Decision, reason: str) -> DecideHit:
    return DecideHit(decision=what, reason=reason, decided_by="agent", now=NOW)


@pytest.fixture
def spec() -> Sentence:
    return Spec(hit)


def test_a_likeness_is_raised_once(spec: Sentence) -> None:
    spec.when(RAISE).then(RAISED)
    spec.given(RAISED).when(RAISE).then_nothing()


def test_a_cleared_pair_is_not_raised_again(spec: Sentence) -> None:
    spec.given(RAISED, CLEARED).when(RAISE).then_nothing()


def test_a_withdrawn_hit_is_raised_when_it_matches_again(spec: Sentence) -> None:
    spec.given(RAISED, WITHDRAWN).when(RAISE).then(RAISED)


def test_changed_content_makes_another_hit() -> None:
    assert hit_id(PLAYER, "un", "CDi.001", "c0ffee") != hit_id(PLAYER, "un", "CDi.001", "c0ffef")
    assert hit_id(PLAYER, "un", "CDi.001", "c0ffee") == hit_id(PLAYER, "un", "CDi.001", "c0ffee")


def test_a_person_clears_or_confirms(spec: Sentence) -> None:
    spec.given(RAISED).when(decision("clear", " born elsewhere ")).then(CLEARED)
    spec.given(RAISED).when(decision("confirm", "same passport")).then(CONFIRMED)


def test_deciding_twice_alike_adds_nothing(spec: Sentence) -> None:
    spec.given(RAISED, CLEARED).when(decision("clear", "still")).then_nothing()


def test_deciding_otherwise_is_refused(spec: Sentence) -> None:
    spec.given(RAISED, CLEARED).when(decision("confirm", "no")).then_raises(errors.HitAlreadyDecided)


def test_a_decision_needs_a_reason(spec: Sentence) -> None:
    assert spec.given(RAISED).when(decision("clear", "  ")).then_raises(errors.ReasonMissing).field == "reason"


def test_what_was_never_raised_or_was_withdrawn_cannot_be_decided(spec: Sentence) -> None:
    spec.when(decision("clear", "x")).then_raises(errors.HitUnknown)
    spec.given(RAISED, WITHDRAWN).when(decision("clear", "x")).then_raises(errors.HitGone)


def test_only_an_undecided_hit_is_withdrawn(spec: Sentence) -> None:
    spec.given(RAISED).when(WithdrawHit(now=NOW)).then(WITHDRAWN)
    spec.given(RAISED, CONFIRMED).when(WithdrawHit(now=NOW)).then_nothing()
