"""The same roles in Cedar's language, for somebody else's evaluator to decide by."""

import json
from collections.abc import Iterable
from typing import Any

from chassis.auth.policy.model import Asking, PermissionMeta, Policy, PolicyAssignment, PolicyRole, RoleGrant, Wish
from chassis.store.context import CasinoScope

SCHEMA_CONTEXT = {
    "now": {"type": "Long", "required": True},
    "issued": {"type": "Long", "required": True},
    "impersonating": {"type": "Boolean", "required": True},
    "client": {"type": "Boolean", "required": True},
    "amount": {"type": "Long", "required": False},
    "currency": {"type": "String", "required": True},
}


def schema(policy: Policy) -> str:
    """What the policies may speak of: a misspelt action in one of them is found by it."""
    applies = {
        "principalTypes": ["User"],
        "resourceTypes": ["Casino"],
        "context": {"type": "Record", "attributes": SCHEMA_CONTEXT},
    }
    user = {"active": {"type": "Boolean"}, "client": {"type": "Boolean"}, "since": {"type": "Long"}}
    entities = {"User": {"shape": {"type": "Record", "attributes": user}}, "Casino": {}}
    actions = {name: {"appliesTo": applies} for name in policy.permissions}
    return json.dumps({"": {"entityTypes": entities, "actions": actions}})


def entities(policy: Policy, askings: Iterable[Asking]) -> list[dict[str, Any]]:
    """Everybody who asks; those the policy does not know have no policies."""
    made = []
    for subject_id in {asking.subject_id for asking in askings}:
        known = policy.subjects.get(subject_id)
        since = known.sessions_from if known is not None else None
        attributes = {
            "active": known is None or known.active,
            "client": known is not None and known.kind == "client",
            "since": int(since.timestamp()) if since is not None else 0,
        }
        made.append({"uid": {"type": "User", "id": str(subject_id)}, "attrs": attributes, "parents": []})
    return made


def policies(policy: Policy) -> str:
    """A permit for each allow, a forbid for each deny, and a forbid for each ban."""
    rules = ["forbid(principal, action, resource) unless { principal.active && context.issued >= principal.since };"]
    rules += [
        rule
        for subject in policy.subjects.values()
        for assignment in subject.assignments
        if (role := policy.roles.get(assignment.role_id)) is not None
        for grant in role.grants
        if (rule := _rule(policy, str(subject.id), assignment, role, grant))
    ]
    for meta in policy.permissions.values():
        action = f'action == Action::"{meta.id}"'
        if not meta.impersonation or meta.risk in ("high", "critical"):
            rules.append(f"forbid(principal, {action}, resource) when {{ context.impersonating }};")
        if not meta.api_client or meta.id.startswith("security."):
            rules.append(f"forbid(principal, {action}, resource) when {{ context.client || principal.client }};")
    return "\n".join(rules)


def request(asking: Asking, wish: Wish, now: int) -> dict[str, Any]:
    """A wish as Cedar is asked."""
    context: dict[str, Any] = {
        "now": now,
        "issued": int(asking.issued_at.timestamp()) if asking.issued_at is not None else -1,
        "impersonating": asking.impersonating,
        "client": asking.kind == "client",
        "currency": wish.currency or "",
    }
    if wish.amount_minor is not None:
        context["amount"] = abs(wish.amount_minor)
    return {
        "principal": {"type": "User", "id": str(asking.subject_id)},
        "action": {"type": "Action", "id": wish.permission},
        "resource": {"type": "Casino", "id": str(wish.casino_id)},
        "context": context,
    }


def _rule(policy: Policy, subject: str, assignment: PolicyAssignment, role: PolicyRole, grant: RoleGrant) -> str | None:
    reached = sorted(
        name
        for name in grant.permissions & policy.permissions.keys()
        if _reaches(policy.permissions[name], role, grant)
    )
    if not reached:
        return None
    actions = ", ".join(f'Action::"{name}"' for name in reached)
    conditions = [_within(assignment.scope), _within(grant.scope)]
    if assignment.not_before is not None:
        conditions.append(f"context.now >= {int(assignment.not_before.timestamp())}")
    if assignment.expires_at is not None:
        conditions.append(f"context.now < {int(assignment.expires_at.timestamp())}")
    if grant.effect == "allow" and grant.ceilings:
        known = " || ".join(
            f'(context.currency == "{currency}" && context.amount <= {most})'
            for currency, most in grant.ceilings.items()
        )
        conditions.append(f"(!(context has amount) || (context has amount && ({known})))")
    word = "permit" if grant.effect == "allow" else "forbid"
    return (
        f'{word}(principal == User::"{subject}", action in [{actions}], resource) when {{ {" && ".join(conditions)} }};'
    )


def _reaches(meta: PermissionMeta, role: PolicyRole, grant: RoleGrant) -> bool:
    if not role.break_glass or grant.effect != "allow":
        return True
    if meta.id.split(".")[0] == "security" or meta.id.split(".")[1].startswith("audit"):
        return False
    return meta.risk != "critical" or meta.id in grant.exact


def _within(scope: CasinoScope) -> str:
    if scope.ids is None:
        return f"!({_one_of(scope.but)})"
    return f"({_one_of(scope.ids)})"


def _one_of(casinos: Iterable[object]) -> str:
    return " || ".join(f'resource == Casino::"{casino}"' for casino in casinos) or "false"
