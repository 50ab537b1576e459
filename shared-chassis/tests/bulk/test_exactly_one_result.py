"""Whatever people hold and whatever state rows are in: every frozen row ends in exactly one result, and no other is
touched."""

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete

from chassis.db import Database

from .conftest import opening
from .example import LIST, RUN, VOID, A, B, bet, effect, rows

STATES = ("open", "paid", "lost", "void")
PLACES = st.sets(st.sampled_from([A, B]))
BETS = st.lists(st.tuples(st.sampled_from([A, B]), st.sampled_from(STATES), st.sampled_from(STATES)), max_size=5)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    bets=BETS,
    sees=PLACES,
    runs=PLACES,
    voids=PLACES,
    later=st.tuples(PLACES, PLACES),
    disabled=st.booleans(),
    cancelled=st.booleans(),
)
async def test_every_frozen_row_has_one_result_and_no_other_row_is_touched(
    db: Database, bets: Any, sees: Any, runs: Any, voids: Any, later: Any, disabled: bool, cancelled: bool
) -> None:
    made = [rows(1, casino, state, first)[0] for first, (casino, state, _) in enumerate(bets)]
    async with opening(db) as shop:
        async with db.write() as connection:
            for table in (bet, effect):
                await connection.execute(delete(table))
        if made:
            await shop.bets(*made)
        everything = (LIST, sees), (RUN, runs), (VOID, voids)
        me = shop.as_(grants=[{"casinos": places, "permissions": [one]} for one, places in everything if places])
        answer = await shop.freeze("", me)
        if not (sees and runs and voids):
            assert answer.status_code == 403
            return
        job = answer.json()
        frozen = {one["id"] for one in made if one["casino_id"] in sees}
        assert set(await shop.results(job)) == frozen
        places = {one["casino_id"] for one in made if one["id"] in frozen}
        started = await shop.run(job, me)
        if len(places) == 1 and not places <= runs:
            assert (started.status_code, await shop.effects()) == (404, []), "nothing of it is where he starts jobs"
            return
        assert started.status_code == 200
        for one, (_, _, state) in zip(made, bets, strict=True):
            await shop.turned(state, one["id"])
        left = (RUN, later[0]), (VOID, later[1])
        shop.as_(grants=[{"casinos": places, "permissions": [one]} for one, places in left if places])
        if disabled:
            shop.loses(shop.ann)
        if cancelled:
            await shop.cancel(job, me)
        await shop.work()
        results, done = await shop.results(job), [one.bet_id for one in await shop.effects()]
        shown = await shop.show(job, me)
    may = {casino for casino in later[0] & later[1] if not disabled}
    open_now = {one["id"] for one, (_, _, state) in zip(made, bets, strict=True) if state == "open"}
    allowed = {one["id"] for one in made if one["casino_id"] in may} & frozen & open_now
    assert set(results) == frozen
    assert sorted(done) == sorted(set() if cancelled else allowed)
    assert {one for one, (result, _) in results.items() if result == "done"} == set(done)
    assert all(result in ("done", "refused", "skipped") for result, _ in results.values())
    counted = {
        name: sum(1 for result, _ in results.values() if result == name) for name in ("done", "refused", "skipped")
    }
    assert {name: shown[name] for name in counted} == counted
    assert shown["state"] == ("cancelled" if cancelled else "finished")
