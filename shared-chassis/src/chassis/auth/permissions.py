"""What a permission is, declared next to the routes that ask for it and collected from all services."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

Risk = Literal["low", "normal", "high", "critical"]
DataClass = Literal["public", "internal", "pii_basic", "pii_sensitive", "financial", "rg", "aml"]

_ID = re.compile(r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*){2}$")


@dataclass(frozen=True, slots=True)
class PermissionSpec:
    """A permission as an administrator meets it when building a role.

    Attributes:
        id: `service.resource.action`.
        title: what it allows, as a person would say it.
        risk: how much harm it can do; wildcards in roles never include `critical` ones.
        data_classes: the kinds of data its holder gets to see.

    >>> PermissionSpec("payments.withdrawal.approve", "Approve withdrawals", "high").id
    'payments.withdrawal.approve'
    >>> PermissionSpec("withdrawals", "Everything")
    Traceback (most recent call last):
    ValueError: 'withdrawals' is not of the form service.resource.action
    """

    id: str
    title: str
    risk: Risk = "normal"
    data_classes: tuple[DataClass, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "id", str(self.id))
        if not _ID.match(self.id):
            raise ValueError(f"{self.id!r} is not of the form service.resource.action")


def manifest(permissions: Iterable[PermissionSpec]) -> list[dict[str, Any]]:
    """The permissions as data, in the order of their ids; ValueError when one is declared twice."""
    by_id: dict[str, PermissionSpec] = {}
    for spec in permissions:
        if by_id.setdefault(spec.id, spec) != spec:
            raise ValueError(f"{spec.id} is declared twice, differently")
    return [
        {"id": spec.id, "title": spec.title, "risk": spec.risk, "data_classes": list(spec.data_classes)}
        for spec in sorted(by_id.values(), key=lambda spec: spec.id)
    ]
