"""The HTTP endpoints, one folder per resource."""

from payments.entrypoints.http.adjustments.endpoints import router as adjustments
from payments.entrypoints.http.attempts.endpoints import router as attempts
from payments.entrypoints.http.bonuses.endpoints import router as bonuses
from payments.entrypoints.http.cashier.endpoints import router as cashier
from payments.entrypoints.http.debts.endpoints import router as debts
from payments.entrypoints.http.deposits.endpoints import router as deposits
from payments.entrypoints.http.disputes.endpoints import router as disputes
from payments.entrypoints.http.exchanges.endpoints import router as exchanges
from payments.entrypoints.http.floats.endpoints import router as floats
from payments.entrypoints.http.fraud.endpoints import router as fraud
from payments.entrypoints.http.fraud.rules import router as fraud_rules
from payments.entrypoints.http.hosted_cashier.endpoints import router as hosted_cashier
from payments.entrypoints.http.instruments.endpoints import router as instruments
from payments.entrypoints.http.ledger.endpoints import router as ledger
from payments.entrypoints.http.notifications.endpoints import router as notifications
from payments.entrypoints.http.outcomes.endpoints import router as outcomes
from payments.entrypoints.http.providers.endpoints import catalogue
from payments.entrypoints.http.providers.endpoints import router as providers
from payments.entrypoints.http.reconciliation.endpoints import router as reconciliation
from payments.entrypoints.http.refunds.endpoints import router as refunds
from payments.entrypoints.http.routing.endpoints import router as routing
from payments.entrypoints.http.wallets.endpoints import router as wallets
from payments.entrypoints.http.withdrawals.endpoints import router as withdrawals

ROUTERS = (
    deposits,
    withdrawals,
    refunds,
    outcomes,
    instruments,
    disputes,
    debts,
    catalogue,
    providers,
    routing,
    cashier,
    wallets,
    adjustments,
    bonuses,
    fraud,
    fraud_rules,
    exchanges,
    ledger,
    attempts,
    floats,
    notifications,
    hosted_cashier,
    reconciliation,
)
"""All of them."""
