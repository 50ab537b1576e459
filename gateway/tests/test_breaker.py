"""The circuit breaker, held against a slow and obvious model of itself, and the budget of repetitions."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, rule

from gateway.breaker import Breaker, Pass
from gateway.upstreams import RetryBudget


class BreakerMachine(RuleBasedStateMachine):
    """Time passes in quarter seconds, requests begin, and end well, badly, or without telling anything."""

    @initialize()
    def begin(self) -> None:
        self.moment = 0.0
        self.breaker = Breaker(now=lambda: self.moment)
        self.told: list[tuple[float, bool]] = []
        self.opened_at: float | None = None
        self.era = 0
        self.probe: Pass | None = None
        self.eras: dict[int, int] = {}

    passes = Bundle("passes")

    @rule(quarters=st.integers(1, 24))
    def wait(self, quarters: int) -> None:
        self.moment += quarters * 0.25

    @rule(target=passes)
    def enter(self) -> Pass | None:
        leave = self.breaker.enter()
        if self.opened_at is None:
            assert leave is not None
            assert not leave.probe
        elif self.moment - self.opened_at < 5 or self.probe is not None:
            assert leave is None
        else:
            assert leave is not None
            assert leave.probe
            self.probe = leave
        if leave is not None:
            self.eras[id(leave)] = self.era
        return leave

    @rule(leave=consumes(passes), good=st.sampled_from([True, False, False, None]))
    def end(self, leave: Pass | None, good: bool | None) -> None:
        if leave is None:
            return
        {True: leave.good, False: leave.bad, None: leave.unknown}[good]()
        if self.eras.pop(id(leave)) != self.era:
            return
        if leave is self.probe:
            self.probe = None
            if good is not None:
                self.turn(None if good else self.moment)
        elif good is not None:
            self.count(good)

    @rule(good=st.integers(0, 15), bad=st.integers(0, 25))
    def many(self, good: int, bad: int) -> None:
        """A burst; what is refused in the middle of it is refused."""
        for outcome in [True] * good + [False] * bad:
            leave = self.breaker.enter() if self.opened_at is None else None
            if leave is not None:
                (leave.good if outcome else leave.bad)()
                self.count(outcome)

    def count(self, good: bool) -> None:
        self.told = [one for one in self.told if self.moment - one[0] < 10] + [(self.moment, good)]
        failed = sum(not good for _, good in self.told)
        if len(self.told) >= 20 and failed * 2 >= len(self.told):
            self.turn(self.moment)

    def turn(self, opened_at: float | None) -> None:
        self.opened_at, self.told = opened_at, []
        self.era += 1

    @invariant()
    def says_what_it_is(self) -> None:
        expected = "closed" if self.opened_at is None else "half-open" if self.moment - self.opened_at >= 5 else "open"
        assert self.breaker.state == expected
        assert 0 <= self.breaker.wait_s <= 5


TestBreaker = BreakerMachine.TestCase
TestBreaker.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)


def test_what_was_asked_before_it_opened_does_not_close_it() -> None:
    moment = 0.0
    breaker = Breaker(now=lambda: moment)
    early = breaker.enter()
    assert early is not None
    for _ in range(20):
        leave = breaker.enter()
        assert leave is not None
        leave.bad()
    moment = 5.0
    early.good()
    assert breaker.state == "half-open"


def test_a_probe_that_tells_nothing_lets_the_next_one_probe() -> None:
    moment = 0.0
    breaker = Breaker(now=lambda: moment)
    for _ in range(20):
        leave = breaker.enter()
        assert leave is not None
        leave.bad()
    moment = 5.0
    probe = breaker.enter()
    assert probe is not None
    assert breaker.enter() is None
    probe.unknown()
    assert breaker.enter() is not None


def test_a_pass_counts_once() -> None:
    breaker = Breaker(now=lambda: 0.0)
    leave = breaker.enter()
    assert leave is not None
    for _ in range(50):
        leave.bad()
    assert breaker.state == "closed"


def test_one_in_ten_is_repeated_over_time() -> None:
    budget = RetryBudget()
    repeated = 0
    for _ in range(10_000):
        budget.earn()
        repeated += budget.take()
    assert 1000 <= repeated <= 1010
