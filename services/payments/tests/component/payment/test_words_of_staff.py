"""What staff write about a withdrawal, and who reads it."""

from uuid import uuid4

from chassis.testing.tokens import bearer, make_token
from contracts.payments.permissions import PaymentsPermission as P

from .world import World


async def test_the_words_of_a_rejection_are_for_whoever_may_read_them(world: World) -> None:
    await world.give()
    withdrawal_id = (await world.withdraw()).json()["withdrawal_id"]
    await world.post(f"/withdrawals/{withdrawal_id}/reject", {"reason": "name differs"}, as_=world.staff())
    address = f"/withdrawals/{withdrawal_id}"
    for permissions, read in (([P.WITHDRAWAL_LIST], False), ([P.WITHDRAWAL_LIST, P.WITHDRAWAL_VIEW_REASON], True)):
        staff = bearer(make_token(permissions=permissions, casinos=[world.casino]))
        told = (await world.get(address, as_=staff)).json()
        assert (told.get("reject_reason"), told["approved_by"]) == ("name differs" if read else None, [])
        listed = await world.get(f"/withdrawals?player_id=eq.{world.player}", as_=staff)
        assert listed.json() == [told]


async def test_a_player_neither_reads_nor_asks_who_decided_and_in_which_words(world: World) -> None:
    await world.give()
    withdrawal_id = (await world.withdraw()).json()["withdrawal_id"]
    await world.post(f"/withdrawals/{withdrawal_id}/reject", {"reason": "name differs"}, as_=world.staff())
    (listed,) = (await world.get("/withdrawals")).json()
    assert listed == (await world.get(f"/withdrawals/{withdrawal_id}")).json()
    assert not {"reject_reason", "approved_by"} & set(listed)
    for asked in (f"approved_by=cs.{{{uuid4()}}}", "reject_reason=is.null", "select=approved_by"):
        assert (await world.get(f"/withdrawals?{asked}")).status_code == 400
