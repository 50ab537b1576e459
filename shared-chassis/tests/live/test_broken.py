"""Events that no build here can read, and lists that fail: they cost their own, and say so."""

from collections import OrderedDict
from uuid import UUID

import pytest
from sqlalchemy import text

from chassis.live.remembered import KEPT_S, MOST, Remembered

from .conftest import House
from .tickets import FAILURES

UNREADABLE = {"of a later build": {"later": 1, "broken": False}, "of no build": {"later": 0, "broken": True}}
WRITTEN = text(
    """
    INSERT INTO event (stream_id, version, event_id, type, type_version, data, meta)
    SELECT stream_id, version + 1000, gen_random_uuid(), type, type_version + CAST(:later AS integer),
           CASE WHEN :broken THEN jsonb_build_object('status', 1) ELSE data END, meta
    FROM event WHERE type_version = 1 ORDER BY global_position DESC LIMIT 1
    """
)


async def comes(home: House, kind: str) -> None:
    """An event is written that cannot be read here."""
    await home.move("open")
    async with home.db.write() as connection:
        await connection.execute(WRITTEN, UNREADABLE[kind])


@pytest.mark.parametrize("kind", UNREADABLE)
async def test_an_event_that_cannot_be_read_has_its_lists_read_anew_and_the_stream_goes_on(
    home: House, kind: str
) -> None:
    async with home.following(home.staff()) as stream:
        await stream.next("ready")
        await comes(home, kind)
        assert (await stream.next("resync")).data == {"list": "tickets", "reason": "missed"}
        ticket = await home.move("won")
        await stream.until(lambda one: ("tickets", str(ticket)) in one.rows)


@pytest.mark.parametrize("kind", UNREADABLE)
async def test_who_was_away_when_it_was_written_comes_back_all_the_same(home: House, kind: str) -> None:
    me = home.staff()
    async with home.following(me) as stream:
        await stream.next("ready")
        last = stream.last_id
    await comes(home, kind)
    async with home.following(me, since=last) as stream:
        await stream.next("ready")
        assert (await stream.next()).data == {"list": "tickets", "reason": "missed"}
        ticket = await home.move("won")
        assert (await stream.next()).data["id"] == str(ticket)


async def test_a_list_that_cannot_begin_is_named_and_tried_again_while_the_others_go_on(home: House) -> None:
    FAILURES.extend([False, True, True])  # It understands the filter, and fails twice to be read.
    async with home.following(home.staff(), "tickets/fragile,tickets") as stream:
        assert (await stream.next()).data == {"lists": ["tickets/fragile", "tickets"]}
        told = await stream.next()
        assert (told.kind, told.data) == ("trouble", {"list": "tickets/fragile", "code": "unread"})
        ticket = await home.move("open")
        assert (await stream.next()).data["list"] == "tickets"
        assert (await stream.next()).data == {"list": "tickets/fragile", "reason": "missed"}
        await home.move("won", ticket)
        assert {(await stream.next("row")).data["list"] for _ in range(2)} == {"tickets", "tickets/fragile"}


async def test_a_list_whose_rows_cannot_be_read_is_to_be_read_anew_and_the_others_go_on(home: House) -> None:
    async with home.following(home.staff(), "tickets/fragile,tickets") as stream:
        await stream.next("ready")
        FAILURES.append(True)
        ticket = await home.move("open")
        told = await stream.next()
        assert (told.kind, told.data) == ("resync", {"list": "tickets/fragile", "reason": "unread"})
        assert (await stream.next()).data["id"] == str(ticket)


def test_what_streams_knew_is_forgotten_after_a_while_and_when_it_is_too_much() -> None:
    clock = [0.0]
    remembered, who = Remembered(now=lambda: clock[0]), UUID(int=1)
    for number in range(MOST + 1):
        remembered.keep(who, str(number), {"/list": OrderedDict()})
    assert remembered.take(who, "0") == {}
    assert remembered.take(UUID(int=2), "1") == {}
    assert remembered.take(who, "1") != {}
    assert remembered.take(who, "1") == {}
    clock[0] = KEPT_S + 1
    assert remembered.take(who, "2") == {}
