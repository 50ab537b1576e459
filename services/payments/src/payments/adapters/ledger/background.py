"""What the ledger does off the hot path: sums up accounts and days, makes and closes months, seals, and watches it."""

from collections.abc import Sequence
from typing import Any

from chassis.db import Database
from chassis.domain import Clock
from payments.adapters.ledger.chain import SETTLES_AFTER, LedgerChain
from payments.adapters.ledger.days import Days
from payments.adapters.ledger.months import Months
from payments.adapters.ledger.rollup import RollUp
from payments.adapters.ledger.watching import LedgerWatch


def background(db: Database, clock: Clock, chain: LedgerChain) -> Sequence[Any]:
    """The loops, for the service to run; several processes may, and take turns."""
    return [RollUp(db), Months(db, clock), chain, Days(db, clock, SETTLES_AFTER), LedgerWatch(db, clock)]
