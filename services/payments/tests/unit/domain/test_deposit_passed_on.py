"""A deposit that goes on to another provider, and what the providers behind it may still say."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.testing.spec import Spec
from payments.domain.deposit import events as e
from payments.domain.deposit.aggregate import deposit
from payments.domain.deposit.cascade import PASSED_ON_WITHIN, deposit_of
from payments.domain.deposit.commands import (
    CreditSecondPayment,
    DepositCommand,
    ExpireDeposit,
    HearProvider,
    NextProvider,
    RequestDeposit,
)
from payments.domain.deposit.errors import DepositAlreadyRequested, UnlawfulDepositWord
from payments.domain.deposit.events import DepositEvent
from payments.domain.deposit.reversal import unexplained
from payments.domain.deposit.standing import DepositStanding
from payments.domain.deposit.states import Absent, Deposit, Refused, Succeeded, asked
from payments.domain.deposit.words import (
    ActionNeeded,
    Declined,
    DepositWord,
    GivenBack,
    Settled,
    TakenBack,
    Unanswered,
    Underway,
)

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SECOND_ID = UUID(int=9)
AT_A: e.DepositFields = {
    "player_id": UUID(int=1),
    "casino_id": UUID(int=2),
    "provider": "a",
    "amount_minor": 50_00,
    "currency": "EUR",
}
AT_B: e.DepositFields = {**AT_A, "provider": "b"}
AT_C: e.DepositFields = {**AT_A, "provider": "c"}
SETTLED_49: e.DepositFields = {**AT_A, "amount_minor": 49_00}
REQUESTED = e.DepositRequested(
    **AT_A, return_url="sealed", sent_as="us-a", requested_at=NOW, method="card", route=("b", "c"), attempts_max=2
)
PASSED_ON = e.DepositPassedOn(
    **AT_B, declined_by="a", reference="a1", code="no", closed=True, sent_as="us-b", passed_on_at=NOW
)
STILL_OPEN = replace(PASSED_ON, closed=False)
NO = Declined(reference="a1", code="no", final=True)
B = NextProvider(provider="b", sent_as="us-b")
PAID_AT_A = Settled(reference="a1", amount_minor=50_00, currency="EUR")
PAID_AT_B = Settled(reference="b1", amount_minor=50_00, currency="EUR")
SUCCEEDED_AT_B = e.DepositSucceeded(**AT_B, reference="b1", requested_minor=50_00, late=False, said_at=NOW)
SUCCEEDED_AT_A = e.DepositSucceeded(**AT_A, reference="a1", requested_minor=50_00, late=True, said_at=NOW)

DepositSpec = Spec[DepositCommand, Deposit, DepositEvent]


@pytest.fixture
def spec() -> DepositSpec:
    return Spec(deposit)


def hear(
    word: DepositWord, provider: str = "a", *, on_to: NextProvider | None = None, at: datetime = NOW
) -> HearProvider:
    return HearProvider(word=word, said_at=at, provider=provider, next=on_to, second_id=SECOND_ID)


# --- going on


def test_a_no_that_others_need_not_share_leads_on_to_the_next_provider(spec: DepositSpec) -> None:
    spec.given(REQUESTED).when(hear(NO, on_to=B)).then(PASSED_ON)


def test_a_no_that_leads_nowhere_is_the_end(spec: DepositSpec) -> None:
    failed = e.DepositFailed(**AT_A, reference="a1", code="no")
    spec.given(REQUESTED).when(hear(NO)).then(failed, e.DepositClosed(**AT_A))


def test_no_answer_never_leads_on(spec: DepositSpec) -> None:
    spec.given(REQUESTED).when(hear(Unanswered(), on_to=B)).then(e.DepositOutcomeUnknown(**AT_A))


def test_after_no_answer_a_sure_no_leads_on(spec: DepositSpec) -> None:
    spec.given(REQUESTED, e.DepositOutcomeUnknown(**AT_A)).when(hear(NO, on_to=B)).then(PASSED_ON)


@pytest.mark.parametrize(
    "begun",
    [
        e.DepositActionRequired(**AT_A, reference="a1", next_action=None),
        e.DepositSubmitted(**AT_A, reference="a1"),
    ],
)
def test_where_the_player_could_still_pay_only_a_final_no_leads_on(
    spec: DepositSpec, begun: e.DepositActionRequired | e.DepositSubmitted
) -> None:
    spec.given(REQUESTED, begun).when(hear(NO, on_to=B)).then(PASSED_ON)
    open_no = replace(NO, final=False)
    spec.given(REQUESTED, begun).when(hear(open_no, on_to=B)).then(e.DepositFailed(**AT_A, reference="a1", code="no"))


def test_a_no_that_comes_too_late_leads_nowhere(spec: DepositSpec) -> None:
    late = hear(replace(NO, final=False), on_to=B, at=NOW + PASSED_ON_WITHIN + timedelta(seconds=1))
    spec.given(REQUESTED).when(late).then(e.DepositFailed(**AT_A, reference="a1", code="no"))


def test_no_more_providers_are_tried_than_agreed(spec: DepositSpec) -> None:
    no = Declined(reference="b1", code="no", final=True)
    third = NextProvider(provider="c", sent_as="us-c")
    failed = e.DepositFailed(**AT_B, reference="b1", code="no")
    spec.given(REQUESTED, PASSED_ON).when(hear(no, "b", on_to=third)).then(failed, e.DepositClosed(**AT_B))


def test_a_provider_outside_the_route_is_not_gone_on_to(spec: DepositSpec) -> None:
    elsewhere = NextProvider(provider="z", sent_as="us")
    failed = e.DepositFailed(**AT_A, reference="a1", code="no")
    spec.given(REQUESTED).when(hear(NO, on_to=elsewhere)).then(failed, e.DepositClosed(**AT_A))


def test_what_the_provider_took_back_was_paid_and_goes_nowhere(spec: DepositSpec) -> None:
    back = e.DepositReversalAnnounced(**AT_A, reference="a1", movement="m", reversed_minor=1_00, code="refunded")
    failed = e.DepositFailed(**AT_A, reference="a1", code="no")
    spec.given(REQUESTED, back).when(hear(NO, on_to=B)).then(failed, e.DepositClosed(**AT_A))


def test_the_repeat_of_a_request_whose_provider_was_chosen_for_it_adds_nothing(spec: DepositSpec) -> None:
    again = RequestDeposit(
        **AT_C, return_url="sealed", sent_as="us", standing=DepositStanding(), now=NOW, method="card"
    )
    spec.given(REQUESTED, PASSED_ON).when(again).then_nothing()
    spec.given(REQUESTED).when(replace(again, method="bank")).then_raises(DepositAlreadyRequested)
    spec.given(REQUESTED).when(replace(again, method=None)).then_raises(DepositAlreadyRequested)


# --- what is said afterwards


def test_the_provider_it_went_on_to_pays(spec: DepositSpec) -> None:
    spec.given(REQUESTED, PASSED_ON).when(hear(PAID_AT_B, "b")).then(SUCCEEDED_AT_B)


@pytest.mark.parametrize("word", [NO, Underway(reference="a1"), ActionNeeded(reference="a1"), Unanswered()])
def test_the_one_behind_repeats_itself_in_vain(spec: DepositSpec, word: DepositWord) -> None:
    spec.given(REQUESTED, PASSED_ON).when(hear(word)).then_nothing()
    spec.given(REQUESTED, PASSED_ON, SUCCEEDED_AT_B).when(hear(word)).then_nothing()


def test_the_one_behind_says_that_it_is_over(spec: DepositSpec) -> None:
    spec.given(REQUESTED, STILL_OPEN).when(hear(NO)).then(e.DepositClosed(**AT_A))
    spec.given(REQUESTED, STILL_OPEN, e.DepositClosed(**AT_A)).when(hear(NO)).then_nothing()


@pytest.mark.parametrize(
    "then", [(), (e.DepositExpired(**AT_B),), (e.DepositFailed(**AT_B, reference=None, code="no"),)]
)
def test_the_one_behind_was_paid_after_all(spec: DepositSpec, then: tuple[DepositEvent, ...]) -> None:
    spec.given(REQUESTED, PASSED_ON, *then).when(hear(PAID_AT_A)).then(SUCCEEDED_AT_A)
    state = deposit.fold([REQUESTED, PASSED_ON, *then, SUCCEEDED_AT_A])
    assert isinstance(state, Succeeded)
    assert (asked(state).fact.provider, asked(state).sent_as) == ("a", "us-a")
    assert [one.provider for one in asked(state).earlier] == ["b"]


def test_both_are_paid_and_the_second_is_a_deposit_of_its_own(spec: DepositSpec) -> None:
    twice = e.DepositPaidTwice(**AT_A, reference="a1", second_id=SECOND_ID)
    spec.given(REQUESTED, PASSED_ON, SUCCEEDED_AT_B).when(hear(PAID_AT_A)).then(twice)
    spec.given(REQUESTED, PASSED_ON, SUCCEEDED_AT_B, twice).when(hear(PAID_AT_A)).then_nothing()
    state = deposit.fold([REQUESTED, PASSED_ON, SUCCEEDED_AT_B, twice])
    assert not isinstance(state, Absent | Refused)
    assert deposit_of(state, UUID(int=5), "a") == SECOND_ID
    assert deposit_of(state, UUID(int=5), "b") == UUID(int=5)


def test_the_one_gone_on_to_may_be_the_second_to_be_paid(spec: DepositSpec) -> None:
    twice = e.DepositPaidTwice(**AT_B, reference="b1", second_id=SECOND_ID)
    spec.given(REQUESTED, PASSED_ON, SUCCEEDED_AT_A).when(hear(PAID_AT_B, "b")).then(twice)


def test_a_second_payment_is_credited_as_settled_and_pays_debts_first(spec: DepositSpec) -> None:
    credit = CreditSecondPayment(
        **SETTLED_49, reference="a1", requested_minor=50_00, sent_as="us-a", method="card",
        said_at=NOW, now=NOW, cash_minor=0, owed_minor=9_00,
    )  # fmt: skip
    requested = e.DepositRequested(**AT_A, return_url=None, sent_as="us-a", requested_at=NOW, method="card")
    succeeded = replace(SUCCEEDED_AT_A, amount_minor=49_00, recovered_minor=9_00)
    spec.given().when(credit).then(requested, succeeded)
    spec.given(requested, succeeded).when(credit).then_nothing()


def test_what_contradicts_what_is_known_of_the_one_behind_is_set_aside(spec: DepositSpec) -> None:
    given_ = spec.given(REQUESTED, PASSED_ON)
    given_.when(hear(replace(PAID_AT_A, reference="a2"))).then_raises(UnlawfulDepositWord)
    given_.when(hear(replace(PAID_AT_A, currency="SEK"))).then_raises(UnlawfulDepositWord)
    given_.when(hear(PAID_AT_A, "c")).then_raises(UnlawfulDepositWord)


@pytest.mark.parametrize("then", [(), (SUCCEEDED_AT_B,)])
def test_what_the_one_behind_took_and_gave_back_waits_and_comes_with_its_payment(
    spec: DepositSpec, then: tuple[DepositEvent, ...]
) -> None:
    back = TakenBack(reference="a1", movement="m", amount_minor=20_00, currency="EUR", code="chargeback")
    again = GivenBack(reference="a1", movement="m", amount_minor=20_00, currency="EUR", code="won")
    taken = e.DepositReversalAnnounced(**AT_A, reference="a1", movement="m", reversed_minor=20_00, code="chargeback")
    given_ = e.DepositReinstatementAnnounced(**AT_A, reference="a1", movement="m", reinstated_minor=20_00, code="won")
    history = [REQUESTED, PASSED_ON, *then]
    spec.given(*history).when(hear(back)).then(taken)
    spec.given(*history, taken).when(hear(back)).then_nothing()
    spec.given(*history, taken).when(hear(again)).then(given_)
    spec.given(*history, taken).when(hear(replace(back, amount_minor=1))).then_raises(UnlawfulDepositWord)
    state = deposit.fold([REQUESTED, PASSED_ON, taken, given_, SUCCEEDED_AT_B])
    assert isinstance(state, Succeeded)
    assert asked(state).announced == ()
    (behind,) = asked(state).earlier
    assert (behind.announced, behind.given_early) == ((back,), (again,))
    assert unexplained(state) == [back, again]


def test_a_second_payment_brings_what_was_taken_of_it_before_it_was_known(spec: DepositSpec) -> None:
    back = TakenBack(reference="a1", movement="m", amount_minor=20_00, currency="EUR", code="chargeback")
    others = replace(back, reference="a9", movement="n")
    credit = CreditSecondPayment(
        **AT_A, reference="a1", requested_minor=50_00, sent_as="us-a", method="card", said_at=NOW, now=NOW,
        cash_minor=0, owed_minor=0, known_as=UUID(int=5), announced=(back, others),
    )  # fmt: skip
    requested = e.DepositRequested(
        **AT_A, return_url=None, sent_as="us-a", requested_at=NOW, method="card", known_as=UUID(int=5)
    )
    taken = e.DepositReversalAnnounced(**AT_A, reference="a1", movement="m", reversed_minor=20_00, code="chargeback")
    reversed_ = e.DepositReversed(
        **AT_A, reference="a1", movement="m", reversed_minor=20_00, all_reversed_minor=20_00, from_cash_minor=20_00,
        owed_minor=0, code="chargeback",
    )  # fmt: skip
    stranger = replace(taken, reference="a9", movement="n")
    spec.given().when(credit).then(requested, taken, stranger, SUCCEEDED_AT_A, reversed_)
    state = deposit.fold([requested, taken, stranger, SUCCEEDED_AT_A, reversed_])
    assert isinstance(state, Succeeded)
    assert asked(state).known_as == UUID(int=5)
    assert unexplained(state) == [others]


def test_what_the_one_behind_took_back_waits_until_it_is_known_as_paid(spec: DepositSpec) -> None:
    back = TakenBack(reference="a1", movement="m", amount_minor=1_00, currency="EUR", code="refunded")
    announced = e.DepositReversalAnnounced(**AT_A, reference="a1", movement="m", reversed_minor=1_00, code="refunded")
    spec.given(REQUESTED, PASSED_ON).when(hear(back)).then(announced)
    taken = e.DepositReversed(
        **AT_A, reference="a1", movement="m", reversed_minor=1_00, all_reversed_minor=1_00, from_cash_minor=1_00,
        owed_minor=0, code="refunded",
    )  # fmt: skip
    spec.given(REQUESTED, PASSED_ON, announced).when(hear(PAID_AT_A)).then(SUCCEEDED_AT_A, taken)


WORDS = st.sampled_from(
    [
        hear(NO, on_to=B), hear(replace(NO, final=False), on_to=B), hear(PAID_AT_A), hear(PAID_AT_B, "b"),
        hear(ActionNeeded(reference="a1")), hear(ActionNeeded(reference="b1"), "b"), hear(Unanswered()),
        hear(Declined(reference="b1", code="no", final=True), "b"), ExpireDeposit(),
    ]
)  # fmt: skip


@given(st.lists(WORDS, max_size=10))
def test_each_provider_is_credited_at_most_once_whatever_is_said(words: list[DepositCommand]) -> None:
    history: list[DepositEvent] = [REQUESTED]
    heard_paid = set()
    for command in words:
        try:
            history += deposit.decide(command, deposit.fold(history))
        except UnlawfulDepositWord:
            continue
        if isinstance(command, HearProvider) and isinstance(command.word, Settled):
            heard_paid.add(command.provider or "")
    credited = [one.provider for one in history if isinstance(one, e.DepositSucceeded | e.DepositPaidTwice)]
    assert sorted(credited) == sorted(heard_paid)
    passed = [one for one in history if isinstance(one, e.DepositPassedOn)]
    assert len(passed) <= 1
    assert {"b"} >= {one.provider for one in passed}
