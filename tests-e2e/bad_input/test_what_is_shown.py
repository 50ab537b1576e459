"""Every address of every service that can be read: money is for whoever sees money, and what staff write about players
is not for players. A new address is tried without a line here.
"""

from collections.abc import Iterator
from typing import Any

import pytest

from bad_input.calm import CalmHouses
from bad_input.example import CallerName
from bad_input.houses import House
from bad_input.lists import CASES, as_caller, narrowed
from bad_input.operations import OPERATIONS, Operation
from contracts.data_classes import CODE_CLASSES

READS = [one for one in OPERATIONS if one.method == "get" and one.template.startswith("/api/") and not one.is_public]

SETTINGS = {
    "GET /api/payments/v1/casinos/{casino_id}/providers": "bounds of a provider, which the casino sets",
    "GET /api/payments/v1/casinos/{casino_id}/withdrawal-policy": "rules of the casino",
    "GET /api/payments/v1/casinos/{casino_id}/bonus-policy": "a rule of the casino",
    "GET /api/payments/v1/casinos/{casino_id}/exchange-policy": "a rule of the casino",
    "GET /api/payments/v1/approvals/{approval_id}": "the difference in a casino's rules that somebody is to approve",
}
"""Addresses whose amounts are no money of anybody."""

OF_STAFF = frozenset(
    {
        "tags",
        "notes",
        "approved_by",
        "review",
        "uploaded_by",
        "decided_by",
        "closed_by",
        "authorised_by",
        "actor_id",
        "note",
        "risk",
    }
)
"""What staff write about a player, and who of them: no field of that name is in what he reads."""

WORDS = {
    "/access-review reason": "why somebody has a role",
    "/assignments reason": "why somebody has a role",
    "/alarms facts": "counts",
    "/audit reason": "the audit log is for auditors; words about players and their money take a permission more",
    "/audit outcome": "what was decided, and how a proposal ended; entries that tell of more are not there",
    "/audit before": "as the contents of events are told",
    "/audit after": "as the contents of events are told",
    "/break-glass reason": "why an emergency was opened",
    "/elevations reason": "why somebody wants more access",
    "/elevations answer": "why he does not get it",
    "/bulk-jobs reason": "one's own, and what one approves; others need the permission that the action names",
    "/bulk-jobs/{job_id}/rows code": "why one row was not done, for whoever starts such jobs",
    "/exports reason": "one's own",
    "/exports code": "one's own",
    "/parked-messages code": "the name of a fault",
    "/players/{player_id}/notes text": "the list takes the permission to read notes",
    "/players/{player_id}/timeline reason": "the player's own; words of colleagues take a permission, by type",
    "/players/{player_id}/timeline facts": "as the contents of events are told",
    "/documents reject_reason": "a word of the catalogue; players are not told of final ones",
    "/deposits code": "neutral: see chassis.http.listing.codes",
    "/sessions closed_because": "neutral: see chassis.http.listing.codes",
    "/provider-attempts outcome": "of a call to a provider",
    "/provider-attempts code": "of a call to a provider",
    "/provider-notifications outcome": "of a call by a provider",
    "/provider-notifications code": "of a call by a provider",
    "/withdrawals code": "the provider's word",
    "/refunds code": "the provider's word",
    "/reconciliation/files why_code": "why a file could not be read: the name of a fault",
    "/disputes code": "the bank's reason, as the provider says it",
    "/disputes answer": "how far what we said to the provider has come",
    "/disputes answer_code": "the provider's word",
    "/reconciliation/items code": "why a line and the ledger differ",
    "/routing/decisions code": "the provider's word",
    "/routing/decisions outcome": "of a call to a provider",
    "/fraud/cases outcome": "what staff found, for whoever works on cases",
}
"""Why something was done, in lists where everybody who sees the list reads it, and why that is right."""

_TELLING = (
    "code",
    "cause",
    "text",
    "reason",
    "note",
    "comment",
    "details",
    "facts",
    "before",
    "after",
    "answer",
    "outcome",
)


def _amounts(told: Any) -> Iterator[str]:
    """The names of fields that hold an amount."""
    if isinstance(told, dict):
        yield from (name for name, one in told.items() if name.endswith("_minor") and one is not None)
    for one in told.values() if isinstance(told, dict) else told if isinstance(told, list) else ():
        yield from _amounts(one)


def _names(told: Any) -> Iterator[str]:
    """The names of fields that hold anything."""
    if isinstance(told, dict):
        yield from (name for name, one in told.items() if one not in (None, []))
    for one in told.values() if isinstance(told, dict) else told if isinstance(told, list) else ():
        yield from _names(one)


async def _read(house: House, operation: Operation, caller: CallerName, **claims: Any) -> Any:
    """What is answered, as JSON; None when it is refused or is no JSON."""
    known = {name: house.facts.get(name) for name in operation.path_parameters}
    if None in known.values() or (caller == "player" and "player_id" not in house.facts):
        return None
    address = operation.template.format(**known)
    served = {one.served.path: one.served for one in CASES}.get(operation.template)
    params = {} if served is None else narrowed(served)
    answer = await house.client.get(address, params=params, headers=as_caller(house, caller, **claims))
    plain = answer.headers.get("content-type", "").startswith("application/json")
    return answer.json() if answer.status_code == 200 and plain else None


SHORT = [one for one in READS if not one.template.endswith(("/live", "/stream", "/progress"))]
"""Those that end."""


@pytest.mark.parametrize("operation", SHORT, ids=str)
async def test_who_sees_no_money_reads_no_amount_anywhere(calm_houses: CalmHouses, operation: Operation) -> None:
    told = await _read(await calm_houses.of(operation.service), operation, "operator", modes={})
    assert operation.key in SETTINGS or not set(_amounts(told))


@pytest.mark.parametrize("operation", SHORT, ids=str)
async def test_a_player_reads_nothing_that_staff_write_about_him(calm_houses: CalmHouses, operation: Operation) -> None:
    told = await _read(await calm_houses.of(operation.service), operation, "player")
    assert not set(_names(told)) & OF_STAFF
    assert not [code for code, kind in CODE_CLASSES.items() if kind == "aml" and code in str(told)]


async def test_amounts_are_there_for_whoever_sees_money(calm_houses: CalmHouses) -> None:
    found = set()
    for operation in SHORT:
        if operation.service == "payments":
            told = await _read(await calm_houses.of("payments"), operation, "operator")
            found |= {operation.key} if set(_amounts(told)) else set()
    assert {one.rpartition("/")[2] for one in found} >= {"deposits", "withdrawals", "balance", "statement", "summary"}


def test_why_something_was_done_is_told_where_that_is_right() -> None:
    open_words = {
        f"{served.path.split('/v1', 1)[1]} {name}"
        for _, served in CASES
        for name, field in served.spec.fields.items()
        if not field.hidden and field.permission is None and field.data_class in ("public", "internal")
        if name.endswith(_TELLING) or name == "closed_because"
        if name not in ("game_code", "not_before")
    }
    assert open_words == set(WORDS)
