"""Four eyes: what one person proposes is done when another approved exactly that.

CONFIGURE = GuardedCommand(
    name="payments.configure_provider",
    rule=FourEyes(permission=P.PROVIDER_CONFIGURE, approve=P.PROVIDER_APPROVE),
    payload=ProviderChange, describe=what_would_change, execute=change_it,
)
Service(..., four_eyes=[CONFIGURE])
"""

from chassis.approvals.authority import Authority, PolicyAuthority
from chassis.approvals.command import GuardedCommand, Subject
from chassis.approvals.desk import Approvals
from chassis.approvals.proposing import PROPOSED, ApprovalRequested, Proposing
from chassis.approvals.rule import FourEyes, Size

__all__ = [
    "PROPOSED",
    "ApprovalRequested",
    "Approvals",
    "Authority",
    "FourEyes",
    "GuardedCommand",
    "PolicyAuthority",
    "Proposing",
    "Size",
    "Subject",
]
