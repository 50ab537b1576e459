"""Whatever people do in whatever order: nothing is done with one human, and nothing is done twice.

The machine drives the real part on a real PostgreSQL over HTTP. It knows only who did what; after every step it looks
at what was really done, in whose name and by whose authority.
"""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as played
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from chassis.settings import ServiceSettings
from chassis.testing.postgres import CHASSIS, Databases, opened

from .conftest import Mast, create
from .example import APPROVE, LIST, NOW, RAISE, accidentally

PEOPLE = st.integers(0, 2)
WHICH = st.integers(0, 3)
COLOURS = st.sampled_from(["blue", "red", "green"])
RARELY = st.sampled_from([False, False, False, True])
ROLES = st.sampled_from([{RAISE, APPROVE}, {RAISE}, {APPROVE}, {LIST}])


class Machine(RuleBasedStateMachine):
    """Three people, and proposals about one flag."""

    mast: Mast
    loop: asyncio.AbstractEventLoop

    def run(self, waiting: Any) -> Any:
        return self.loop.run_until_complete(waiting)

    @initialize(colour=COLOURS)
    def begin(self, colour: str) -> None:
        self.mast.casino = uuid4()
        self.mast.people.held.clear()
        self.mast.people.disabled.clear()
        self.people = [uuid4() for _ in range(3)]
        self.proposals: list[Any] = []
        self.said_yes: dict[str, set[UUID]] = {}
        self.requested: dict[str, UUID] = {}
        self.concerned: dict[str, set[UUID]] = {}
        self.colours: dict[str, str] = {}
        self.seen = 0
        self.propose(0, colour, None)

    def of(self, which: int) -> Any:
        """One of the proposals; the newest is named most often."""
        return self.proposals[-1 - which % len(self.proposals)]

    @rule(who=PEOPLE, colour=COLOURS, concerned=st.none() | PEOPLE)
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

    @rule(which=WHICH, colour=COLOURS)
    def edit(self, which: int, colour: str) -> None:
        one = self.of(which)
        headers = self.mast.as_(self.requested[one["approval_id"]])
        body = {"payload": {"casino_id": str(self.mast.casino), "colour": colour}}
        answer = self.run(self.mast.client.put(f"{one['href']}/payload", json=body, headers=headers))
        if answer.status_code == 200 and answer.json()["payload_sha256"] != one["payload_sha256"]:
            one["payload_sha256"] = answer.json()["payload_sha256"]
            self.said_yes[one["approval_id"]] = set()
            self.colours[one["approval_id"]] = colour

    @rule(who=PEOPLE, which=WHICH, crash=RARELY, stale=RARELY)
    def approve(self, who: int, which: int, crash: bool, stale: bool) -> None:
        one = self.of(which)
        person = self.people[who]
        seen = {"payload_sha256": "0" * 64} if stale else {}
        if not stale:
            self.said_yes[one["approval_id"]].add(person)
        with accidentally(self.mast.accident, crash=crash):
            self.run(self.mast.approve(one, person, **seen))

    @rule(people=st.lists(PEOPLE, min_size=2, max_size=4), which=WHICH)
    def approve_at_once(self, people: list[int], which: int) -> None:
        one = self.of(which)
        who = [self.people[each] for each in people]
        self.said_yes[one["approval_id"]] |= set(who)
        self.run(self._all(*(self.mast.approve(one, each) for each in who), self.mast.run_tasks()))

    async def _all(self, *waiting: Any) -> None:
        await asyncio.gather(*waiting)

    @rule(what=st.sampled_from(["reject", "withdraw", "pass a day", "pass an hour"]), who=PEOPLE, which=WHICH)
    def end(self, what: str, who: int, which: int) -> None:
        one, headers = self.of(which), self.mast.as_(self.people[who])
        if what == "reject":
            self.run(self.mast.client.post(f"{one['href']}/reject", json={"reason": "no"}, headers=headers))
        elif what == "withdraw":
            self.run(self.mast.client.post(f"{one['href']}/withdraw", headers=headers))
        else:
            self.mast.clock.advance(timedelta(hours=25 if what == "pass a day" else 1))
            self.run(self.mast.run_tasks())

    @rule(what=st.sampled_from(["disable", "disable unnoticed", "enable"]), who=PEOPLE, held=ROLES)
    def change(self, what: str, who: int, held: set[str]) -> None:
        person, people = self.people[who], self.mast.people
        if what == "enable":
            people.disabled.discard(person)
            people.held[person] = held
        else:
            people.disabled.add(person)
        if what == "disable":
            self.run(self.approvals.sweep())

    @rule(what=st.sampled_from(["retry", "execute", "restart"]), which=WHICH)
    def go_on(self, what: str, which: int) -> None:
        match what:
            case "retry":
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
        done = self.run(self.mast.raised())
        new = done[self.seen :]
        self.seen = len(done)
        assert len(done) == self.run(self.mast.executed()), "done twice, or in secret"
        for colour, actor, authorised_by in new:
            humans = {UUID(actor), *map(UUID, filter(None, (authorised_by or "").split(",")))}
            assert len(humans) >= 2, f"done with one human: {humans}"
            assert self.mast.people.holds(UUID(actor), RAISE), "done in the name of somebody who may not any more"
            others = humans - {UUID(actor)}
            assert all(self.mast.people.holds(one, APPROVE) for one in others), "approved by somebody who may not"
            assert any(
                self.colours[one] == colour
                and self.requested[one] == UUID(actor)
                and others <= self.said_yes[one] - self.concerned[one]
                for one in self.requested
            ), "done otherwise than it was approved"


@pytest.mark.timeout(300)
async def test_nothing_is_ever_done_with_one_human_and_nothing_twice(
    databases: Databases, settings: ServiceSettings
) -> None:
    url = await databases.create(CHASSIS)

    def play() -> None:
        with asyncio.Runner() as runner:
            begun = opened(url, pool_size=10)
            db = runner.run(begun.__aenter__())
            runner.run(create(db))
            Machine.mast, Machine.loop = Mast.bare(db, settings), runner.get_loop()
            try:
                run_state_machine_as_test(
                    Machine,
                    settings=played(
                        max_examples=60,
                        stateful_step_count=15,
                        deadline=None,
                        derandomize=True,
                        database=None,
                        suppress_health_check=list(HealthCheck),
                    ),
                )
            finally:
                runner.run(begun.__aexit__(None, None, None))

    await asyncio.to_thread(play)
