"""What payments does only with a second person."""

from typing import Any

from chassis.approvals import GuardedCommand
from payments.application.desk import Desk
from payments.entrypoints.http.adjustments import guarded as adjustments
from payments.entrypoints.http.bonuses import guarded as bonuses
from payments.entrypoints.http.debts import guarded as debts
from payments.entrypoints.http.disputes import guarded as disputes
from payments.entrypoints.http.exchanges import guarded as exchanges
from payments.entrypoints.http.fraud import guarded as fraud
from payments.entrypoints.http.instruments import guarded as instruments
from payments.entrypoints.http.outcomes import guarded as outcomes
from payments.entrypoints.http.providers import guarded as providers
from payments.entrypoints.http.reconciliation import guarded as reconciliation
from payments.entrypoints.http.refunds import guarded as refunds
from payments.entrypoints.http.routing import guarded as routing


def guarded_commands(desk: Desk) -> list[GuardedCommand[Any]]:
    """All of it."""
    return [
        *providers.guarded_commands(desk),
        *adjustments.guarded_commands(desk),
        *fraud.guarded_commands(desk),
        *refunds.guarded_commands(desk),
        *disputes.guarded_commands(desk),
        *debts.guarded_commands(desk),
        *bonuses.guarded_commands(desk),
        *reconciliation.guarded_commands(desk),
        *routing.guarded_commands(desk),
        *exchanges.guarded_commands(desk),
        *outcomes.guarded_commands(desk),
        *instruments.guarded_commands(desk),
    ]
