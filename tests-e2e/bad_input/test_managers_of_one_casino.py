"""Whoever manages one casino, by a role that security really gave him: each of its lists shows what is there alone."""

import csv
import io
from typing import Any
from uuid import uuid4

import pytest
from services.security.tests.component import api as security_api

from bad_input.calm import CalmHouses
from bad_input.examples import EXAMPLES
from bad_input.houses import House
from bad_input.lists import CASES, Case, address_of, as_caller, narrowed
from bad_input.managers import MANAGER
from chassis.tasks import TaskRunner
from chassis.testing.tokens import bearer

_SECURITY = "/api/security/v1"
_OF_THE_OPERATOR = {f"{_SECURITY}/{one}" for one in ("permissions", "roles", "roles/{role_id}/versions")}
"""A role is one thing for all casinos."""

MANAGED = [
    one
    for one in CASES
    if one.service == "security" and one.served.rule.permission is not None and one.served.path not in _OF_THE_OPERATOR
]
"""Most of security's lists are narrowed by what their rows are about: casinos, or people who work there."""

TAKEN_AWAY = [one for one in MANAGED if f"POST {one.served.path}/exports" in EXAMPLES]


def _named(case: Case) -> str:
    return case.served.path


MOST_NAMED = 1_000
"""So many values a filter takes."""


@pytest.mark.parametrize("case", MANAGED, ids=_named)
async def test_a_manager_of_one_casino_finds_what_is_there_alone(calm_houses: CalmHouses, case: Case) -> None:
    house = await calm_houses.of(case.service)
    client, address, headers = house.client, address_of(house, case.served), await _as_manager(house)
    own, others = await _here_and_elsewhere(house, case)
    assert own, "with nothing in it, an empty list proves nothing"
    assert others, "where nothing is elsewhere, nothing is kept from anybody"
    counted = await client.get(address, params=_part(house, case), headers={**headers, "Prefer": "count=exact"})
    assert ([_id(case, row) for row in counted.json()], counted.headers["Content-Range"]) == (
        own,
        f"0-{len(own) - 1}/{len(own)}",
    )
    some = others[: MOST_NAMED - len(own)]
    for wanted, found in ((some, []), ([*some, *own], own)):
        tree = {"f": case.served.spec.id_name, "op": "in", "v": wanted}
        asked = await client.post(f"{address}/query", params=_part(house, case), json=tree, headers=headers)
        assert asked.status_code == 200, asked.text
        assert [_id(case, row) for row in asked.json()] == found
    for order in _orders(case):
        sorted_own, _ = await _here_and_elsewhere(house, case, order=order)
        answer = await client.get(address, params=_part(house, case, order=order), headers=headers)
        assert [_id(case, row) for row in answer.json()] == sorted_own
    file = await client.get(address, params=_part(house, case), headers={**headers, "Accept": "text/csv"})
    assert _ids_in(case, file.text) == own


@pytest.mark.parametrize("case", TAKEN_AWAY, ids=_named)
async def test_a_manager_of_one_casino_takes_away_what_is_there_alone(calm_houses: CalmHouses, case: Case) -> None:
    house = await calm_houses.of(case.service)
    client, address, headers = house.client, address_of(house, case.served), await _as_manager(house)
    own, others = await _here_and_elsewhere(house, case)
    wish, key = {"format": "csv", "reason": "a yearly audit"}, {"Idempotency-Key": uuid4().hex}
    whole = {name: value for name, value in _part(house, case).items() if name != "limit"}
    made = await client.post(f"{address}/exports", params=whole, json=wish, headers={**headers, **key})
    assert made.status_code == 202, made.text
    await TaskRunner(house.service.db, house.service.tasks, clock=house.service.application.clock).run_due()
    file = await client.get(f"{_SECURITY}/exports/{made.json()['id']}/file", headers=headers)
    assert file.status_code == 200, file.text
    assert _ids_in(case, file.text) == own
    assert not any(one in file.text for one in others)


async def _as_manager(house: House) -> dict[str, str]:
    """Whoever manages the casino of the house, who has come in just now."""
    entered = await security_api.log_in(house.client, MANAGER, security_api.PASSWORD)
    return bearer(entered.json()["access_token"])


async def _here_and_elsewhere(house: House, case: Case, **asked: str) -> tuple[list[str], list[str]]:
    """What an administrator of the whole operator sees: ids of what is at the casino of the house alone, and others."""
    here, whole = house.facts["casino_id"], as_caller(house, "operator")
    given = (await house.client.get(f"{_SECURITY}/assignments", headers=whole)).json()
    colleagues = {one["staff_id"] for one in given if set(one["casinos"]) <= {here}}

    def is_here(row: dict[str, Any]) -> bool:
        if "casinos" in row:
            return set(row["casinos"]) <= {here}
        if "casino_id" in row:
            return bool(row["casino_id"] == here)
        return row.get("staff_id", row.get("subject_id")) in colleagues

    page = await house.client.get(address_of(house, case.served), params=_part(house, case, **asked), headers=whole)
    rows = page.json()
    while "next" in page.links:
        page = await house.client.get(page.links["next"]["url"], headers=whole)
        rows += page.json()
    own = [_id(case, row) for row in rows if is_here(row)]
    return own, [_id(case, row) for row in rows if not is_here(row)]


def _part(house: House, case: Case, **asked: str) -> dict[str, str]:
    """Of a list in large pages: where rows name a casino, those of the two."""
    two = f"in.({house.facts['casino_id']},{house.facts['other_casino_id']})"
    named = {"casino_id": two} if "casino_id" in case.served.spec.fields else {}
    return {**narrowed(case.served), **named, "limit": "200", **asked}


def _id(case: Case, row: dict[str, Any]) -> str:
    return str(row[str(case.served.spec.id_name)])


def _ids_in(case: Case, text: str) -> list[str]:
    return [_id(case, row) for row in csv.DictReader(io.StringIO(text))]


def _orders(case: Case) -> list[str]:
    names = [name for name, field in case.served.spec.fields.items() if field.sortable]
    return [f"{name}.{way}" for name in names for way in ("asc", "desc")]
