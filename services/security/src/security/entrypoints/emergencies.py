"""What emergency access makes known: it is loud when it is opened, and when nobody reviewed it in time."""

from typing import Final

import structlog
from prometheus_client import Counter

from chassis.store import Application, Context
from chassis.telemetry.metrics import REGISTRY
from security.domain.break_glass.aggregate import break_glass
from security.domain.break_glass.commands import TellOverdue
from security.domain.break_glass.events import BreakGlassOpened
from security.read_models.break_glass_list import unreviewed

log = structlog.get_logger(__name__)

OPENED: Final = Counter(
    "break_glass_opened_total", "Times emergency access was opened; alert on each", registry=REGISTRY
)
OVERDUE: Final = Counter(
    "break_glass_reviews_overdue_total", "Emergencies that nobody reviewed in time; alert on each", registry=REGISTRY
)


def page(opened: BreakGlassOpened) -> None:
    """Wake somebody up."""
    OPENED.inc()
    log.error(
        "break_glass_opened",
        staff_id=str(opened.staff_id),
        incident_id=opened.incident_id,
        casinos=list(opened.casinos),
        ends_at=opened.ends_at.isoformat(),
    )


async def tell_overdue(application: Application) -> int:
    """Say of each emergency, once, that nobody reviewed it in time; how many there were.

    Several processes may look at once: what was told is nothing new.
    """
    ctx = Context.system("break-glass-reviews", application.clock)
    async with application.db.read() as connection:
        found = await unreviewed(connection, ctx.occurred_at)
    for break_glass_id in found:
        told = await application.execute(break_glass, break_glass_id, TellOverdue(now=ctx.occurred_at), ctx)
        if told.events:
            OVERDUE.inc()
            log.error("break_glass_review_overdue", break_glass_id=str(break_glass_id))
    return len(found)
