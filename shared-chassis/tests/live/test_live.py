"""Rows as they change, to whoever may see them, as they may see them."""

from uuid import UUID

from chassis.domain import uuid7

from .conftest import House
from .tickets import LIST, OTHER, A, B

MASKED = {"pii_basic": "mask"}


async def test_a_row_that_is_new_or_changes_is_told_as_the_list_shows_it(home: House) -> None:
    me = home.staff()
    async with home.following(me) as stream:
        assert (await stream.next()).kind == "ready"
        ticket = await home.move("open")
        told = await stream.next("row")
        shown = (await home.ask(me, "tickets", id=f"eq.{ticket}")).json()[0]
        assert told.data == {"list": "tickets", "id": str(ticket), "row": shown}
        await home.move("won", ticket)
        assert (await stream.next("row")).data["row"]["status"] == "won"


async def test_two_people_are_told_of_one_event_each_as_they_may_see_it(home: House) -> None:
    clear, masked = home.staff(), home.staff(modes=MASKED)
    async with home.following(clear) as one, home.following(masked) as other:
        await one.next("ready")
        await other.next("ready")
        await home.move("open")
        assert (await one.next("row")).data["row"]["email"] == "ann@example.com"
        assert (await other.next("row")).data["row"]["email"] == "a***"


async def test_nothing_is_told_of_another_casinos_rows(home: House) -> None:
    async with home.following(home.staff(casinos=[A])) as stream:
        await stream.next("ready")
        hidden = await home.move("open", casino=B)
        await home.move("won", hidden, casino=B)
        await home.move("closed", hidden, casino=B)
        mine = await home.move("open", casino=A)
        assert (await stream.next("row", "gone", "resync")).data["id"] == str(mine)


async def test_a_player_is_told_of_their_own_alone(home: House) -> None:
    player = uuid7()
    headers = {"Authorization": f"Bearer {home.maker.token(kind='player', subject=player, casino=A)}"}
    async with home.following(headers) as stream:
        await stream.next("ready")
        await home.move("open", owner_id=uuid7())
        mine = await home.move("open", owner_id=player)
        assert (await stream.next("row", "gone")).data["id"] == str(mine)


async def test_a_row_that_leaves_the_clients_filter_is_gone(home: House) -> None:
    before = await home.move("open")
    async with home.following(home.staff(), tickets="status=eq.open") as stream:
        await stream.next("ready")
        await home.move("won", before)
        told = await stream.next("row", "gone")
        assert (told.kind, told.data) == ("gone", {"list": "tickets", "id": str(before)})


async def test_a_row_that_leaves_a_list_by_what_its_path_means_is_gone_for_who_was_shown_it(home: House) -> None:
    before = await home.move("open")
    async with home.following(home.staff(), "tickets/waiting") as stream:
        await stream.next("ready")
        never = await home.move("won")
        await home.move("lost", never)
        await home.move("won", before)
        told = await stream.next("row", "gone", "resync")
        assert (told.kind, told.data["id"]) == ("gone", str(before))


async def test_a_row_that_is_taken_off_is_gone_for_who_was_told_of_it(home: House) -> None:
    async with home.following(home.staff()) as stream:
        await stream.next("ready")
        ticket = await home.move("open")
        await stream.next("row")
        await home.move("closed", ticket)
        assert (await stream.next("row", "gone")).data == {"list": "tickets", "id": str(ticket)}


async def test_several_lists_come_in_one_stream_each_with_its_own_filter_and_path(home: House) -> None:
    owner = uuid7()
    name = f"owners/{owner}/tickets"
    async with home.following(home.staff(), f"tickets,{name}", tickets="status=eq.won&select=id") as stream:
        assert (await stream.next("ready")).data == {"lists": ["tickets", name]}
        await home.move("open", owner_id=uuid7())
        ticket = await home.move("won", owner_id=owner)
        told = [await stream.next("row", "gone"), await stream.next("row", "gone"), await stream.next("row", "gone")]
        assert told[0].kind == "gone"
        assert {one.data["list"] for one in told[1:]} == {"tickets", name}
        assert all(one.data["id"] == str(ticket) for one in told[1:])
        assert stream.rows["tickets", str(ticket)] == {"id": str(ticket)}


async def test_what_a_projector_makes_is_told_once_it_is_made(home: House) -> None:
    await home.projected()
    async with home.following(home.staff(permissions=(LIST, OTHER)), "late-tickets,tickets") as stream:
        await stream.next("ready")
        ticket = await home.move("open")
        assert (await stream.next("row")).data["list"] == "tickets"
        await home.projected()
        told = await stream.next("row")
        assert (told.data["list"], told.data["row"]["id"]) == ("late-tickets", str(ticket))


async def test_a_list_says_whether_it_is_live(home: House) -> None:
    me = home.staff()
    assert (await home.ask(me, "tickets/meta")).json()["live"] is True
    assert (await home.ask(me, "notes/meta")).json()["live"] is False


async def test_somebody_who_is_shown_more_or_less_than_before_is_told_to_read_anew(home: House) -> None:
    who = UUID(int=4711)
    async with home.following(home.staff(subject=who)) as stream:
        await stream.next("ready")
        home.holds(who, modes=MASKED)
        assert (await stream.next()).data == {"list": "tickets", "reason": "sight_changed"}
        await home.move("open")
        assert (await stream.next("row")).data["row"]["email"] == "a***"


async def test_nobody_reads_the_log_when_nobody_listens(home: House) -> None:
    hub = home.app.state.live.hub
    async with home.following(home.staff()) as stream:
        await stream.next("ready")
        assert hub.follows
    while hub.follows:  # until the last one is gone
        await home.ask({}, "live")
