"""What follows from an event is told without what not everybody may read."""

from datetime import UTC, datetime
from uuid import uuid4

from chassis.db import Database
from chassis.messaging.processing import consequence_of
from chassis.testing.feed import envelope_of
from contracts.backoffice.events import PlayerBlocked

from .example import application


async def test_words_that_take_a_permission_stay_with_what_was_decided(db: Database) -> None:
    blocked, words = PlayerBlocked(player_id=uuid4(), casino_id=uuid4()), "suspected of laundering"
    decided = envelope_of(blocked, datetime.now(UTC), actorkind="staff", actorid="ann", reason=words)
    ctx = consequence_of(decided, application(db))
    assert (ctx.actor.id, ctx.causation_id, ctx.reason) == ("ann", decided.id, None)
