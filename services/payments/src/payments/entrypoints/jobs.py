"""What runs beside the requests: the ledger's own work, watches, and the folding of play into features."""

from collections.abc import Sequence
from typing import Any

from payments.adapters.ledger.background import background
from payments.adapters.ledger.chain import LedgerChain
from payments.adapters.overdue import OverdueWatch
from payments.application.desk import Desk
from payments.application.floats.watching import FloatWatch
from payments.application.fraud.folding import Folding
from payments.application.reconciliation.watching import Watch
from payments.read_models.watched import overdue, unknown


def jobs(desk: Desk, chain: LedgerChain) -> Sequence[Any]:
    """The loops, for the service to run; several processes may."""
    db, clock = desk.app.db, desk.app.clock
    return [
        *background(db, clock, chain),
        OverdueWatch(db, clock, overdue, unknown),
        Watch(desk),
        Folding(desk),
        FloatWatch(desk),
    ]
