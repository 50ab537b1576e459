"""`python -m tools.access_matrix [--check]`: which of the seed roles comes in where: a row per route.

Made from what the routes ask for, what the services declare and what the roles allow, and decided by the function that
decides at the doors. A change of any of them shows in `docs/access-matrix.csv`, which is reviewed like code.
"""

import argparse
import csv
import io
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from importlib import import_module
from types import SimpleNamespace
from typing import Any, Final, Literal
from uuid import NAMESPACE_URL, UUID, uuid5

import msgspec
from fastapi import FastAPI

from chassis.auth import PermissionSpec
from chassis.auth.policy.decide import decide
from chassis.auth.policy.model import Asking, PermissionMeta, Policy, PolicyAssignment, PolicySubject, Wish
from chassis.http.routes import DeclaredRoute, declared_routes
from chassis.runtime import Service, http_application
from chassis.store import CasinoScope
from chassis.testing.environment import make_settings
from contracts.registry import SERVICES
from security.application.policy import Known, policy_of
from security.application.seed_roles import SEED_ROLES
from tools.repository import ROOT

MATRIX: Final = ROOT / "docs" / "access-matrix.csv"

Cell = Literal["yes", "fresh", "two", "no"]
"""`fresh`: with a fresh proof of who it is; `two`: as a proposal that a second person approves."""

_ELSEWHERE: Final = {f"{name}_url": f"http://{name}.invalid" for name in SERVICES}
_OPEN: Final = ("any staff", "any person")
_MOMENT: Final = datetime(2026, 1, 1, tzinfo=UTC)


def service_of(name: str) -> Service:
    """A service as its main.py puts it together, not started."""
    settings = import_module(f"{name}.settings").Settings
    known = {one: value for one, value in _ELSEWHERE.items() if one in settings.model_fields}
    built: Service = import_module(f"{name}.main").build(make_settings(settings, **known))
    return built


def subject_of(role: str) -> UUID:
    """The member of staff who holds just this role, for the whole operator."""
    return uuid5(NAMESPACE_URL, f"holder:{role}")


def seed_policy(specs: Mapping[str, PermissionSpec]) -> Policy:
    """A policy of one person per seed role."""
    roles = [
        SimpleNamespace(
            role_id=uuid5(NAMESPACE_URL, f"role:{one.name}"),
            name=one.name,
            version=1,
            grants=msgspec.to_builtins(one.grants),
            break_glass=one.break_glass,
            status="active",
        )
        for one in SEED_ROLES
    ]
    made = policy_of(
        Known(permissions=map(_meta, specs.values()), roles=roles, assignments=(), staff=()),
        version=1,
        issued_at=_MOMENT,
    )
    holders = {}
    for role in roles:
        held = PolicyAssignment(id=role.role_id, role_id=role.role_id, scope=CasinoScope.everything())
        who = subject_of(role.name)
        holders[who] = PolicySubject(id=who, assignments=(held,))
    return replace(made, subjects=holders)


def rows(applications: Mapping[str, FastAPI], policy: Policy) -> Iterator[list[str]]:
    """The rows of the matrix, its heading first."""
    yield ["service", "method", "path", "asks for", *(one.name for one in SEED_ROLES)]
    for name, application in applications.items():
        for route in sorted(declared_routes(application), key=lambda one: (one.path, one.methods)):
            if route.path.startswith(f"/api/{name}/"):
                for method in route.methods:
                    asks = route.rule.permission or route.rule.label
                    yield [name, method, route.path, asks, *(cell(policy, one.name, route) for one in SEED_ROLES)]


def cell(policy: Policy, role: str, route: DeclaredRoute) -> Cell:
    """Whether the holder of a role comes in."""
    rule = route.rule
    if rule.permission is None:
        return "yes" if rule.tokens == "none" or rule.label.startswith(_OPEN) else "no"
    now = datetime.now(UTC)
    asking = Asking(subject_id=subject_of(role), issued_at=now, authenticated_at=now)
    decision = decide(policy, asking, Wish(permission=rule.permission), now)
    if not decision.allowed:
        return "no"
    if decision.outcome == "four_eyes":
        return "two"
    return "yes" if policy.permissions[rule.permission].step_up_s is None else "fresh"


def generate() -> str:
    """The matrix as CSV."""
    services = {name: service_of(name) for name in SERVICES}
    specs = {spec.id: spec for one in services.values() for spec in one.permissions}
    out = io.StringIO()
    applications = {name: http_application(one) for name, one in services.items()}
    csv.writer(out, lineterminator="\n").writerows(rows(applications, seed_policy(specs)))
    return out.getvalue()


def _meta(spec: PermissionSpec) -> PermissionMeta:
    fields: dict[str, Any] = {name: getattr(spec, name) for name in PermissionMeta.__dataclass_fields__}
    return PermissionMeta(**fields)


def main(arguments: list[str] | None = None) -> int:
    """Write the file, or compare it."""
    parser = argparse.ArgumentParser(prog="python -m tools.access_matrix", description=__doc__)
    parser.add_argument("--check", action="store_true", help="only compare; exit 1 when the file is out of date")
    content = generate()
    if not parser.parse_args(arguments).check:
        MATRIX.write_text(content)
        return 0
    if MATRIX.exists() and MATRIX.read_text() == content:
        return 0
    print("docs/access-matrix.csv is out of date: somebody comes in where he did not, or no longer does.")
    print("Run `python -m tools.access_matrix` and review what changed.")
    return 1


if __name__ == "__main__":
    sys.exit(main())
