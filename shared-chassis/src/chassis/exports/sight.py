"""What somebody sees who takes a list away: what both the list's permission and that of the export show."""

import hashlib
import json
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Final, get_args
from uuid import UUID

from chassis.auth.caller import Caller
from chassis.auth.permissions import DataClass
from chassis.auth.policy.held import Held
from chassis.auth.policy.model import MODES, Mode
from chassis.http.listing.masking import may_know, mode_of
from chassis.http.listing.spec import ListSpec
from chassis.store.context import CasinoScope

_KINDS: Final[tuple[DataClass, ...]] = get_args(DataClass)
_SHARED: Final = [one.name for one in fields(Caller) if one.name != "admitted_by"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Exporting(Caller):
    """A caller within what two permissions allow: fewer casinos, and of each kind of data the lesser mode."""

    also: str = ""

    def reach(self, permission: str | None = None) -> CasinoScope:
        """See Caller."""
        found = Caller.reach(self, permission)
        return found if permission is not None else found & Caller.reach(self, self.also)

    def shown(self, data_class: DataClass, casino_id: UUID | None = None, permission: str | None = None) -> Mode:
        """See Caller."""
        found = Caller.shown(self, data_class, casino_id, permission)
        if permission is not None:
            return found
        return min(found, Caller.shown(self, data_class, casino_id, self.also), key=MODES.index)


def exporting(caller: Caller, permission: str | None, export: str) -> Exporting:
    """The caller as the one who takes the list away. Raises as `Caller.must` unless they hold both permissions.

    Args:
        permission: that of the list; None for one that is any member of the staff's.
    """
    for one in (permission, export):
        if one is not None:
            caller.must(one)
    return Exporting(**{name: getattr(caller, name) for name in _SHARED}, admitted_by=permission or export, also=export)


def absent(subject_id: UUID, amr: list[str], held: Held | None) -> Caller:
    """Somebody of the staff who asked for something earlier, with what they hold now. The proof of who they are was
    asked for then."""
    now_s = int(datetime.now(UTC).timestamp())
    caller = Caller(
        kind="staff",
        id=subject_id,
        name=str(subject_id),
        amr=frozenset(amr),
        issued_at=now_s,
        authenticated_at=now_s,
    )
    return caller.by(held)


def sight_hash(caller: Caller, spec: ListSpec) -> str:
    """Equal as long as the caller sees the same casinos, fields and modes, and all kinds of data as they did: what a
    list leaves out, and what is left out of the contents of a field, goes by these as well.
    """
    scope = caller.scope()
    casinos = sorted(scope.ids, key=str) if scope.ids is not None else [None]
    shown = {
        name: [mode_of(caller, field, one) if may_know(caller, field, one) else "none" for one in casinos]
        for name, field in spec.fields.items()
    }
    kinds = {kind: [caller.mode(kind, one) for one in casinos] for kind in _KINDS}
    whole = [None if scope.ids is None else [str(one) for one in casinos], sorted(map(str, scope.but)), shown, kinds]
    return hashlib.sha256(json.dumps(whole).encode()).hexdigest()
