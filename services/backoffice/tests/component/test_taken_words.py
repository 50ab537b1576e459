"""A player's story as a file says no more of why colleagues did something than the screen."""

from uuid import UUID, uuid4

import httpx
import pytest

from chassis.domain import FixedClock
from chassis.runtime import Service
from chassis.tasks import TaskRunner
from chassis.testing.feed import Feed
from chassis.testing.tokens import bearer, make_token
from contracts.backoffice.events import PlayerBlocked
from contracts.backoffice.permissions import BackofficePermission as P

from .api import JUST_NOW, V1, a_player, key, open_casino

WORDS = "suspected of laundering"


@pytest.mark.parametrize(("unheld", "told"), [((P.PLAYER_VIEW_REASON,), False), ((), True)], ids=["hidden", "shown"])
async def test_a_file_keeps_to_what_its_requester_may_read(
    client: httpx.AsyncClient, service: Service, clock: FixedClock, unheld: tuple[P, ...], told: bool
) -> None:
    casino_id = await open_casino(client)
    player_id = await a_player(client, casino_id)
    blocked = PlayerBlocked(player_id=UUID(player_id), casino_id=UUID(casino_id))
    await Feed(service)(blocked, actorkind="staff", reason=WORDS)
    held = [one for one in P if one not in unheld]
    me = bearer(make_token(subject=uuid4(), permissions=held, auth_time=JUST_NOW))
    path, body = f"{V1}/players/{player_id}/timeline/exports", {"format": "csv", "reason": "asked for by an auditor"}
    asked = await client.post(path, json=body, headers={**me, **key()})
    assert asked.status_code == 202, asked.text
    await TaskRunner(service.db, service.tasks, clock=clock).run_due()
    file = await client.get(f"{V1}/exports/{asked.json()['id']}/file", headers=me)
    assert (file.status_code, blocked.type in file.text, WORDS in file.text) == (200, True, told)
