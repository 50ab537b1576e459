"""Whoever comes back with the last id misses nothing; whoever cannot be told is told to read anew."""

import time
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from chassis.domain import uuid7
from chassis.live.places import KEPT_S, Mark, read, written
from chassis.store.logs import Place

from .conftest import House, house
from .tickets import A, B

FEW = settings(
    max_examples=12,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
STATES = st.sampled_from(["open", "won", "lost"])
MOVES = st.lists(st.tuples(st.integers(0, 3), STATES), min_size=1, max_size=8)
"""Which of four tickets comes into which state."""


@FEW
@given(while_there=MOVES, heard=st.integers(0, 6), while_away=MOVES, again=st.integers(0, 4), afterwards=MOVES)
async def test_wherever_a_stream_is_cut_the_rows_are_the_same_in_the_end_and_nothing_is_told_twice(
    home: House, while_there: Any, heard: int, while_away: Any, again: int, afterwards: Any
) -> None:
    owner, mine = uuid7(), [uuid7() for _ in range(4)]
    me, narrowed = home.staff(), {"tickets": f"owner_id=eq.{owner}"}
    told: list[Any] = []
    rows: dict[str, Any] = {}
    last: str | None = None
    happened = 0

    async def move(moves: Any) -> None:
        nonlocal happened
        happened += len(moves)
        for number, status in moves:
            await home.move(status, mine[number], owner_id=owner)

    async def follow(moves: Any, most: int | None) -> None:
        nonlocal last
        async with home.following(me, since=last, **narrowed) as stream:
            await stream.next("ready")
            await move(moves)
            if most is None:
                end = {str(row["id"]): row for row in (await home.ask(me, "tickets", owner_id=f"eq.{owner}")).json()}
                await stream.until(lambda one: rows | {key[1]: row for key, row in one.rows.items()} == end)
            while most is not None and len([one for one in stream.events if one.kind == "row"]) < min(
                most, len({number for number, _ in moves})
            ):
                await stream.next("row")
            told.extend(one.data for one in stream.events if one.kind != "ready")
            rows.update({key[1]: row for key, row in stream.rows.items()})
            last = stream.last_id or last

    await follow(while_there, heard)
    await move(while_away)
    await follow([], again if last else 0)
    await move(while_away)
    await follow(afterwards, None)
    assert all("row" in one for one in told), "nothing had to be read anew"
    assert len(told) <= happened
    for ticket in mine:
        changes = [one["row"]["changes"] for one in told if one["id"] == str(ticket)]
        assert changes == sorted(changes)


async def test_what_happened_meanwhile_is_told_by_another_process(home: House) -> None:
    who = uuid7()
    async with home.following(home.staff(subject=who)) as stream:
        await stream.next("ready")
        last = stream.last_id
    ticket = await home.move("open")
    async with house(home.db, home.maker, home.service.settings) as other:
        async with other.following(other.staff(subject=who), since=last) as stream:
            assert (await stream.next()).kind == "ready"
            assert (await stream.next()).data["id"] == str(ticket)


async def test_what_happened_at_another_casino_meanwhile_is_not_told(home: House) -> None:
    me = home.staff(casinos=[A])
    async with home.following(me) as stream:
        await stream.next("ready")
        last = stream.last_id
    await home.move("open", casino=B)
    mine = await home.move("open", casino=A)
    async with home.following(me, since=last) as stream:
        assert (await stream.next("row", "gone", "resync")).data["id"] == str(mine)


async def test_a_slow_writers_event_is_not_missed(home: House) -> None:
    """Its position is lower than those that were told before it was to be seen."""
    me, late, early = home.staff(), uuid7(), uuid7()
    async with home.following(me) as stream:
        await stream.next("ready")
        async with home.unfinished(late) as finish:
            await home.move("open", early)
            await finish()
        ids = {(await stream.next("row")).data["id"], (await stream.next("row")).data["id"]}
        assert ids == {str(late), str(early)}


def aged(home: House, identity: str | None, seconds: int) -> str:
    key = home.app.state.live.key
    mark = read(identity or "", key)
    assert mark is not None
    return written(replace(mark, at=mark.at - seconds), key)


async def test_who_was_away_for_too_long_is_told_to_read_anew(home: House) -> None:
    me = home.staff()
    async with home.following(me) as stream:
        await stream.next("ready")
        last = stream.last_id
    await home.move("open")
    async with home.following(me, since=aged(home, last, KEPT_S + 60)) as stream:
        await stream.next("ready")
        assert (await stream.next("resync")).data == {"list": "tickets", "reason": "missed"}
        ticket = await home.move("open")
        while (await stream.next()).data["id"] != str(ticket):
            pass  # What was moved before may be told as well: whoever reads anew loses nothing by it.


async def test_after_too_much_has_happened_it_is_cheaper_to_read_anew(home: House) -> None:
    me = home.staff()
    async with home.following(me) as stream:
        await stream.next("ready")
        last = stream.last_id
    for _ in range(260):
        await home.move("open")
    async with home.following(me, since=last) as stream:
        await stream.next("ready")
        assert (await stream.next("resync")).data == {"list": "tickets", "reason": "missed"}


async def test_a_list_that_rows_may_leave_unseen_is_read_anew_by_who_comes_back(home: House) -> None:
    me = home.staff()
    async with home.following(me, "tickets/waiting") as stream:
        await stream.next("ready")
        last = stream.last_id
    async with home.following(me, "tickets/waiting", since=last) as stream:
        await stream.next("ready")
        assert (await stream.next()).kind == "resync"


async def run_out(home: House, who: UUID, lists: str) -> str:
    """The last id of a stream whose token ran out."""
    async with home.following(home.staff(subject=who, lifetime_s=2), lists) as stream:
        await stream.next("close")
    assert stream.last_id is not None
    return stream.last_id


async def test_who_goes_on_with_another_token_is_told_of_rows_that_left_such_a_list_meanwhile(home: House) -> None:
    who, before = uuid7(), await home.move("open")
    last = await run_out(home, who, "tickets/waiting")
    never = await home.move("won")
    await home.move("lost", never)
    await home.move("won", before)
    async with home.following(home.staff(subject=who), "tickets/waiting", since=last) as stream:
        await stream.next("ready")
        told = await stream.next()
        assert (told.kind, told.data) == ("gone", {"list": "tickets/waiting", "id": str(before)})
        ticket = await home.move("open")
        assert (await stream.next()).data["id"] == str(ticket)


async def test_another_process_does_not_know_what_was_shown_and_has_such_a_list_read_anew(home: House) -> None:
    who = uuid7()
    last = await run_out(home, who, "tickets/waiting")
    async with house(home.db, home.maker, home.service.settings) as other:
        async with other.following(other.staff(subject=who), "tickets/waiting", since=last) as stream:
            await stream.next("ready")
            assert (await stream.next()).data == {"list": "tickets/waiting", "reason": "missed"}


async def test_what_a_stream_knew_is_of_use_once_and_to_its_person_alone(home: House) -> None:
    who = uuid7()
    last = await run_out(home, who, "tickets/waiting")

    async def reads_anew(headers: dict[str, str]) -> bool:
        async with home.following(headers, "tickets/waiting", since=last) as stream:
            await stream.next("ready")
            await home.move("open")
            return (await stream.next()).kind == "resync"

    mine = home.staff(subject=who)
    assert [await reads_anew(one) for one in (home.staff(), mine, mine)] == [True, False, True]


async def test_an_id_is_of_one_person_and_what_they_followed_as_they_saw_it(home: House) -> None:
    who = uuid7()
    me = home.staff(subject=who)
    async with home.following(me) as stream:
        await stream.next("ready")
        last = stream.last_id

    async def is_told(headers: dict[str, str], lists: str = "tickets", **filters: str) -> list[Any]:
        async with home.following(headers, lists, since=last, **filters) as stream:
            await stream.next("ready")
            await home.move("open")
            return [(await stream.next()).kind for _ in lists.split(",")]

    assert await is_told(me) == ["row"]
    assert await is_told(home.staff()) == ["resync"]
    assert await is_told(me, tickets="status=eq.open") == ["resync"]
    assert await is_told(me, "tickets,tickets/mine") == ["resync", "resync"]
    home.holds(who, modes={"pii_basic": "mask"})
    assert await is_told(me) == ["resync"]


@pytest.mark.parametrize("given", ["", "x", "AAAA", "a" * 2000, "%00", "../../etc", "0-1"])
async def test_an_id_that_is_none_of_ours_means_reading_anew(home: House, given: str) -> None:
    async with home.following(home.staff(), since=given) as stream:
        await stream.next("ready")
        assert (await stream.next()).kind == "resync"


@given(st.binary(max_size=120))
def test_nothing_but_our_own_ids_is_believed(raw: bytes) -> None:
    mark = Mark((Place(1, 2, 3), Place(4, 5, 6)), int(time.time()))
    text = written(mark, b"key")
    assert read(text, b"key") == mark
    assert read(text, b"other") is None
    assert read(raw.hex(), b"key") is None
    assert read(str(UUID(int=len(raw))), b"key") is None
