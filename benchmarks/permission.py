"""What a permission check costs by the compiled policy, and what compiling it costs.

    make bench-permission                      a minute
    python benchmarks/permission.py --checks 2000000

200 members of staff with several of 40 roles each, 300 permissions, 12 casinos. The same questions are put to the
compiled policy, to the full decision with its explanation, to Cedar with everything parsed beforehand, and to a loop
over the roles' patterns with `fnmatch`, which is what one would write first.
"""

import argparse
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

import cedarpy

from chassis.auth.policy.compile import Access, AccessCache
from chassis.auth.policy.model import (
    Asking,
    PermissionMeta,
    Policy,
    PolicyAssignment,
    PolicyRole,
    PolicySubject,
    RoleGrant,
    Wish,
)
from chassis.auth.policy.wire import decode, encode
from chassis.store.context import CasinoScope
from common import Result, report, say, stopwatch

GOAL_US = 1.0
BASELINE_NAME = "us per check of Cedar with policies and entities parsed beforehand"
NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
CASINOS = [UUID(int=1000 + n) for n in range(12)]
PERMISSIONS = [f"service{n % 6}.thing{n % 50}.do{n // 50}" for n in range(300)]
Question = tuple[UUID, str, UUID]


def made(random: Random, staff: int, roles: int) -> tuple[Policy, dict[UUID, list[str]]]:
    """A policy, and for each role the patterns it was written with."""
    patterns: dict[UUID, list[str]] = {}
    held: dict[UUID, PolicyRole] = {}
    for n in range(roles):
        role_id = UUID(int=3000 + n)
        patterns[role_id] = [f"service{random.randrange(6)}.thing{random.randrange(50)}.*" for _ in range(8)]
        patterns[role_id] += random.sample(PERMISSIONS, 12)
        names = frozenset(one for one in PERMISSIONS if any(fnmatchcase(one, p) for p in patterns[role_id]))
        grant = RoleGrant(id=f"role{n}@1#1", permissions=names)
        held[role_id] = PolicyRole(id=role_id, name=f"role{n}", version=1, grants=(grant,))
    subjects = {}
    for n in range(staff):
        who = UUID(int=2000 + n)
        given = tuple(
            PolicyAssignment(
                id=UUID(int=10_000 + n * 10 + k),
                role_id=random.choice(list(held)),
                scope=CasinoScope.of(*random.sample(CASINOS, 4)),
            )
            for k in range(3)
        )
        subjects[who] = PolicySubject(id=who, assignments=given)
    metas = {name: PermissionMeta(id=name) for name in PERMISSIONS}
    return Policy(version=1, issued_at=NOW, permissions=metas, roles=held, subjects=subjects), patterns


def timed(checks: int, ask: Callable[[], object]) -> float:
    """Microseconds per check of something that makes `checks` of them."""
    began = stopwatch()
    ask()
    return (stopwatch() - began) / checks * 1e6


def by_compiled(accesses: dict[UUID, Access], questions: list[Question], times: int) -> list[bool]:
    """The answers; the same questions again and again."""
    asked = [(accesses[who].may, permission, casino) for who, permission, casino in questions]
    answers: list[bool] = []
    for _ in range(times):
        answers = [may(permission, casino) for may, permission, casino in asked]
    return answers


def by_decision(accesses: dict[UUID, Access], questions: list[Question]) -> list[bool]:
    """The answers with code, rules and explanation."""
    return [
        accesses[who].decide(Asking(subject_id=who), Wish(permission=permission, casino_id=casino), NOW).allowed
        for who, permission, casino in questions
    ]


def by_patterns(policy: Policy, patterns: dict[UUID, list[str]], questions: list[Question]) -> list[bool]:
    """The answers by matching the patterns when asked."""
    return [
        any(
            given.scope.allows(casino) and any(fnmatchcase(permission, p) for p in patterns[given.role_id])
            for given in policy.subjects[who].assignments
        )
        for who, permission, casino in questions
    ]


class Cedar:
    """The same roles in Cedar's language, parsed once."""

    def __init__(self, policy: Policy) -> None:
        rules = []
        for subject in policy.subjects.values():
            for given in subject.assignments:
                names = policy.roles[given.role_id].grants[0].permissions
                actions = ", ".join(f'Action::"{name}"' for name in sorted(names))
                places = " || ".join(f'resource == Casino::"{one}"' for one in sorted(given.scope.ids or ()))
                rules.append(
                    f'permit(principal == User::"{subject.id}", action in [{actions}], resource) when {{ {places} }};'
                )
        self._rules = cedarpy.PolicySet.from_str("\n".join(rules))
        self._entities = cedarpy.Entities.from_json_str("[]")

    def ask(self, questions: list[Question]) -> list[bool]:
        """The answers, in one batch."""
        requests: list[dict[str, Any]] = [
            {
                "principal": {"type": "User", "id": str(who)},
                "action": {"type": "Action", "id": permission},
                "resource": {"type": "Casino", "id": str(casino)},
                "context": {},
            }
            for who, permission, casino in questions
        ]
        return [answer.allowed for answer in cedarpy.is_authorized_batch(requests, self._rules, self._entities)]


def measure(options: argparse.Namespace) -> Result:
    """All of it, on the same questions."""
    random = Random(7)
    policy, patterns = made(random, options.staff, options.roles)
    who = list(policy.subjects)
    questions = [(random.choice(who), random.choice(PERMISSIONS), random.choice(CASINOS)) for _ in range(10_000)]
    say(f"{options.staff} staff, {options.roles} roles, {len(PERMISSIONS)} permissions")

    document = encode(policy)
    read_ms = timed(1000, lambda: decode(document))
    cache = AccessCache()
    compile_us = timed(len(who), lambda: [cache.of(policy, Asking(subject_id=one), NOW) for one in who])
    accesses = {one: cache.of(policy, Asking(subject_id=one), NOW) for one in who}

    times = max(options.checks // len(questions), 1)
    compiled_us = min(timed(times * len(questions), lambda: by_compiled(accesses, questions, times)) for _ in range(3))
    some = questions[: options.slow]
    decision_us = timed(len(some), lambda: by_decision(accesses, some))
    pattern_us = timed(len(some), lambda: by_patterns(policy, patterns, some))
    cedar = Cedar(policy)
    cedar_us = timed(len(some), lambda: cedar.ask(some))
    say(f"compiled {compiled_us:.3f} us, decision {decision_us:.1f} us")
    say(f"fnmatch {pattern_us:.1f} us, cedar {cedar_us:.0f} us")

    expected = by_compiled(accesses, some, 1)
    if not expected == by_patterns(policy, patterns, some) == cedar.ask(some) == by_decision(accesses, some):
        sys.exit("they do not agree, so their speed means nothing")
    return Result(
        bench="permission",
        value=round(compiled_us, 3),
        unit="us",
        better="lower",
        goal=GOAL_US,
        measured={
            "checks_per_s": round(1e6 / compiled_us),
            "decision_with_explanation_us": round(decision_us, 2),
            "fnmatch_over_patterns_us": round(pattern_us, 2),
            "compile_ms": round(compile_us * len(who) / 1000, 1),
            "compile_one_subject_us": round(compile_us),
            "read_policy_ms": round(read_ms, 2),
            "policy_bytes": len(document),
        },
        baseline=round(cedar_us, 2),
        baseline_name=BASELINE_NAME,
    )


def main() -> None:
    """Measure and report."""
    parser = argparse.ArgumentParser(prog=Path(__file__).name, description=__doc__)
    parser.add_argument("--staff", type=int, default=200)
    parser.add_argument("--roles", type=int, default=40)
    parser.add_argument("--checks", type=int, default=1_000_000, help="of the compiled policy")
    parser.add_argument("--slow", type=int, default=10_000, help="checks of everything else, at most 10,000")
    report(measure(parser.parse_args()))


if __name__ == "__main__":
    main()
