"""How little and how much a casino takes in one deposit."""

from dataclasses import dataclass

from payments.domain.deposit.errors import AmountOutsidePolicy


@dataclass(frozen=True, slots=True, kw_only=True)
class DepositBounds:
    """In minor units of one currency, both included. None: no bound but the provider's own.

    >>> DepositBounds(min_minor=1000).check(1000)
    """

    min_minor: int | None = None
    max_minor: int | None = None

    def check(self, amount_minor: int) -> None:
        """Raise AmountOutsidePolicy when as little, or as much, is not taken at once."""
        if self.min_minor is not None and amount_minor < self.min_minor:
            raise AmountOutsidePolicy(f"At least {self.min_minor} minor units at once.", field="amount_minor")
        if self.max_minor is not None and amount_minor > self.max_minor:
            raise AmountOutsidePolicy(f"At most {self.max_minor} minor units at once.", field="amount_minor")


UNBOUNDED = DepositBounds()
