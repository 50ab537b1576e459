"""What reconciliation works with, put together by main.py."""

from collections.abc import Mapping
from dataclasses import dataclass

from chassis.domain import Invalid
from payments.application.reconciliation.formats import SettlementFormat
from payments.application.reconciliation.ports import FileKeeper, Reconciliations


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciling:
    """Ports and formats; a member of the desk."""

    store: Reconciliations
    files: FileKeeper
    formats: Mapping[str, SettlementFormat]

    def format(self, name: str) -> SettlementFormat:
        """The format of this name; Invalid when there is none."""
        found = self.formats.get(name)
        if found is None:
            raise Invalid(f"One of {', '.join(sorted(self.formats))}.", field="format")
        return found
