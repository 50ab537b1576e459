"""The ports of the analysis of payments, put together."""

from collections.abc import Callable, Mapping
from functools import partial

from payments.adapters.fraud.decisions import SqlDecisions
from payments.adapters.fraud.features import SqlFeatures
from payments.adapters.fraud.fingerprints import HmacFingerprints
from payments.adapters.fraud.lists import SqlLists
from payments.adapters.fraud.rule_sets import SqlRuleSets
from payments.application.exchange_store import RateSource
from payments.application.fraud.noes import is_of_payer
from payments.application.fraud.ports import Cases, Fraud
from payments.application.ports import PaymentProvider
from payments.settings import Settings


def fraud_in(
    settings: Settings,
    cases: Cases,
    sources: Mapping[str, Callable[[str], RateSource]],
    providers: Mapping[str, PaymentProvider],
) -> Fraud:
    """In PostgreSQL, in the transactions of the service; with the source of rates that settings name."""
    of_payer = partial(is_of_payer, providers)
    return Fraud(
        features=SqlFeatures(of_payer),
        rules=SqlRuleSets(),
        decisions=SqlDecisions(),
        lists=SqlLists(),
        cases=cases,
        fingerprints=HmacFingerprints(settings.master_key_bytes),
        rates=sources[settings.rates_source](settings.rates_file),
        is_of_payer=of_payer,
    )
