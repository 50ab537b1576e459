"""The life of an adjustment: made once, of the facts that were agreed on."""

from collections.abc import Sequence

from chassis.domain import Decider
from payments.domain.adjustment.commands import AdjustWallet
from payments.domain.adjustment.errors import AdjustmentAlreadyMade
from payments.domain.adjustment.events import AdjustmentFact, WalletAdjusted


def decide(command: AdjustWallet, state: AdjustmentFact | None) -> Sequence[WalletAdjusted]:
    """Asked again with the same facts nothing is new."""
    if state is None:
        return [WalletAdjusted(fact=command.fact, adjusted_at=command.now)]
    if command.fact != state:
        raise AdjustmentAlreadyMade(field="adjustment_id")
    return []


def evolve(state: AdjustmentFact | None, event: WalletAdjusted) -> AdjustmentFact | None:
    return state or event.fact


initial: AdjustmentFact | None = None
adjustment: Decider[AdjustWallet, AdjustmentFact | None, WalletAdjusted] = Decider(
    "adjustment", initial, decide, evolve
)
