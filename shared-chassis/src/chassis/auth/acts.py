"""What is told of something that was done (a look, a download, a job), with everything that let it be done."""

from typing import Any, Final
from uuid import UUID

from chassis.auth.caller import Caller
from chassis.auth.policy.model import Decision, Policy
from chassis.store.context import Context
from contracts.platform.events import AccessRecorded

_MOST_RULES: Final = 20


def act(
    caller: Caller | None,
    ctx: Context,
    action: str,
    subject: tuple[str, object],
    *,
    permission: str | None = None,
    casino_id: UUID | None = None,
    details: dict[str, Any] | None = None,
    reason_permission: str | None = None,
) -> AccessRecorded:
    """The fact that something was done, to be published in the transaction in which it was done.

    Args:
        caller: who did it; None: it came by itself.
        ctx: of the request in which it was done.
        subject: of which kind, and which one.
        permission: by which it was done; the lines of roles that gave it are told with it.
        reason_permission: reads why it was done; None: whoever sees the fact.
    """
    known = {} if caller is None else {"request_id": ctx.correlation_id, **proof(caller)}
    if permission is not None and caller is not None and caller.kind in ("staff", "client"):
        decision = caller.decide(permission, casino_id)
        policy = caller.access.policy if caller.access is not None else None
        known |= {**why(decision), "break_glass": bool(emergency_roles(policy) & roles_of(decision))}
    return AccessRecorded(
        action=action,
        permission=permission,
        outcome="allow",
        subject_kind=subject[0],
        subject_id=str(subject[1]),
        casino_id=casino_id,
        details=details,
        reason_permission=reason_permission,
        **known,
    )


def proof(caller: Caller) -> dict[str, Any]:
    """How and when whoever asks proved who they are, as an entry of the trail says it."""
    return {
        "authenticated_at": caller.asking.authenticated_at,
        "amr": tuple(sorted(caller.amr)),
        "acting_for": caller.acting_for,
    }


def why(decision: Decision) -> dict[str, Any]:
    """Why it was decided so, as an entry of the trail says it."""
    return {"decision": decision.code, "rules": decision.rules[:_MOST_RULES], "policy_version": decision.version}


def roles_of(decision: Decision) -> frozenset[str]:
    """The names of the roles whose lines decided."""
    return frozenset(rule.partition("@")[0] for rule in decision.rules)


def emergency_roles(policy: Policy | None) -> frozenset[str]:
    """The names of the roles of emergency access."""
    if policy is None:
        return frozenset()
    return frozenset(role.name for role in policy.roles.values() if role.break_glass)
