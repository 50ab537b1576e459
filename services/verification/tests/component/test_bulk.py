"""Many hits and documents at once."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

from chassis.testing.tokens import bearer

from .world import CASINO, V1, World, png, staff


async def done(world: World, href: str, query: str, token: str, **body: Any) -> Any:
    """The rows of a job that one person froze, started and had done, by their ids."""

    async def post(path: str, content: Any) -> Any:
        headers = {**bearer(token), "Idempotency-Key": uuid4().hex}
        answer = await world.client.post(path, json=content, headers=headers)
        assert answer.status_code < 300, answer.text
        return answer.json()

    job = await post(f"{V1}{href}?{query}", body)
    await post(f"{V1}/bulk-jobs/{job['id']}/run", {"reason": "a list full of namesakes"})
    await world.work()
    rows = await world.get(f"/bulk-jobs/{job['id']}/rows", token)
    return {one["row_id"]: (one["result"], one["code"]) for one in rows}


async def test_hits_are_cleared_together_and_what_was_decided_otherwise_is_left_alone(world: World) -> None:
    await world.import_list("ofac-sdn", "demo")
    await world.work()
    players = [await world.register("Erasmus Quillon", "Nightshade", born=date(1971, 10, 13)) for _ in range(2)]
    await world.work()
    first, second = [(await world.waiting_hit(one))["id"] for one in players]
    token = staff(subject=uuid4())
    confirmed = await world.post(f"/hits/{second}/decide", {"decision": "confirm", "reason": "it is him"})
    assert confirmed.status_code == 200, confirmed.text
    rows = await done(world, "/hits/bulk-clear", "", token)
    assert rows == {first: ("done", None), second: ("skipped", "hit_already_decided")}
    hit = await world.waiting_hit(players[0])
    assert (hit["status"], hit["reason"]) == ("cleared", "a list full of namesakes")


async def test_documents_are_rejected_but_for_those_one_brought_oneself(world: World) -> None:
    await world.open_casino("identity", casino_id=CASINO)
    player, me = await world.register(), uuid4()
    brought = (await world.upload(player, png(1))).json()["document_id"]
    own = (await world.upload(player, png(2), token=staff(subject=me))).json()["document_id"]
    parameters = {"reason": "blurry"}
    rows = await done(world, "/documents/bulk-reject", "status=eq.pending", staff(subject=me), parameters=parameters)
    assert rows == {brought: ("done", None), own: ("refused", "uploader_cannot_decide")}


async def test_hits_of_another_casino_are_not_frozen(world: World) -> None:
    await world.import_list("ofac-sdn", "demo")
    await world.work()
    await world.register("Erasmus Quillon", "Nightshade", born=date(1971, 10, 13))
    await world.work()
    assert await done(world, "/hits/bulk-clear", "", staff(casinos=(UUID(int=5),))) == {}
