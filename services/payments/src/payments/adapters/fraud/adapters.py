"""The ports of the analysis of payments, put together."""

from chassis.privacy.keys import MasterKey
from payments.adapters.fraud.decisions import SqlDecisions
from payments.adapters.fraud.features import SqlFeatures
from payments.adapters.fraud.fingerprints import HmacFingerprints
from payments.adapters.fraud.lists import SqlLists
from payments.adapters.fraud.rule_sets import SqlRuleSets
from payments.application.fraud.ports import Cases, Fraud


def fraud_in(master_key: MasterKey, cases: Cases) -> Fraud:
    """In PostgreSQL, in the transactions of the service."""
    return Fraud(
        features=SqlFeatures(),
        rules=SqlRuleSets(),
        decisions=SqlDecisions(),
        lists=SqlLists(),
        cases=cases,
        fingerprints=HmacFingerprints(master_key),
    )
