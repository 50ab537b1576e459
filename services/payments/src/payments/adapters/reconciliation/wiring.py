"""What reconciliation is put together from."""

from chassis.files import FileStore
from chassis.settings import ServiceSettings
from payments.adapters.reconciliation.store import SqlReconciliations
from payments.application.reconciliation.desk import Reconciling
from payments.application.reconciliation.formats import SettlementFormat


def reconciling(settings: ServiceSettings, formats: dict[str, SettlementFormat]) -> Reconciling:
    """The member of the desk."""
    return Reconciling(store=SqlReconciliations(), files=FileStore(settings.files_url, "settlements"), formats=formats)
