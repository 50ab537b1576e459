"""What a change of access lets somebody do, held against the decisions that services make by the policy."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.auth.policy.decide import decide
from chassis.auth.policy.model import MODES, Asking, Decision, PermissionMeta, Wish
from security.application.policy import Known, policy_of
from security.domain.gains import gained
from security.domain.grants import Declared, Grant, Line, as_published, lines

CRITICAL = ("a.x.pay", "a.y.pay")
METAS = (*(PermissionMeta(id=one, risk="critical") for one in CRITICAL), PermissionMeta(id="a.x.list", risk="low"))
KNOWN = {one.id: Declared(risk=one.risk) for one in METAS}
MALTA, GOZO, ELSEWHERE = (f"0190f5fe-7c00-7a00-8000-00000000000{number}" for number in (1, 2, 3))
NOW = datetime(2026, 3, 1, tzinfo=UTC)
DAY = timedelta(days=1)
ANN = UUID(int=7)

scopes = st.sampled_from([("*",), (MALTA,), (GOZO,), (MALTA, GOZO)])
allowing = st.builds(
    Grant,
    pattern=st.sampled_from([*CRITICAL, "a.*"]),
    casinos=scopes,
    modes=st.dictionaries(st.sampled_from(["rg", "aml"]), st.sampled_from(MODES)),
    ceilings=st.dictionaries(st.sampled_from(["EUR", "SEK"]), st.integers(0, 3)),
)
denying = st.builds(Grant, pattern=st.sampled_from([*CRITICAL, "a.x.*", "*"]), effect=st.just("deny"), casinos=scopes)
grants = st.lists(st.one_of(allowing, denying), max_size=3).map(lambda all_of: as_published(all_of, KNOWN))
moments = st.sampled_from([None, NOW + DAY, NOW + 2 * DAY])
roles = st.builds(lines, grants, scopes, moments, moments)
holdings = st.lists(roles, max_size=3)


def decisions(held: list[Line]) -> Iterator[Decision]:
    """What the policy says to somebody who holds these lines, at every casino, moment and amount that matters."""
    rows = [SimpleNamespace(**role_and_assignment(number, line)) for number, line in enumerate(held, start=1)]
    person: Any = SimpleNamespace(staff_id=ANN, status="active", sessions_from=None)
    policy = policy_of(Known(permissions=METAS, roles=rows, assignments=rows, staff=[person]), version=1, issued_at=NOW)
    amounts = [(None, None), *((most, currency) for currency in ("EUR", "SEK", "USD") for most in range(5))]
    for moment in (NOW, NOW + DAY, NOW + 2 * DAY, NOW + 3 * DAY):
        for casino in (MALTA, GOZO, ELSEWHERE):
            for most, currency in amounts:
                for name in CRITICAL:
                    wish = Wish(permission=name, casino_id=UUID(casino), amount_minor=most, currency=currency)
                    yield decide(policy, Asking(subject_id=ANN), wish, moment)


def role_and_assignment(number: int, line: Line) -> dict[str, Any]:
    return {
        "role_id": UUID(int=number),
        "name": f"role_{number}",
        "version": 1,
        "status": "active",
        "break_glass": False,
        "grants": [msgspec.to_builtins(line.grant)],
        "assignment_id": UUID(int=100 + number),
        "staff_id": ANN,
        "casinos": line.casinos,
        "not_before": line.since,
        "expires_at": line.until,
    }


def more(before: Decision, after: Decision) -> bool:
    """Whether somebody may do, or sees, what he could not before."""
    if not after.allowed:
        return False
    shown = {kind: MODES.index(mode) for kind, mode in before.modes.items()}
    return not before.allowed or any(MODES.index(mode) > shown.get(kind, 0) for kind, mode in after.modes.items())


@given(stays=holdings, goes=roles, comes=roles)
def test_it_is_what_the_decisions_say_and_nothing_else(
    stays: list[list[Line]], goes: list[Line], comes: list[Line]
) -> None:
    kept = [line for lot in stays for line in lot]
    before, after = [*kept, *goes], [*kept, *comes]
    asked = zip(decisions(before), decisions(after), strict=True)
    assert bool(gained(before, after, KNOWN, NOW)) is any(more(had, has) for had, has in asked)


@given(held=holdings, denied=st.lists(denying, max_size=2), until=moments)
def test_what_is_denied_besides_is_no_gain(held: list[list[Line]], denied: list[Grant], until: datetime | None) -> None:
    before = [line for lot in held for line in lot]
    assert gained(before, [*before, *lines(denied, until=until)], KNOWN, NOW) == []


PAY, DENY = Grant(pattern=CRITICAL[0]), Grant(pattern="a.*", effect="deny")


@pytest.mark.parametrize(
    ("before", "after", "gain"),
    [
        ([*lines([PAY]), *lines([DENY])], lines([PAY]), True),
        ([*lines([PAY]), *lines([DENY]), *lines([DENY])], [*lines([PAY]), *lines([DENY])], False),
        (
            [*lines([PAY]), *lines([DENY]), *lines([DENY], until=NOW + DAY)],
            [*lines([PAY]), *lines([DENY], until=NOW + DAY)],
            True,
        ),
        (
            [*lines([PAY], until=NOW + DAY), *lines([DENY]), *lines([DENY], until=NOW + DAY)],
            [*lines([PAY], until=NOW + DAY), *lines([DENY], until=NOW + DAY)],
            False,
        ),
        (lines([PAY]), [*lines([PAY]), *lines([DENY], until=NOW + DAY)], False),
        (lines([DENY], until=NOW + DAY), [*lines([DENY], until=NOW + DAY), *lines([PAY])], True),
        (lines([DENY]), [], False),
    ],
    ids=[
        "a denial ends",
        "another denies it still",
        "another denies it until tomorrow",
        "and then it is not held any more",
        "a denial for a day",
        "given while it is denied for a day",
        "a denial of what is not held",
    ],
)
def test_a_gain_is_one_at_any_moment_to_come(before: list[Line], after: list[Line], *, gain: bool) -> None:
    assert bool(gained(before, after, KNOWN, NOW)) is gain
