"""Every permission payments asks for, as an administrator meets it."""

from chassis.auth import PermissionSpec
from chassis.parked import parked_permissions
from contracts.payments.permissions import PaymentsPermission as P

_FRESH_S = 300

PERMISSIONS = (
    PermissionSpec(
        P.PROVIDER_CONFIGURE,
        "Set up payment providers of a casino",
        "critical",
        ("financial",),
        description="Where players' money goes, keys and addresses included.",
        step_up_s=_FRESH_S,
        four_eyes=True,
    ),
    PermissionSpec(P.PROVIDER_LIST, "See the payment providers of a casino", "low"),
    PermissionSpec(
        P.POLICY_SET,
        "Set the rules for withdrawals of a casino",
        "critical",
        ("financial",),
        description="From which amount a second person must approve.",
        step_up_s=_FRESH_S,
        four_eyes=True,
    ),
    PermissionSpec(P.DEPOSIT_LIST, "See deposits", "normal", ("financial",), impersonation=True, api_client=True),
    PermissionSpec(P.WITHDRAWAL_LIST, "See withdrawals", "normal", ("financial",), impersonation=True, api_client=True),
    PermissionSpec(
        P.WITHDRAWAL_APPROVE,
        "Approve withdrawals",
        "critical",
        ("financial",),
        description="Money leaves the casino. A role may set a largest amount.",
        amounts=True,
    ),
    PermissionSpec(
        P.WITHDRAWAL_REJECT,
        "Reject withdrawals",
        "high",
        ("financial",),
        description="The money goes back to the player's balance; he is not told the reason.",
        amounts=True,
    ),
    PermissionSpec(
        P.WITHDRAWAL_VIEW_REASON,
        "Read why withdrawals were rejected",
        "normal",
        description="Colleagues write freely there, suspicions included.",
    ),
    PermissionSpec(
        P.BALANCE_VIEW, "See a player's balance", "normal", ("financial",), impersonation=True, api_client=True
    ),
    PermissionSpec(
        P.STATEMENT_VIEW,
        "See every movement of a player's money",
        "normal",
        ("financial",),
        impersonation=True,
        api_client=True,
    ),
    PermissionSpec(P.LEDGER_VIEW, "See the sums of the ledger", "normal", ("financial",)),
    PermissionSpec(P.LEDGER_LIST, "See the entries of the ledger", "normal", ("financial",), api_client=True),
    PermissionSpec(P.LEDGER_EXPORT, "Take entries of the ledger away as a file", "high", ("financial",)),
    PermissionSpec(P.ATTEMPT_LIST, "See the calls to payment providers", "normal"),
    PermissionSpec(P.NOTIFICATION_LIST, "See the notifications of payment providers", "normal", ("financial",)),
    PermissionSpec(P.LIST_HEAVY, "Ask lists for what costs much", "high"),
    PermissionSpec(P.APPROVAL_LIST, "See what waits for a second person", "normal"),
    PermissionSpec(P.PROVIDER_APPROVE, "Approve changes of payment providers", "critical", step_up_s=_FRESH_S),
    PermissionSpec(P.POLICY_APPROVE, "Approve changes of the rules for withdrawals", "critical", step_up_s=_FRESH_S),
    PermissionSpec(P.DEPOSIT_EXPORT, "Take deposits away as a file", "high", ("financial",)),
    PermissionSpec(P.WITHDRAWAL_EXPORT, "Take withdrawals away as a file", "high", ("financial",)),
    PermissionSpec(
        P.APPROVAL_EXPORT, "Take what waits for a second person, or waited, away as a file", "high", ("internal",)
    ),
    PermissionSpec(P.STATEMENT_EXPORT, "Take the movements of a wallet away as a file", "high", ("financial",)),
    PermissionSpec(P.ATTEMPT_EXPORT, "Take the calls to providers away as a file", "high", ("internal",)),
    PermissionSpec(
        P.NOTIFICATION_EXPORT,
        "Take what providers notified us of away as a file",
        "high",
        (
            "internal",
            "financial",
        ),
    ),
    PermissionSpec(
        P.ADJUSTMENT_CREATE,
        "Propose to move money between the house and a player",
        "high",
        ("financial",),
        description="For a reason of people's own: goodwill, an error of a game. A role may set a largest amount.",
        four_eyes=True,
        amounts=True,
    ),
    PermissionSpec(
        P.ADJUSTMENT_APPROVE,
        "Approve money that is moved by hand",
        "critical",
        ("financial",),
        description="A role may set a largest amount.",
        step_up_s=_FRESH_S,
        amounts=True,
    ),
    PermissionSpec(P.ADJUSTMENT_LIST, "See what was moved by hand", "normal", ("financial",)),
    PermissionSpec(
        P.ADJUSTMENT_VIEW_REASON,
        "Read why money was moved by hand",
        "normal",
        description="Colleagues write freely there, suspicions included.",
    ),
    PermissionSpec(P.ADJUSTMENT_EXPORT, "Take what was moved by hand away as a file", "high", ("financial",)),
    *parked_permissions("payments"),
    PermissionSpec(P.VIEW_SHARE, "Share saved views of lists with a role or a casino"),
    PermissionSpec(
        P.BULK_RUN,
        "Do to many rows at once what one may do to each",
        "high",
        description="It gives nothing by itself: each row takes the permission for it, at its casino, when it is done.",
    ),
    PermissionSpec(P.BULK_APPROVE, "Approve what is done to many rows at once", "critical", step_up_s=_FRESH_S),
)
