"""The ports of the analysis of payments, put together."""

from collections.abc import Callable, Mapping

from payments.adapters.fraud.decisions import SqlDecisions
from payments.adapters.fraud.features import SqlFeatures
from payments.adapters.fraud.fingerprints import HmacFingerprints
from payments.adapters.fraud.lists import SqlLists
from payments.adapters.fraud.rule_sets import SqlRuleSets
from payments.application.exchange_store import RateSource
from payments.application.fraud.ports import Cases, Fraud
from payments.settings import Settings


def fraud_in(settings: Settings, cases: Cases, sources: Mapping[str, Callable[[str], RateSource]]) -> Fraud:
    """In PostgreSQL, in the transactions of the service; with the source of rates that settings name."""
    return Fraud(
        features=SqlFeatures(),
        rules=SqlRuleSets(),
        decisions=SqlDecisions(),
        lists=SqlLists(),
        cases=cases,
        fingerprints=HmacFingerprints(settings.master_key_bytes),
        rates=sources[settings.rates_source](settings.rates_file),
    )
