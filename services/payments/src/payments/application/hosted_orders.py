"""What a cashier that is not ours names: a payment the player began there, or an order to pay of ours.

Such an order was approved and is on hold before the cashier hears of it. It asks us about it like about any other, and
one transaction of it is let through.
"""

from dataclasses import dataclass
from uuid import UUID, uuid5

from chassis.domain import NotFound
from chassis.store import UnitOfWork
from payments.application.desk import Desk
from payments.application.inverted import Movement
from payments.application.outcomes import NotificationOutcome as Became
from payments.application.stores import Handled
from payments.application.withdrawal_news import KEPT_BACK, is_kept_back
from payments.application.withdrawals import hear_about_payee, hear_about_payout
from payments.domain.withdrawal.aggregate import withdrawal
from payments.domain.withdrawal.errors import UnlawfulPayoutWord
from payments.domain.withdrawal.states import AtProvider, Existing
from payments.domain.withdrawal.words import Taken

APPLIED = Handled(outcome=Became.APPLIED, accepted=True)


@dataclass(frozen=True, slots=True)
class This:
    """Whose movement it is."""

    casino_id: UUID
    provider: str
    player_id: UUID
    movement: Movement

    @property
    def id(self) -> UUID:
        """Of the deposit or withdrawal."""
        return payment_id(self.casino_id, self.provider, self.movement)

    @property
    def ordered(self) -> bool:
        """Whether an order of ours began it, and not the player in the cashier."""
        return self.id != begun_there(self.casino_id, self.provider, self.movement)

    @property
    def contradicted(self) -> bool:
        """Whether the cashier calls it something else than we did when we said yes to it."""
        said = self.movement.approved_as
        return said is not None and said.lower() != str(self.id)


async def may_carry_out(desk: Desk, uow: UnitOfWork, this: This) -> Handled:
    """An order of ours, approved and on hold: one transaction pays it, whichever asks first. Every other is refused.

    It is refused as well while the account is off, once people found out that it was never paid, or when it would not
    be sent any more: people hear of that, and the money stays on hold until what became of the order is known.
    """
    movement = this.movement
    state = await _ordered(uow, this)
    if not isinstance(state, AtProvider):
        raise UnlawfulPayoutWord("payout_never_sent")
    fact = state.order.fact
    if (fact.amount_minor, fact.currency) != (movement.amount_minor, movement.currency):
        raise UnlawfulPayoutWord("amount_differs")
    await desk.offered(uow.connection, this.casino_id, this.provider, movement.currency)
    if await is_kept_back(desk, uow, this.id, state.order):
        return Handled(outcome=Became.SET_ASIDE, accepted=False, code=KEPT_BACK)
    if movement.instrument is not None:
        await hear_about_payee(desk, uow, this.id, fact, movement.instrument)
    await hear_about_payout(desk, uow, this.id, Taken(reference=movement.tx_id))
    return APPLIED


async def _ordered(uow: UnitOfWork, this: This) -> Existing:
    """The withdrawal that is paid, which must be this casino's, cashier's and player's."""
    try:
        state = (await uow.load(withdrawal, this.id)).state
    except NotFound:
        raise UnlawfulPayoutWord("unknown_reference") from None
    if not isinstance(state, Existing) or state.order.fact.provider != this.provider:
        raise UnlawfulPayoutWord("unknown_reference")
    if state.order.fact.player_id != this.player_id:
        raise UnlawfulPayoutWord("player_differs")
    return state


async def is_another(uow: UnitOfWork, this: This) -> bool:
    """Whether it is a transaction of an order of ours that we did not let through."""
    errand = (await _ordered(uow, this)).order.errand
    return errand is None or errand.reference != this.movement.tx_id


def payment_id(casino_id: UUID, provider: str, movement: Movement) -> UUID:
    """The deposit or withdrawal that a transaction of the cashier's is here, always the same."""
    ordered = movement.order if movement.out else None
    return begun_there(casino_id, provider, movement) if ordered is None else ordered


def begun_there(casino_id: UUID, provider: str, movement: Movement) -> UUID:
    """What it is here where the player began it in the cashier."""
    return uuid5(casino_id, f"{provider}:{direction(movement)}:{movement.tx_id}")


def direction(movement: Movement) -> str:
    """Into the casino, or out of it."""
    return "out" if movement.out else "in"
