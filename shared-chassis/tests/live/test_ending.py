"""A stream ends when its client may not have it any more, and when the process ends; and it is never too many."""

import asyncio
import json
import time
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import pytest

from chassis.domain import uuid7
from chassis.live.desk import MOST_EACH
from chassis.live.waiting import Waiting
from chassis.testing.problems import problem

from .conftest import House
from .tickets import LIST, OTHER, A, B

BUDGET_S = 5.0
"""How long somebody who lost everything may still be told anything (operators' specification, 3.3)."""


async def test_a_session_that_ends_ends_the_stream(home: House) -> None:
    session = uuid4()
    async with home.following(home.staff(sid=str(session))) as stream:
        await stream.next("ready")
        began = time.monotonic()
        home.policies.end(session, datetime.now(UTC))
        assert (await stream.next("close")).data == {"code": "unauthenticated"}
        assert time.monotonic() - began < BUDGET_S
        assert (await stream.next()).kind == "end"


async def test_a_token_that_runs_out_ends_the_stream_and_a_new_one_goes_on(home: House) -> None:
    who = uuid7()
    short = home.staff(subject=who, lifetime_s=2)
    async with home.following(short) as stream:
        await stream.next("ready")
        assert (await stream.next("close")).data == {"code": "unauthenticated"}
        last = stream.last_id
    ticket = await home.move("open")
    async with home.following(home.staff(subject=who), since=last) as stream:
        assert (await stream.next("row")).data["id"] == str(ticket)


async def test_a_list_that_is_taken_away_ends_the_stream_and_is_named(home: House) -> None:
    who = uuid7()
    async with home.following(home.staff(subject=who, permissions=(LIST, OTHER)), "tickets,late-tickets") as stream:
        await stream.next("ready")
        home.holds(who, permissions=(LIST,))
        await home.move("open")
        assert (await stream.next("close")).data == {"code": "forbidden", "list": "late-tickets"}


async def test_nothing_is_told_that_happened_after_the_permission_was_gone(home: House) -> None:
    who = uuid7()
    async with home.following(home.staff(subject=who)) as stream:
        await stream.next("ready")
        home.holds(who, casinos=[B])
        await home.move("open", casino=A)
        here = await home.move("open", casino=B)
        assert (await stream.next("row", "gone")).data["id"] == str(here)


async def test_nobody_follows_more_streams_than_a_few(home: House) -> None:
    me = home.staff()
    async with AsyncExitStack() as stack:
        streams = [await stack.enter_async_context(home.following(me)) for _ in range(MOST_EACH)]
        for stream in streams:
            await stream.next("ready")
        refused = await home.ask(me, lists="tickets")
        problem(refused, 429, "too_many_streams")
        assert refused.headers["retry-after"]


async def test_a_client_who_takes_nothing_is_told_to_read_anew_and_holds_nobody_up(home: House) -> None:
    """It reads nothing for a while; meanwhile more changes than are kept for anybody."""
    me, address = home.staff(), urlsplit(home.url)
    waiting = Waiting({"ticket"})
    await home.app.state.live.hub.join(waiting)
    reader, writer = await asyncio.open_connection(address.hostname, address.port, limit=2**10)
    asked = (
        f"GET /api/example/v1/live?lists=tickets HTTP/1.1\r\nHost: x\r\nAuthorization: {me['Authorization']}\r\n\r\n"
    )
    writer.write(asked.encode())
    async with home.following(me) as quick:
        await quick.next("ready")
        for _ in range(300):
            await home.move("open")
        last = await home.move("won")
        await quick.until(lambda one: ("tickets", str(last)) in one.rows or one.events[-1].kind == "resync")
    while waiting.take() == (set(), []):  # until it has heard of the last window
        await waiting.wait(1)
    home.app.state.live.hub.leave(waiting)
    writer.close()
    assert reader is not None


async def test_more_changes_than_are_kept_are_one_resync(home: House) -> None:
    waiting = Waiting({"ticket", "note"}, most=3)
    for number in range(5):
        waiting.put("ticket", (number,), ())
        waiting.put("note", (1,), ())
    anew, changes = waiting.take()
    assert anew == {"ticket"}
    assert [change[0] for change in changes] == ["note"]
    assert not waiting


async def test_a_process_that_ends_lets_its_streams_go_at_once(home: House) -> None:
    async with home.following(home.staff()) as stream:
        await stream.next("ready")
        home.app.state.drain.draining = True
        try:
            assert (await stream.next("close")).data == {"code": "restarting"}
            assert (await stream.next()).kind == "end"
        finally:
            home.app.state.drain.draining = False


WRONG = {
    "no list": {},
    "an empty list": {"lists": ""},
    "commas alone": {"lists": ",,"},
    "an unknown list": {"lists": "tickets,nope"},
    "a list that is not live": {"lists": "notes"},
    "the same twice": {"lists": "tickets,tickets"},
    "a path out of the service": {"lists": "../../security/v1/staff"},
    "an encoded slash": {"lists": "tickets%2Fmine"},
    "the list's own page": {"lists": "tickets/meta"},
    "too many": {"lists": ",".join(f"owners/{UUID(int=n)}/tickets" for n in range(30))},
    "an unknown parameter": {"lists": "tickets", "limit": "5"},
    "a filter of a list that is not followed": {"lists": "tickets", "late-tickets": "status=eq.won"},
    "an unknown field": {"lists": "tickets", "tickets": "nope=eq.1"},
    "an operator that is none": {"lists": "tickets", "tickets": "status=regex.1"},
    "a group that is not closed": {"lists": "tickets", "tickets": "or=(status.eq.won"},
    "a page": {"lists": "tickets", "tickets": "limit=5"},
    "a masked field": {"lists": "tickets", "tickets": "email=eq.x"},
    "an id that is none": {"lists": "tickets", "after": "nonsense"},
    "an empty id": {"lists": "tickets", "after": ""},
    "SQL": {"lists": "tickets'; DROP TABLE rm_ticket; --"},
}


@pytest.mark.parametrize("case", WRONG)
async def test_what_is_not_understood_is_refused_before_anything_is_told(home: House, case: str) -> None:
    me = home.staff(modes={"pii_basic": "mask"})
    answer = await home.ask(me, **WRONG[case])
    assert answer.status_code in (400, 422), answer.text
    document = json.loads(answer.text)
    assert document["code"]
    assert "SELECT" not in answer.text


async def test_a_refusal_names_the_lists_there_are(home: House) -> None:
    document = problem(await home.ask(home.staff(), lists="nope"), 400, "LST_NOT_LIVE")
    assert "tickets/waiting" in document["detail"]


async def test_a_path_that_names_no_owner_is_refused_as_the_list_refuses_it(home: House) -> None:
    problem(await home.ask(home.staff(), lists="owners/nobody/tickets"), 404, "not_found")


async def test_strangers_and_people_without_the_permission_are_turned_away(home: House) -> None:
    problem(await home.ask({}, lists="tickets"), 401, "unauthenticated")
    problem(await home.ask(home.staff(permissions=(OTHER,)), lists="tickets"), 403, "forbidden")
    problem(await home.ask(home.staff(), lists="tickets,late-tickets"), 403, "forbidden")
