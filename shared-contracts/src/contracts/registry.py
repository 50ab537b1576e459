"""Importing this module makes every contract event known."""

from contracts.backoffice import events as backoffice
from contracts.event import EVENTS, SERVICES, ContractEvent
from contracts.games import events as games
from contracts.payments import adjustment_events as payments_adjustments
from contracts.payments import dispute_events as payments_disputes
from contracts.payments import events as payments
from contracts.payments import fraud_events as payments_fraud
from contracts.payments import instrument_events as payments_instruments
from contracts.payments import ledger_events as payments_ledger
from contracts.payments import reversal_events as payments_reversals
from contracts.payments import withdrawal_events as payments_withdrawals
from contracts.platform import events as platform
from contracts.reports import events as reports
from contracts.security import break_glass_events as security_break_glass
from contracts.security import client_events as security_clients
from contracts.security import elevation_events as security_elevations
from contracts.security import events as security
from contracts.verification import events as verification

__all__ = ["EVENTS", "SERVICES", "consumed_by", "produced_by", "topics"]

_MODULES = (
    backoffice,
    games,
    payments,
    payments_adjustments,
    payments_disputes,
    payments_instruments,
    payments_fraud,
    payments_ledger,
    payments_reversals,
    payments_withdrawals,
    platform,
    reports,
    security,
    security_break_glass,
    security_clients,
    security_elevations,
    verification,
)


def consumed_by(service: str) -> list[type[ContractEvent]]:
    """The events `service` handles, by type and version."""
    return [cls for _, cls in sorted(EVENTS.items()) if service in cls.consumers]


def produced_by(service: str) -> list[type[ContractEvent]]:
    """The events `service` publishes, by type and version."""
    return [cls for _, cls in sorted(EVENTS.items()) if service in cls.producers()]


def topics() -> list[str]:
    """Every topic of the installation, sorted."""
    return sorted({cls.topic for cls in EVENTS.values()})
