"""Alembic's entrance; everything is in the chassis. Importing the tables makes `alembic check` compare them."""

import payments.adapters.dispute_evidence
import payments.adapters.floats
import payments.adapters.fraud.tables
import payments.adapters.ledger.tables
import payments.adapters.reconciliation.tables
import payments.adapters.routing.tables
import payments.adapters.tables
import payments.read_models.adjustment_list
import payments.read_models.directory
import payments.read_models.fraud_case_list
import payments.read_models.instrument_list
import payments.read_models.withdrawal_list  # noqa: F401
from chassis.db.migrations import run_environment
from payments.application.schema import metadata

run_environment(metadata)
