"""How many deposits of a player there may be that are open, or were refused lately."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from payments.application.desk import Desk
from payments.application.errors import TooManyOpenDeposits, TooManyRefusedDeposits

MOST_OPEN = 20
"""How many deposits a player may have whose end is not known: each is an order at a provider, who is asked about it
again and again. Whoever pays has one or two; those he left behind on a provider's page end within a day.
"""


MOST_REFUSED = 30
"""How many deposits of a player are refused within an hour: each is kept, with what rules against fraud knew of it.
Whoever corrects an amount or waits for a limit has a few.
"""

REFUSED_IN = timedelta(hours=1)


async def too_many(
    desk: Desk, connection: AsyncConnection, player_id: UUID, now: datetime, *, besides: UUID | None = None
) -> type[TooManyOpenDeposits | TooManyRefusedDeposits] | None:
    """Why the player begins no other deposit now, if it is for the number of those there are."""
    since = now - REFUSED_IN
    open_now, refused = await desk.directory.undecided_or_refused_deposits(connection, player_id, since)
    if len(open_now) >= MOST_OPEN and besides not in open_now:
        return TooManyOpenDeposits
    if len(refused) >= MOST_REFUSED and besides not in refused:
        return TooManyRefusedDeposits
    return None
