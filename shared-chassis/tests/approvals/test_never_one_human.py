"""Whatever people do in whatever order: nothing is done with one human, and nothing is done twice.

The machine drives the real part on a real PostgreSQL over HTTP. It knows only who did what; after every step it looks
at what was really done, in whose name and by whose authority. What is most likely to go wrong is played besides, step
by step, so that it does not depend on luck.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as played
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from chassis.settings import ServiceSettings
from chassis.testing.postgres import CHASSIS, Databases, opened
from chassis.testing.tokens import bearer, make_token

from .conftest import Mast, create
from .example import APPROVE, LIST, NOW, RAISE, accidentally

PEOPLE = st.integers(0, 2)
OTHERS = st.sampled_from([1, 2, 1, 2, 1, 2, 0])
"""Counted from the requester: 0 is himself."""
WHICH = st.sampled_from(["waiting", "waiting", "waiting", "newest", "before"])
"""Most of what people do is about a proposal that can still come to something; the rest is about one that is over."""
COLOURS = st.sampled_from(["blue", "red", "green"])
CONCERNED = st.sampled_from([None, None, None, 1])
"""With more people barred than not, hardly anything would ever be done."""
RARELY = st.sampled_from([False, False, True])
ROLES = st.sampled_from([{RAISE, APPROVE}, {RAISE}, {APPROVE}, {LIST}])
SMALL = "white"
"""The colour of flags that are small enough for one person."""


class Machine(RuleBasedStateMachine):
    """Three people, and proposals about one flag."""

    mast: Mast
    loop: asyncio.AbstractEventLoop

    def run(self, waiting: Any) -> Any:
        return self.loop.run_until_complete(waiting)

    @initialize(colour=COLOURS, concerned=CONCERNED, needed=st.sampled_from([1, 2]))
    def begin(self, colour: str, concerned: int | None, needed: int) -> None:
        self.mast.casino, self.mast.needed = uuid4(), needed
        self.mast.restart()
        self.mast.people.held.clear()
        self.mast.people.disabled.clear()
        self.people = [uuid4() for _ in range(3)]
        self.proposals: list[Any] = []
        self.said_yes: dict[str, set[UUID]] = {}
        self.requested: dict[str, UUID] = {}
        self.concerned: dict[str, set[UUID]] = {}
        self.colours: dict[str, str] = {}
        self.ends: dict[str, datetime] = {}
        self.seen = 0
        self.carried_out: set[str] = set()
        self.concerns = concerned
        self.propose(0, colour, concerned)

    def of(self, which: str) -> Any:
        """The newest proposal or the one before it. Where the newest is over, and one that waits is asked for, it is
        made now, with everybody in office again.
        """
        if which == "before":
            return self.proposals[-2:][0]
        newest = self.proposals[-1]
        if which == "waiting" and (self.is_over(newest["approval_id"]) or not self.run(self.mast.waits(newest))):
            made = len(self.proposals)
            self.mast.people.held.clear()
            self.mast.people.disabled.clear()
            self.propose(made % len(self.people), ("blue", "red", "green")[made % 3], self.concerns)
        return self.proposals[-1]

    def is_over(self, approval_id: str) -> bool:
        return bool(self.mast.clock.now() >= self.ends[approval_id])

    def beside(self, one: Any, steps: int) -> UUID:
        """The person so many steps from who proposed it."""
        requester = self.people.index(self.requested[one["approval_id"]])
        return self.people[(requester + steps) % len(self.people)]

    @rule(who=PEOPLE, colour=COLOURS, concerned=CONCERNED)
    def propose(self, who: int, colour: str, concerned: int | None) -> None:
        requester = self.people[who]
        barred = None if concerned is None else str(self.people[concerned])
        body = {"colour": colour, "beneficiary": barred}
        answer = self.run(self.mast.client.put(self.mast.flag, json=body, headers=self.mast.as_(requester)))
        assert answer.status_code == 202, answer.text
        made = answer.json()
        if made["approval_id"] not in self.requested:
            self.proposals.append(made)
            self.said_yes[made["approval_id"]] = set()
            self.requested[made["approval_id"]] = requester
            self.concerned[made["approval_id"]] = set() if concerned is None else {self.people[concerned]}
            self.colours[made["approval_id"]] = colour
            self.ends[made["approval_id"]] = self.mast.clock.now() + timedelta(hours=24)

    @rule(who=PEOPLE)
    def do_something_small(self, who: int) -> None:
        body = {"colour": SMALL, "cents": 2}
        answer = self.run(self.mast.client.put(self.mast.flag, json=body, headers=self.mast.as_(self.people[who])))
        assert answer.status_code == 200, answer.text

    @rule(which=WHICH, colour=COLOURS)
    def edit(self, which: str, colour: str) -> None:
        one = self.of(which)
        headers = self.mast.as_(self.requested[one["approval_id"]])
        body = {"payload": {"casino_id": str(self.mast.casino), "colour": colour}}
        answer = self.run(self.mast.client.put(f"{one['href']}/payload", json=body, headers=headers))
        if answer.status_code == 200 and answer.json()["payload_sha256"] != one["payload_sha256"]:
            one["payload_sha256"] = answer.json()["payload_sha256"]
            self.said_yes[one["approval_id"]] = set()
            self.colours[one["approval_id"]] = colour

    @rule(who=OTHERS, which=WHICH, crash=RARELY, unseen=st.booleans())
    def approve(self, who: int, which: str, crash: bool, unseen: bool) -> None:
        one = self.of(which)
        person = self.beside(one, who)
        seen = {"payload_sha256": "0" * 64} if unseen else {}
        if not unseen and not self.is_over(one["approval_id"]):
            self.said_yes[one["approval_id"]].add(person)
        with accidentally(self.mast.accident, crash=crash):
            self.run(self.mast.approve(one, person, **seen))

    @rule(who=OTHERS, which=WHICH, proved=st.sampled_from([301, 86_400, None]))
    def approve_with_an_old_proof(self, who: int, which: str, proved: int | None) -> None:
        """Whoever proved too long ago who he is has not said yes."""
        one = self.of(which)
        moment = None if proved is None else int(self.mast.clock.now().timestamp()) - proved
        token = make_token(
            subject=self.beside(one, who), permissions=[APPROVE], casinos=[self.mast.casino], auth_time=moment
        )
        seen = {"payload_sha256": one["payload_sha256"]}
        self.run(self.mast.client.post(f"{one['href']}/approve", json=seen, headers=bearer(token)))

    @rule(who=OTHERS)
    def approve_as_one_should(self, who: int) -> None:
        self.approve(who, "waiting", crash=False, unseen=False)

    @rule(held=st.sampled_from([{APPROVE}, {LIST}]))
    def lose_it_and_be_approved(self, held: set[str]) -> None:
        """The requester loses the permission, and nobody has noticed when the others approve."""
        self.change(0, "waiting", held)
        self.approve(1, "newest", crash=False, unseen=False)
        self.approve(2, "newest", crash=False, unseen=False)

    @rule(who=OTHERS, which=WHICH, colour=COLOURS)
    def approve_and_edit(self, who: int, which: str, colour: str) -> None:
        """Between an approval and the execution the requester thinks of something else; then it is taken up again."""
        self.approve(who, which, crash=True, unseen=False)
        self.edit("before" if which == "before" else "newest", colour)
        self.go_on("retry", "newest")

    @rule(people=st.lists(PEOPLE, min_size=2, max_size=4), which=WHICH)
    def approve_at_once(self, people: list[int], which: str) -> None:
        one = self.of(which)
        who = [self.people[each] for each in people]
        if not self.is_over(one["approval_id"]):
            self.said_yes[one["approval_id"]] |= set(who)
        self.run(self._all(*(self.mast.approve(one, each) for each in who), self.mast.run_tasks()))

    async def _all(self, *waiting: Any) -> None:
        await asyncio.gather(*waiting)

    @rule(what=st.sampled_from(["reject", "withdraw", "pass a day", "pass an hour"]), who=OTHERS, which=WHICH)
    def end(self, what: str, who: int, which: str) -> None:
        one = self.of(which)
        headers = self.mast.as_(self.beside(one, who))
        if what == "reject":
            self.run(self.mast.client.post(f"{one['href']}/reject", json={"reason": "no"}, headers=headers))
        elif what == "withdraw":
            self.run(self.mast.client.post(f"{one['href']}/withdraw", headers=headers))
        else:
            self.mast.clock.advance(timedelta(hours=25 if what == "pass a day" else 1))
            self.run(self.mast.run_tasks())

    @rule(who=OTHERS, which=WHICH, approved=st.booleans())
    def sleep_a_day(self, who: int, which: str, approved: bool) -> None:
        """Nothing runs for a day, before or after it is approved."""
        self.of(which)
        same = "before" if which == "before" else "newest"
        if approved:
            self.approve(who, same, crash=True, unseen=False)
        self.mast.clock.advance(timedelta(hours=25))
        self.approve(who, same, crash=False, unseen=False)
        self.go_on("execute", same)

    @rule(what=st.sampled_from(["disable", "disable unnoticed"]), who=OTHERS, which=WHICH)
    def disable(self, what: str, who: int, which: str) -> None:
        self.mast.people.disabled.add(self.beside(self.of(which), who))
        if what == "disable":
            self.run(self.approvals.sweep())

    @rule(who=OTHERS, which=WHICH, held=ROLES)
    def change(self, who: int, which: str, held: set[str]) -> None:
        person = self.beside(self.of(which), who)
        self.mast.people.disabled.discard(person)
        self.mast.people.held[person] = held

    @rule(what=st.sampled_from(["retry", "execute", "restart"]), which=WHICH)
    def go_on(self, what: str, which: str) -> None:
        match what:
            case "retry":
                self.mast.clock.advance(timedelta(minutes=10))
                self.run(self.mast.run_tasks())
            case "execute":
                self.run(self.approvals.execute(UUID(self.of(which)["approval_id"]), NOW))
            case _:
                self.mast.restart()

    @property
    def approvals(self) -> Any:
        return self.mast.service.approvals

    @invariant()
    def two_humans_once(self) -> None:
        if not hasattr(self, "people"):
            return
        for one, person in self.run(self.mast.approvers()):
            meant = self.said_yes[one] - self.concerned[one] - {self.requested[one]}
            assert person in meant, "it counts as approved by somebody who has not said yes to it in time"
        done = [one for one in self.run(self.mast.raised()) if one[0] != SMALL]
        executed = self.run(self.mast.executed())
        assert len(done) == len(executed), "done twice, or in secret"
        new, which = done[self.seen :], executed - self.carried_out
        self.seen, self.carried_out = len(done), executed
        for colour, actor, authorised_by in new:
            humans = {UUID(actor), *map(UUID, filter(None, (authorised_by or "").split(",")))}
            assert len(humans) > self.mast.needed, f"done with too few humans: {humans}"
            assert self.mast.people.holds(UUID(actor), RAISE), "done in the name of somebody who may not any more"
            others = humans - {UUID(actor)}
            assert all(self.mast.people.holds(one, APPROVE) for one in others), "approved by somebody who may not"
            assert any(
                self.colours[one] == colour
                and self.requested[one] == UUID(actor)
                and not self.is_over(one)
                and others <= self.said_yes[one] - self.concerned[one]
                for one in which
            ), "done otherwise than it was approved"


Play = Callable[[Machine], None]


def _played(*steps: tuple[str, dict[str, Any]], needed: int = 1, concerned: int | None = None) -> Play:
    def play(machine: Machine) -> None:
        machine.begin("blue", concerned, needed)
        machine.two_humans_once()
        for name, options in steps:
            getattr(machine, name)(**{"which": "newest", **options})
            machine.two_humans_once()

    return play


def _approve(who: int, **options: Any) -> tuple[str, dict[str, Any]]:
    return "approve", {"who": who, "crash": False, "unseen": False, **options}


_RETRY = ("go_on", {"what": "retry"})

PLAYS: dict[str, Play] = {
    "the requester approves himself": _played(_approve(0), _RETRY),
    "the requester is one of the two who approve": _played(_approve(0), _approve(1), _RETRY, needed=2),
    "whoever profits approves": _played(_approve(1), _RETRY, concerned=1),
    "one person approves twice": _played(_approve(1), _approve(1), _RETRY, needed=2),
    "the requester is disabled before it is approved": _played(
        ("disable", {"what": "disable unnoticed", "who": 0}), _approve(1), _RETRY
    ),
    "the requester loses the permission before it is done": _played(
        _approve(1, crash=True), ("change", {"who": 0, "held": {APPROVE}}), _RETRY
    ),
    "an approver loses the permission before it is done": _played(
        _approve(1), ("change", {"who": 1, "held": {RAISE}}), _approve(2), _RETRY, needed=2
    ),
    "it is edited before it is done": _played(_approve(1, crash=True), ("edit", {"colour": "red"}), _RETRY),
    "it is edited between two approvals": _played(
        _approve(1), ("edit", {"colour": "red"}), _approve(2), _RETRY, needed=2
    ),
    "what was not seen is approved": _played(_approve(1, unseen=True), _RETRY),
    "an old proof": _played(("approve_with_an_old_proof", {"who": 1, "proved": 301}), _RETRY),
    "no proof": _played(("approve_with_an_old_proof", {"who": 1, "proved": None}), _RETRY),
    "it is approved after a day": _played(("end", {"what": "pass a day", "who": 1}), _approve(1), _RETRY),
    "it is done a day after it was approved": _played(
        _approve(1, crash=True), ("end", {"what": "pass a day", "who": 1}), _RETRY
    ),
    "nothing runs for a day before it is approved": _played(("sleep_a_day", {"who": 1, "approved": False}), _RETRY),
    "nothing runs for a day after it is approved": _played(("sleep_a_day", {"who": 1, "approved": True}), _RETRY),
}
"""What somebody who wants to do it alone would try."""


@pytest.mark.timeout(300)
async def test_nobody_finds_a_way_around_the_second_person(databases: Databases, settings: ServiceSettings) -> None:
    def play() -> None:
        for name, one in PLAYS.items():
            machine = Machine()
            try:
                one(machine)
            except AssertionError as problem:
                problem.add_note(name)
                raise

    await _in_a_world(databases, settings, play)


@pytest.mark.timeout(300)
async def test_nothing_is_ever_done_with_one_human_and_nothing_twice(
    databases: Databases, settings: ServiceSettings
) -> None:
    playing = played(
        max_examples=50,
        stateful_step_count=10,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    await _in_a_world(databases, settings, lambda: run_state_machine_as_test(Machine, settings=playing))


async def _in_a_world(databases: Databases, settings: ServiceSettings, play: Callable[[], None]) -> None:
    """Play in a thread with a loop of its own, on a database of its own."""
    url = await databases.create(CHASSIS)

    def begin() -> None:
        with asyncio.Runner() as runner:
            begun = opened(url, pool_size=10)
            db = runner.run(begun.__aenter__())
            runner.run(create(db))
            Machine.mast, Machine.loop = Mast.bare(db, settings), runner.get_loop()
            try:
                play()
            finally:
                runner.run(begun.__aexit__(None, None, None))

    await asyncio.to_thread(begin)
