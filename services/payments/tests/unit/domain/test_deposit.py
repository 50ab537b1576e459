"""A deposit's life, told as given/when/then."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.testing.spec import Spec
from payments.domain.deposit import events as e
from payments.domain.deposit.aggregate import deposit
from payments.domain.deposit.commands import DepositCommand, ExpireDeposit, HearProvider, RequestDeposit, StopDeposit
from payments.domain.deposit.errors import DepositAlreadyRequested, UnlawfulDepositWord
from payments.domain.deposit.events import DepositEvent
from payments.domain.deposit.standing import DepositStanding, LimitUse, obstacle, window_start
from payments.domain.deposit.states import Deposit
from payments.domain.deposit.words import ActionNeeded, Declined, DepositWord, Settled, Unanswered, Underway

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
FACT: e.DepositFields = {
    "player_id": UUID(int=1),
    "casino_id": UUID(int=2),
    "provider": "stripe",
    "amount_minor": 50_00,
    "currency": "EUR",
}
REQUEST = RequestDeposit(**FACT, return_url="sealed", sent_as="us", standing=DepositStanding(), now=NOW)
REQUESTED = e.DepositRequested(**FACT, return_url="sealed", sent_as="us", requested_at=NOW)
ACTION = e.DepositActionRequired(**FACT, reference="pi_1", next_action="sealed")
SUBMITTED = e.DepositSubmitted(**FACT, reference="pi_1")
UNKNOWN = e.DepositOutcomeUnknown(**FACT)
SUCCEEDED = e.DepositSucceeded(**FACT, reference="pi_1", requested_minor=50_00, late=False, said_at=NOW)
LATE = replace(SUCCEEDED, late=True)
FAILED = e.DepositFailed(**FACT, reference="pi_1", code="card_declined")
EXPIRED = e.DepositExpired(**FACT)
CLOSED = e.DepositClosed(**FACT)
SETTLED = Settled(reference="pi_1", amount_minor=50_00, currency="EUR")
DECLINED = Declined(reference="pi_1", code="card_declined")
CANCELED = Declined(reference="pi_1", code="canceled", final=True)
UNDERWAY = Underway(reference="pi_1")
ACTION_NEEDED = ActionNeeded(reference="pi_1", next_action="sealed")

DepositSpec = Spec[DepositCommand, Deposit, DepositEvent]


@pytest.fixture
def spec() -> DepositSpec:
    return Spec(deposit)


def hear(word: DepositWord, after: timedelta = timedelta(0)) -> HearProvider:
    return HearProvider(word=word, said_at=NOW + after)


def test_a_deposit_is_recorded_before_the_provider_is_called(spec: DepositSpec) -> None:
    spec.given().when(REQUEST).then(REQUESTED)


def test_requesting_twice_adds_nothing(spec: DepositSpec) -> None:
    spec.given(REQUESTED).when(REQUEST).then_nothing()


def test_the_id_of_another_deposit_is_refused(spec: DepositSpec) -> None:
    spec.given(REQUESTED).when(replace(REQUEST, amount_minor=1)).then_raises(DepositAlreadyRequested)


@pytest.mark.parametrize(
    ("standing", "code"),
    [
        (DepositStanding(blocked=True), "account_blocked"),
        (DepositStanding(excluded=True), "self_excluded"),
        (DepositStanding(under_review=True), "account_under_review"),
        (DepositStanding(erased=True, excluded=True), "subject_erased"),
        (DepositStanding(feed_fresh=False), "restriction_feed_stale"),
        (
            DepositStanding(limits=(LimitUse(period="day", limit_minor=60_00, used_minor=10_01),)),
            "deposit_limit_reached",
        ),
    ],
)
def test_what_forbids_a_deposit_is_recorded_with_its_code(
    spec: DepositSpec, standing: DepositStanding, code: str
) -> None:
    spec.given().when(replace(REQUEST, standing=standing)).then(e.DepositRefused(**FACT, code=code))


def test_a_deposit_up_to_the_limit_is_allowed() -> None:
    use = LimitUse(period="week", limit_minor=60_00, used_minor=10_00)
    assert obstacle(DepositStanding(limits=(use,)), 50_00) is None


def test_a_refused_deposit_stays_refused(spec: DepositSpec) -> None:
    spec.given(e.DepositRefused(**FACT, code="self_excluded")).when(REQUEST).then_nothing()


def test_the_players_next_step_is_recorded(spec: DepositSpec) -> None:
    spec.given(REQUESTED).when(hear(ACTION_NEEDED)).then(ACTION)


def test_an_unanswered_call_is_an_unknown_outcome_not_a_failure(spec: DepositSpec) -> None:
    spec.given(REQUESTED).when(hear(Unanswered())).then(UNKNOWN)


def test_asking_again_without_an_answer_adds_nothing(spec: DepositSpec) -> None:
    spec.given(REQUESTED, UNKNOWN).when(hear(Unanswered())).then_nothing()


@pytest.mark.parametrize("before", [(), (ACTION,), (SUBMITTED,), (UNKNOWN,)])
def test_the_providers_word_settles_any_waiting_deposit(spec: DepositSpec, before: tuple[DepositEvent, ...]) -> None:
    spec.given(REQUESTED, *before).when(hear(SETTLED)).then(SUCCEEDED)


def test_what_is_credited_is_what_the_provider_settled(spec: DepositSpec) -> None:
    credited = replace(SUCCEEDED, amount_minor=49_00, requested_minor=50_00)
    spec.given(REQUESTED).when(hear(replace(SETTLED, amount_minor=49_00))).then(credited)


@pytest.mark.parametrize("given_up", [FAILED, EXPIRED])
def test_a_late_success_is_credited_and_flagged(spec: DepositSpec, given_up: DepositEvent) -> None:
    spec.given(REQUESTED, given_up).when(hear(SETTLED)).then(LATE)


@pytest.mark.parametrize("word", [SETTLED, UNDERWAY, ACTION_NEEDED, Unanswered()])
def test_after_success_repeats_and_overtaken_words_add_nothing(spec: DepositSpec, word: DepositWord) -> None:
    spec.given(REQUESTED, SUCCEEDED).when(hear(word, timedelta(hours=1))).then_nothing()


def test_a_refusal_said_before_the_success_was_overtaken(spec: DepositSpec) -> None:
    spec.given(REQUESTED, SUCCEEDED).when(hear(DECLINED, timedelta(seconds=-1))).then_nothing()


def test_a_refusal_said_after_the_success_is_set_aside(spec: DepositSpec) -> None:
    refusal = spec.given(REQUESTED, SUCCEEDED).when(hear(DECLINED, timedelta(seconds=1)))
    assert refusal.then_raises(UnlawfulDepositWord).why == "declined_after_success"


@pytest.mark.parametrize("ours", [True, False])
def test_where_two_clocks_told_what_came_first_a_refusal_near_the_success_is_set_aside(
    spec: DepositSpec, ours: bool
) -> None:
    """Who learned of the success by asking has a moment of his own for it, and the provider's clock may be behind."""
    success = replace(SUCCEEDED, by_our_clock=ours)

    def told(after: timedelta) -> HearProvider:
        command = hear(DECLINED, after)
        return replace(command, heard_at=command.said_at + timedelta(hours=ours))

    near = spec.given(REQUESTED, success).when(told(timedelta(minutes=-4)))
    assert near.then_raises(UnlawfulDepositWord).why == "declined_after_success"
    spec.given(REQUESTED, success).when(told(timedelta(minutes=-6))).then_nothing()


def test_an_answer_to_a_question_of_ours_brings_a_moment_by_our_clock(spec: DepositSpec) -> None:
    asked = replace(hear(SETTLED), heard_at=NOW)
    spec.given(REQUESTED).when(asked).then(replace(SUCCEEDED, by_our_clock=True))


def test_a_second_payment_for_the_same_deposit_is_set_aside(spec: DepositSpec) -> None:
    refusal = spec.given(REQUESTED, SUCCEEDED).when(hear(replace(SETTLED, reference="pi_2")))
    assert refusal.then_raises(UnlawfulDepositWord).why == "settled_twice"


@pytest.mark.parametrize(("history", "late"), [((ACTION,), False), ((SUBMITTED,), False), ((ACTION, EXPIRED), True)])
def test_a_payment_with_a_name_of_its_own_is_credited_once(
    spec: DepositSpec, history: tuple[DepositEvent, ...], late: bool
) -> None:
    paid = replace(SETTLED, reference="psp_1", names_payment=True)
    success = replace(SUCCEEDED, reference="psp_1", late=late)
    spec.given(REQUESTED, *history).when(hear(paid)).then(success)
    spec.given(REQUESTED, *history, success).when(hear(paid)).then_nothing()
    second = spec.given(REQUESTED, *history, success).when(hear(replace(paid, reference="psp_2")))
    assert second.then_raises(UnlawfulDepositWord).why == "settled_twice"


def test_another_currency_is_set_aside(spec: DepositSpec) -> None:
    refusal = spec.given(REQUESTED).when(hear(replace(SETTLED, currency="USD")))
    assert refusal.then_raises(UnlawfulDepositWord).why == "currency_differs"


def test_another_payments_refusal_does_not_fail_this_one(spec: DepositSpec) -> None:
    refusal = spec.given(REQUESTED, ACTION).when(hear(replace(DECLINED, reference="pi_2")))
    assert refusal.then_raises(UnlawfulDepositWord).why == "reference_differs"


@pytest.mark.parametrize(
    ("history", "why"),
    [((), "unknown_reference"), ((e.DepositRefused(**FACT, code="self_excluded"),), "deposit_was_refused")],
)
def test_a_word_about_no_deposit_of_ours_is_set_aside(
    spec: DepositSpec, history: tuple[DepositEvent, ...], why: str
) -> None:
    assert spec.given(*history).when(hear(SETTLED)).then_raises(UnlawfulDepositWord).why == why


def test_a_waiting_deposit_expires(spec: DepositSpec) -> None:
    spec.given(REQUESTED, ACTION).when(ExpireDeposit()).then(EXPIRED)


@pytest.mark.parametrize("last", [SUCCEEDED, FAILED, EXPIRED])
def test_what_is_decided_does_not_expire(spec: DepositSpec, last: DepositEvent) -> None:
    spec.given(REQUESTED, last).when(ExpireDeposit()).then_nothing()


def test_a_decline_fails_a_deposit_that_may_still_be_paid(spec: DepositSpec) -> None:
    spec.given(REQUESTED, ACTION).when(hear(DECLINED)).then(FAILED)


def test_a_final_refusal_fails_a_deposit_and_closes_it(spec: DepositSpec) -> None:
    spec.given(REQUESTED, ACTION).when(hear(CANCELED)).then(replace(FAILED, code="canceled"), CLOSED)


@pytest.mark.parametrize("given_up", [FAILED, EXPIRED])
def test_what_was_given_up_is_closed_once_when_the_provider_says_so(spec: DepositSpec, given_up: DepositEvent) -> None:
    spec.given(REQUESTED, ACTION, given_up).when(hear(DECLINED)).then_nothing()
    spec.given(REQUESTED, ACTION, given_up).when(hear(CANCELED)).then(CLOSED)
    spec.given(REQUESTED, ACTION, given_up, CLOSED).when(hear(CANCELED)).then_nothing()
    spec.given(REQUESTED, ACTION, given_up, CLOSED).when(hear(SETTLED)).then(LATE)


def test_another_payments_end_does_not_close_this_one(spec: DepositSpec) -> None:
    refusal = spec.given(REQUESTED, ACTION, FAILED).when(hear(replace(CANCELED, reference="pi_2")))
    assert refusal.then_raises(UnlawfulDepositWord).why == "reference_differs"


@pytest.mark.parametrize("before", [(), (ACTION,), (SUBMITTED,), (UNKNOWN,)])
def test_what_must_not_be_paid_any_more_is_given_up(spec: DepositSpec, before: tuple[DepositEvent, ...]) -> None:
    stopped = replace(FAILED, code="self_excluded", reference="pi_1" if before in ((ACTION,), (SUBMITTED,)) else None)
    spec.given(REQUESTED, *before).when(StopDeposit(code="self_excluded")).then(stopped)


@pytest.mark.parametrize("last", [SUCCEEDED, FAILED, EXPIRED])
def test_what_is_decided_is_not_stopped(spec: DepositSpec, last: DepositEvent) -> None:
    spec.given(REQUESTED, last).when(StopDeposit(code="self_excluded")).then_nothing()


WORDS = st.sampled_from([SETTLED, DECLINED, CANCELED, UNDERWAY, ACTION_NEEDED, Unanswered()])
COMMANDS = st.lists(
    st.one_of(
        st.builds(hear, WORDS, st.integers(-9, 9).map(lambda s: timedelta(seconds=s))),
        st.just(ExpireDeposit()),
        st.just(StopDeposit(code="self_excluded")),
    )
)


@given(COMMANDS)
def test_whatever_the_order_a_deposit_succeeds_at_most_once(commands: list[DepositCommand]) -> None:
    history: list[DepositEvent] = []
    for command in [REQUEST, *commands]:
        try:
            history += deposit.decide(command, deposit.fold(history))
        except UnlawfulDepositWord:
            continue
    settled = any(isinstance(command, HearProvider) and command.word == SETTLED for command in commands)
    assert sum(isinstance(event, e.DepositSucceeded) for event in history) == settled


@pytest.mark.parametrize(
    ("period", "begins"),
    [("day", "2026-03-28T23:00"), ("week", "2026-03-22T23:00"), ("month", "2026-02-28T23:00")],
)
def test_windows_begin_by_the_casinos_calendar_on_the_day_the_clocks_change(period: str, begins: str) -> None:
    at = datetime(2026, 3, 29, 20, tzinfo=UTC)
    assert window_start(period, at, "Europe/Malta") == datetime.fromisoformat(begins + "+00:00")  # type: ignore[arg-type]
