"""What a player pays for a payment: by the terms of its method, as they are when he asks for it."""

from typing import Protocol

from chassis.domain import Invalid
from payments.application.errors import FeeChanged
from payments.application.ports import ProviderAccount
from payments.domain.deposit.errors import AmountOutsidePolicy
from payments.domain.instrument.events import Direction
from payments.domain.routing.terms import MethodTerms, PlayerFee


class Charged(Protocol):
    """What a player asks for. `method` None: he named the provider alone. `told_fee_minor`: what he was told it costs;
    None: he does not say.
    """

    @property
    def method(self) -> str | None: ...
    @property
    def amount_minor(self) -> int: ...
    @property
    def currency(self) -> str: ...
    @property
    def told_fee_minor(self) -> int | None: ...


def fee_of_method(account: ProviderAccount, method: str, direction: Direction) -> PlayerFee:
    """On which terms a player pays for the method at this account."""
    terms = account.methods.get(method, MethodTerms())
    return terms.deposit_fee if direction is Direction.IN else terms.withdrawal_fee


def fee_of_wish(account: ProviderAccount, wish: Charged, direction: Direction) -> int:
    """The fee, in minor units.

    Where he names the provider alone it must be the same whatever he pays by: nobody chooses a fee by keeping silent.

    Raises:
        Invalid: it depends on the method, or the provider has no such method.
        FeeChanged: it is more than he was told.
        AmountOutsidePolicy: nothing would be left of a deposit.
    """
    if wish.method is not None and wish.method not in account.methods:
        raise Invalid("This provider does not offer the method.", field="method")
    names = account.methods if wish.method is None else (wish.method,)
    fees = {fee_of_method(account, one, direction).of(wish.amount_minor, wish.currency) for one in names}
    if len(fees) > 1:
        raise Invalid("What it costs depends on the method: name that.", field="method")
    fee = max(fees, default=0)
    if wish.told_fee_minor is not None and fee > wish.told_fee_minor:
        raise FeeChanged(f"It costs {fee} minor units now.", field="fee_minor")
    if direction is Direction.IN and fee >= wish.amount_minor:
        raise AmountOutsidePolicy(f"It costs {fee} minor units.", field="amount_minor")
    return fee
