"""Several proposals about one thing, and one thing proposed several times."""

from asyncio import create_task, gather
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import text

from chassis.db.engine import driver

from .conftest import Mast

WAITING = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
"""Who waits for what somebody else has locked."""
HELD_UP = text("LOCK TABLE raised IN SHARE MODE")
"""What is approved is not done until the transaction ends that says so."""


async def waiting(mast: Mast) -> int:
    async with mast.service.db.read() as connection:
        return len(await (await driver(connection)).fetch(WAITING))


async def approved_at_once(mast: Mast, *proposals: Any) -> list[Any]:
    """What became of them, each approved while nothing came of any other yet."""
    async with mast.service.db.write() as connection:
        await connection.execute(HELD_UP)
        asked = [create_task(mast.approve(one)) for one in proposals]
        while await waiting(mast) < len(proposals):
            assert not any(one.done() for one in asked)
    answers = await gather(*asked)
    assert {one.status_code for one in answers} == {200}
    return [one.json() for one in answers]


async def pennant(mast: Mast, who: UUID | None = None, **body: str) -> Any:
    path, headers = f"/api/mast/v1/casinos/{mast.casino}/pennants", mast.as_(who or mast.ann)
    answer = await mast.client.post(path, json=body, headers={**headers, "Idempotency-Key": str(uuid4())})
    assert answer.status_code == 202, answer.text
    return answer.json()


async def test_of_several_that_are_approved_at_once_one_is_done(mast: Mast) -> None:
    """None of them was about a flag that is there, so there was no row that they could have waited for."""
    proposals = [await mast.propose(mast.ann, one) for one in ("blue", "red", "green")]
    ended = await approved_at_once(mast, *proposals)
    assert sorted(one["state"] for one in ended) == ["executed", "voided", "voided"]
    assert {one["code"] for one in ended} == {None, "approval_subject_changed"}
    assert len(await mast.raised()) == 1


async def test_what_is_about_different_things_does_not_wait_for_each_other(mast: Mast) -> None:
    proposals = [await pennant(mast, colour=one) for one in ("blue", "red")]
    ended = await approved_at_once(mast, *proposals)
    assert [one["state"] for one in ended] == ["executed", "executed"]
    assert len(await mast.raised()) == 2


async def test_what_was_overtaken_is_proposed_anew_and_not_found_again(mast: Mast) -> None:
    overtaken = await mast.propose(mast.eve, "red")
    await mast.approve(await mast.propose())
    anew = await mast.propose(mast.eve, "red")
    assert anew["approval_id"] != overtaken["approval_id"]
    ended = await mast.show(overtaken)
    assert (ended["state"], ended["code"]) == ("voided", "approval_subject_changed")
    assert (await mast.approve(anew)).json()["state"] == "executed"
    assert [colour for colour, _, _ in await mast.raised()] == ["blue", "red"]


async def test_asked_several_times_at_once_it_is_one_proposal(mast: Mast) -> None:
    made = await gather(*(mast.propose() for _ in range(4)), *(pennant(mast) for _ in range(4)))
    assert len({one["approval_id"] for one in made}) == 2


async def test_what_has_an_id_of_its_own_is_proposed_once_as_well_until_it_is_decided(mast: Mast) -> None:
    first, again = await pennant(mast), await pennant(mast)
    assert again == first
    await mast.approve(first)
    another = await pennant(mast)
    assert another["approval_id"] != first["approval_id"]
    assert another["subject_id"] != first["subject_id"]


async def test_for_another_reason_by_somebody_else_or_of_something_else_it_is_another(mast: Mast) -> None:
    made = [
        await pennant(mast),
        await pennant(mast, reason="another feast"),
        await pennant(mast, colour="red"),
        await pennant(mast, mast.eve),
    ]
    assert len({one["approval_id"] for one in made}) == 4
