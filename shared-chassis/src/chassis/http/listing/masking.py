"""How much a caller sees of a row: the one place where lists, detail pages, exports, search and live events are masked.

A kind of data is shown in one of four modes, decided per casino: `none` (as if there were no such field), `hash` (a
short keyed hash: equal values look equal), `mask` (what the field's own mask leaves), `clear`. Of limits, exclusions
and suspicions no hash is shown: that there is a value tells already.
"""

import hashlib
import hmac
from collections.abc import Mapping
from typing import Any, Final, Literal
from uuid import UUID

from chassis.auth.caller import Caller
from chassis.http.listing.fields import Field

Mode = Literal["none", "hash", "mask", "clear"]

_OPEN: Final = frozenset({"public", "internal"})
_TELLING: Final = frozenset({"rg", "aml"})
_HASH_CHARACTERS: Final = 12


def masked(row: Mapping[str, Any], fields: Mapping[str, Field], caller: Caller, casino: UUID | None, key: bytes) -> Any:
    """The row as the caller may see it: values masked or hashed, and without what is not theirs to know.

    Args:
        fields: those of the row, by name; what the row holds beside them is dropped.
        casino: of the row.
        key: of the hashes.
    """
    shown: dict[str, Any] = {}
    for name, field in fields.items():
        if name not in row or field.hidden or not may_know(caller, field, casino):
            continue
        value, mode = row[name], mode_of(caller, field, casino)
        if mode == "clear" or (value is None and mode != "none"):
            shown[name] = value
        elif mode == "mask":
            shown[name] = field.mask(value) if field.mask is not None else None
        elif mode == "hash":
            shown[name] = hashed(value, field, caller, casino, key)
    return shown


def hashed(value: Any, field: Field, caller: Caller, casino: UUID | None, key: bytes) -> str:
    """A short keyed hash: the same for equal values of one kind of data in one casino, as one reader sees them.

    Another reader, and another casino, have other hashes: what is known of a value here tells nothing about it there.
    """
    text = f"{field.data_class}\0{casino}\0{caller.id}\0{value}".encode("utf-8", "surrogatepass")
    return hmac.new(key, text, hashlib.sha256).hexdigest()[:_HASH_CHARACTERS]


def may_know(caller: Caller, field: Field, casino: UUID | None) -> bool:
    """Whether the field's own permission, if it has one, is held for this casino: then it is used, for it is shown."""
    return field.permission is None or caller.may(field.permission, casino)


def mode_of(caller: Caller, field: Field, casino: UUID | None = None) -> Mode:
    """How much is shown in this casino, or (without one) in every casino of the caller's scope."""
    if caller.is_player and (field.staff_only or field.data_class == "aml"):
        return "none"
    if caller.kind == "service" or (caller.is_player and caller.acting_for is None):
        return "clear"
    if field.clear_with is not None and _holds(caller, field.clear_with, casino):
        return "clear"
    if field.data_class in _OPEN:
        return "mask" if field.mask is not None else "clear"
    mode: Mode = caller.mode(field.data_class, casino)
    if (mode == "clear" and field.clear_with is not None) or (mode == "hash" and field.data_class in _TELLING):
        return "mask"
    return mode


def known_to(caller: Caller, field: Field) -> bool:
    """Whether the field exists for the caller: its permission is held wherever the list's is, and it is shown."""
    if field.permission is not None and not (
        caller.could(field.permission) and caller.scope() <= caller.reach(field.permission)
    ):
        return False
    return any(mode_of(caller, field, casino) != "none" for casino in (caller.scope().ids or (None,)))


def clear_everywhere(caller: Caller, field: Field) -> bool:
    """Whether it is shown in clear in every row the caller sees; only then may it be filtered and sorted, or it could
    be guessed letter by letter."""
    return all(mode_of(caller, field, casino) == "clear" for casino in (caller.scope().ids or (None,)))


def _holds(caller: Caller, permission: str, casino: UUID | None) -> bool:
    if casino is not None:
        return caller.could(permission, casino)
    return caller.could(permission) and caller.scope() <= caller.reach(permission)
