"""Events that are themselves of a guarded kind of data: that they happened is not for everybody to know."""

from collections.abc import Mapping
from typing import Final, Literal

from contracts.backoffice.events import DepositLimitSet, SelfExclusionStarted
from contracts.verification.events import HitDecided, HitRaised, HitWithdrawn, ScreeningCompleted

EVENT_CLASSES: Final[Mapping[str, Literal["rg", "aml"]]] = {
    DepositLimitSet.type: "rg",
    SelfExclusionStarted.type: "rg",
    HitRaised.type: "aml",
    HitWithdrawn.type: "aml",
    HitDecided.type: "aml",
    ScreeningCompleted.type: "aml",
}
"""By type. Limits and exclusions protect a player; whoever warns a suspect that he is looked into breaks the law."""
