"""What is decided is counted, and told to security once."""

from uuid import UUID

from sqlalchemy import text

from chassis.auth.usage import Answered, Usage, tell
from chassis.db import Database
from chassis.store import Application, EventTypes
from chassis.testing.postgres import Databases

ANN, CASINO = UUID(int=1), UUID(int=2)
SEEN = Answered(ANN, "payments.deposit.list", CASINO, "allow")


def test_the_same_answer_is_one_count() -> None:
    usage = Usage()
    for answered in (SEEN, SEEN, Answered(ANN, "payments.deposit.list", None, "deny")):
        usage.count(answered)
    assert [(one.outcome, one.count) for one in usage.taken()] == [("allow", 2), ("deny", 1)]
    assert usage.taken() == ()


def test_more_than_fits_is_not_counted_and_what_is_there_still_is() -> None:
    usage = Usage(most=1)
    for answered in (SEEN, Answered(ANN, "games.game.list", None, "allow"), SEEN):
        usage.count(answered)
    assert [(one.permission, one.count) for one in usage.taken()] == [("payments.deposit.list", 2)]


async def test_what_was_counted_is_told_once(databases: Databases) -> None:
    db = Database(await databases.create("chassis"), application_name="tests")
    application, usage = Application(db, EventTypes(), source="payments"), Usage()
    usage.count(SEEN)
    assert [await tell(usage, application), await tell(usage, application)] == [True, False]
    async with db.read() as connection:
        told = (await connection.execute(text("SELECT topic, key FROM outbox"))).all()
    await db.close()
    assert [tuple(one) for one in told] == [("platform.decision.events", "payments")]
