"""Which commands take a second person, said as data."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from contracts.money import EXPONENTS

DAY = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Size:
    """How much a command moves: 250 `rows`, or 10000 of the minor unit of `EUR`."""

    unit: str
    amount: int

    @property
    def is_money(self) -> bool:
        """Whether a role's largest amount has a say in it."""
        return self.unit in EXPONENTS


@dataclass(frozen=True, slots=True, kw_only=True)
class FourEyes:
    """The rule of one command.

    Attributes:
        permission: who may propose it.
        approve: who may approve it, in the same casinos; `service.resource.approve` unless named.
        threshold: the most that goes without a second person, by unit. A size in another unit, or none, takes one.
        expires: how long a proposal waits for people.
        needed: how many must approve it beside the one who proposed it; one or two, which the audit trail has room for.
        step_up_s: how old, in seconds, an approver's proof of who they are may be.

    >>> rule = FourEyes(permission="payments.adjustment.create", threshold={"EUR": 100_00})
    >>> rule.approve
    'payments.adjustment.approve'
    >>> [rule.takes_two(size) for size in (Size("EUR", 100_00), Size("EUR", 100_01), Size("USD", 1), None)]
    [False, True, True, True]
    """

    permission: str
    approve: str = ""
    threshold: Mapping[str, int] = field(default_factory=dict)
    expires: timedelta = DAY
    needed: int = 1
    step_up_s: int = 300

    def __post_init__(self) -> None:
        object.__setattr__(self, "permission", str(self.permission))
        object.__setattr__(self, "approve", str(self.approve) or f"{self.permission.rpartition('.')[0]}.approve")
        if self.needed not in (1, 2) or self.expires <= timedelta(0):
            raise ValueError("one or two people must approve it, and have time for it")
        if self.approve == self.permission:
            raise ValueError("whoever may propose it would be whoever may approve it")

    def takes_two(self, size: Size | None) -> bool:
        """Whether a second person is needed for as much."""
        return size is None or size.unit not in self.threshold or size.amount > self.threshold[size.unit]
