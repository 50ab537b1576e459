"""What a permission is, declared next to the routes that ask for it and collected from all services."""

import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, Literal

Risk = Literal["low", "normal", "high", "critical"]
DataClass = Literal["public", "internal", "pii_basic", "pii_sensitive", "financial", "rg", "aml"]
"""Names and addresses are `pii_basic`, documents and birth dates `pii_sensitive`, limits and exclusions `rg`."""

Scopable = Literal["casino", "operator"]

_ID = re.compile(r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*){2}$")


@dataclass(frozen=True, slots=True)
class PermissionSpec:
    """A permission as an administrator meets it when building a role.

    Attributes:
        id: `service.resource.action`.
        title: what it allows, as a person would say it.
        risk: how much harm it can do; wildcards in roles never include `critical` ones.
        data_classes: the kinds of data its holder gets to see.
        description: what a title has no room for.
        step_up_s: how old, in seconds, the proof of who it is may be; None: as old as the session.
        four_eyes: it takes a second person. Routes that ask for it make a proposal first (`chassis.approvals`).
        impersonation: whether somebody who looks at things as a player may have it.
        api_client: whether a partner's program may have it; never what is critical.
        scopable: whether it is held for single casinos, or for the whole operator alone.
        since: the day it was first declared, for reviews: `2026-11-28`.
        amounts: whether it is asked for with an amount (`caller.must(..., amount_minor, currency)`), so that a role may
            set a largest one. A ceiling on anything else is refused.

    >>> PermissionSpec("payments.withdrawal.approve", "Approve withdrawals", "high").id
    'payments.withdrawal.approve'
    >>> PermissionSpec("payments.withdrawal.approve", "Approve withdrawals", api_client=True)
    Traceback (most recent call last):
    ValueError: payments.withdrawal.approve is not for partners' programs: nothing critical is, no access, no approval
    >>> PermissionSpec("withdrawals", "Everything")
    Traceback (most recent call last):
    ValueError: 'withdrawals' is not of the form service.resource.action
    """

    id: str
    title: str
    risk: Risk = "normal"
    data_classes: tuple[DataClass, ...] = ()
    description: str = ""
    step_up_s: int | None = None
    four_eyes: bool = False
    impersonation: bool = False
    api_client: bool = False
    scopable: Scopable = "casino"
    since: str = "2026-11-28"
    amounts: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "id", str(self.id))
        if not _ID.match(self.id):
            raise ValueError(f"{self.id!r} is not of the form service.resource.action")
        service, _, action = self.id.split(".")
        if self.api_client and (service == "security" or self.risk == "critical" or action.startswith("approve")):
            raise ValueError(f"{self.id} is not for partners' programs: nothing critical is, no access, no approval")


def manifest(permissions: Iterable[PermissionSpec]) -> list[dict[str, Any]]:
    """The permissions as data, in the order of their ids; ValueError when one is declared twice."""
    by_id: dict[str, PermissionSpec] = {}
    for spec in permissions:
        if by_id.setdefault(spec.id, spec) != spec:
            raise ValueError(f"{spec.id} is declared twice, differently")
    return [
        {**asdict(spec), "data_classes": list(spec.data_classes)}
        for spec in sorted(by_id.values(), key=lambda spec: spec.id)
    ]
