"""Every list of every service, as the services declare them: what is not shown cannot be found out, and casinos never
hear of each other. A new list is tried without a line here.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import UniqueConstraint
from tools.access_matrix import service_of
from tools.lists import example

from bad_input.calm import CalmHouses
from bad_input.example import CallerName
from bad_input.houses import ELSEWHERE, House
from bad_input.lists import CASES, Case, address_of, as_caller, narrowed
from chassis.auth import DataClass
from chassis.auth.policy.model import Mode
from chassis.http.listing import Field, errors
from chassis.http.listing.registry import ServedList
from chassis.http.routes import declared_routes
from chassis.runtime import http_application
from chassis.testing.problems import problem
from chassis.testing.tokens import ALL_CLEAR
from contracts.registry import SERVICES


class Guarded(NamedTuple):
    """A list with fields of a guarded kind of data."""

    service: str
    served: ServedList
    kind: DataClass


SCOPED = [one for one in CASES if one.served.spec.casino_column is not None and one.served.rule.permission is not None]

FOR_STAFF = [one for one in CASES if one.served.rule.permission is not None or "staff" in one.served.rule.label]

HUGE = [one for one in CASES if one.served.spec.time_field is not None]

DETAILS = {
    one.path.rpartition("/{")[0]: one.path
    for name in SERVICES
    for one in declared_routes(http_application(service_of(name)))
    if "GET" in one.methods and one.path.endswith("}")
}
"""The address of one thing, by that of its list."""

NO_FILTER = (errors.UNKNOWN_FIELD, errors.WRONG_OPERATOR, errors.BODY_ONLY)
"""How a filter on a field is refused that is not shown in clear."""


def _guarded() -> Iterator[Guarded]:
    for service, served in CASES:
        kinds = {field.data_class for field in served.spec.fields.values() if not field.hidden}
        yield from (Guarded(service, served, kind) for kind in sorted(kinds & set(ALL_CLEAR)))


GUARDED = list(_guarded())


def _named(one: Case | Guarded) -> str:
    return "-".join([one.served.path, *one[2:]])


def _fields(case: Guarded) -> dict[str, Field]:
    fields = case.served.spec.fields
    return {name: field for name, field in fields.items() if field.data_class == case.kind and not field.hidden}


def _seeing(house: House, kind: DataClass, mode: Mode) -> dict[str, str]:
    return as_caller(house, "operator", modes={**ALL_CLEAR, kind: mode})


def _refused(answer: httpx.Response, *codes: str) -> None:
    assert answer.status_code == 400, answer.text
    assert problem(answer, 400, answer.json()["code"])["code"] in codes


def test_the_lists_of_all_services_are_found() -> None:
    assert len(CASES) > 25
    assert {one.service for one in CASES} == set(SERVICES)
    assert {one.kind for one in GUARDED} == set(ALL_CLEAR)


@pytest.mark.parametrize("case", CASES, ids=_named)
async def test_the_example_on_the_page_of_all_lists_is_understood(calm_houses: CalmHouses, case: Case) -> None:
    house = await calm_houses.of(case.service)
    address = f"{address_of(house, case.served)}?{example(case.served.spec)}"
    answer = await house.client.get(address, headers=as_caller(house, "operator"))
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize("caller", ["operator", "staff"])
@pytest.mark.parametrize("case", SCOPED, ids=_named)
async def test_ones_own_casinos_have_a_word(calm_houses: CalmHouses, case: Case, caller: CallerName) -> None:
    house = await calm_houses.of(case.service)
    client, address, headers = house.client, address_of(house, case.served), as_caller(house, caller)
    for name in (one for one in case.served.spec.casino_names if "in" in case.served.spec.fields[one].operators):
        asked = {**narrowed(case.served), name: "in.($casinos)"}
        answer = await client.get(address, params=asked, headers=headers)
        assert answer.status_code == 200, answer.text
        without = await client.get(address, params=narrowed(case.served), headers=headers)
        assert [one for one in without.json() if one[name]] == answer.json()


def test_huge_lists_are_those_that_grow_without_end() -> None:
    huge = {one.served.spec.name for one in HUGE}
    assert huge >= {"deposits", "withdrawals", "rounds", "game_sessions", "audit"}


@pytest.mark.parametrize("case", [one for one in HUGE if "{" not in one.served.path], ids=_named)
async def test_a_huge_list_is_asked_for_a_part_of_it_and_says_for_which(calm_houses: CalmHouses, case: Case) -> None:
    house = await calm_houses.of(case.service)
    client, address, spec = house.client, address_of(house, case.served), case.served.spec
    headers = as_caller(house, "operator")
    for whole in ({}, {str(spec.time_field): "lt.now"}, {"limit": "1"}):
        answer = await client.get(address, params=whole, headers=headers)
        _refused(answer, errors.RANGE_NEEDED)
        assert all(name in answer.json()["detail"] for name in (spec.time_field, *spec.indexed))
    needed = (await client.get(f"{address}/meta", headers=headers)).json()["requires"]
    assert set(needed["or_equality_on"]) == spec.indexed
    begin = {needed["range_of"]: f"gte.{needed['default_range']}"}
    assert (await client.get(address, params=begin, headers=headers)).status_code == 200
    nothing = "0" if spec.fields[str(spec.id_name)].kind == "integer" else str(ELSEWHERE)
    one = {"f": spec.id_name, "op": "in", "v": [nothing]}
    assert (await client.post(f"{address}/query", json=one, headers=headers)).json() == []


@pytest.mark.parametrize("case", HUGE, ids=_named)
def test_what_a_huge_list_is_narrowed_by_has_an_index(case: Case) -> None:
    spec = case.served.spec
    indexes = {str(index.name): [str(one) for one in index.expressions] for index in spec.table.indexes}
    unique = [one for one in spec.table.constraints if isinstance(one, UniqueConstraint)]
    indexes |= {f"uq_{spec.table.name}_{'_'.join(one.columns.keys())}": [str(c) for c in one.columns] for one in unique}
    for name in spec.indexed - {spec.id_name}:
        field = spec.fields[name]
        assert indexes[str(field.index_hint)][0] == str(field.sql), f"{field.index_hint} does not begin with {name}"
    moment, casino = str(spec.fields[str(spec.time_field)].sql), str(spec.casino_column)
    begun = [columns[:2] for columns in (*indexes.values(), [str(one) for one in spec.table.primary_key])]
    assert any(columns[0] == moment for columns in begun), "no index for those who see all casinos"
    assert [casino, moment] in begun, "no index for those of one casino"


@pytest.mark.parametrize("mode", ["none", "hash", "mask"])
@pytest.mark.parametrize("case", GUARDED, ids=_named)
async def test_what_is_not_shown_in_clear_cannot_be_guessed(calm_houses: CalmHouses, case: Guarded, mode: Mode) -> None:
    house = await calm_houses.of(case.service)
    client, address, headers = house.client, address_of(house, case.served), _seeing(house, case.kind, mode)
    narrow = narrowed(case.served)
    for name in _fields(case):
        for condition in ("is.null", "eq.1", "like.a*", "gt.1", "in.(1)", "not.is.null"):
            for asked in ({name: condition}, {"or": f"({name}.{condition})"}, {"not.and": f"({name}.{condition})"}):
                _refused(await client.get(address, params={**narrow, **asked}, headers=headers), *NO_FILTER)
        for order in (name, f"{name}.desc"):
            asked = {**narrow, "order": order}
            _refused(await client.get(address, params=asked, headers=headers), errors.WRONG_ORDER)
        tree = {"not": {"or": [{"f": name, "op": "is", "v": None}]}}
        answer = await client.post(f"{address}/query", params=narrow, json=tree, headers=headers)
        _refused(answer, *NO_FILTER)


@pytest.mark.parametrize("case", GUARDED, ids=_named)
async def test_what_is_hidden_is_nowhere(calm_houses: CalmHouses, case: Guarded) -> None:
    house = await calm_houses.of(case.service)
    client, address, headers = house.client, address_of(house, case.served), _seeing(house, case.kind, "none")
    names, narrow = set(_fields(case)), narrowed(case.served)
    about = (await client.get(f"{address}/meta", headers=headers)).json()
    assert not names & {one["name"] for one in about["fields"]}
    rows = (await client.get(address, params=narrow, headers=headers)).json()
    assert not any(names & set(row) for row in rows)
    file = await client.get(address, params=narrow, headers={**headers, "Accept": "text/csv"})
    assert not names & set(file.text.splitlines()[0].split(","))
    for name in names:
        answer = await client.get(address, params={**narrow, "select": name}, headers=headers)
        _refused(answer, errors.WRONG_SELECT)
        assert not names & set(answer.json()["detail"].replace(",", " ").replace(".", " ").split())


@pytest.mark.parametrize("case", GUARDED, ids=_named)
async def test_what_is_masked_is_never_the_value(calm_houses: CalmHouses, case: Guarded) -> None:
    house = await calm_houses.of(case.service)
    address, narrow = address_of(house, case.served), narrowed(case.served)

    async def shown(mode: Mode) -> list[dict[str, Any]]:
        params = {**narrow, "order": case.served.spec.default_order}
        answer = await house.client.get(address, params=params, headers=_seeing(house, case.kind, mode))
        found: list[dict[str, Any]] = answer.json()
        return found

    clear, masked, hashed = [await shown(mode) for mode in ("clear", "mask", "hash")]
    for known, *hidden in zip(clear, masked, hashed, strict=True):
        for name in set(_fields(case)) & set(known):
            assert known[name] is None or all(row[name] != known[name] for row in hidden), name


@pytest.mark.parametrize("mode", ["none", "hash", "mask"])
@pytest.mark.parametrize("case", [one for one in GUARDED if one.served.path in DETAILS], ids=_named)
async def test_one_thing_alone_shows_no_more_than_its_list(calm_houses: CalmHouses, case: Guarded, mode: Mode) -> None:
    house = await calm_houses.of(case.service)
    address, narrow = address_of(house, case.served), narrowed(case.served)
    name = DETAILS[case.served.path].rpartition("{")[2].removesuffix("}")
    key = name if name in case.served.spec.fields else "id"
    clear = _seeing(house, case.kind, "clear")
    for row in (await house.client.get(address, params={**narrow, "limit": "5"}, headers=clear)).json():
        one = f"{address}/{row[key]}"
        whole = (await house.client.get(one, headers=clear)).json()
        answer = await house.client.get(one, headers=_seeing(house, case.kind, mode))
        if answer.status_code == 404:
            continue
        shown = answer.json()
        for field in set(_fields(case)) & set(whole):
            assert mode != "none" or field not in shown or shown[field] is None, field
            assert whole[field] is None or shown.get(field) != whole[field], field


def test_lists_about_money_have_a_page_for_one_thing_that_is_tried() -> None:
    tried = {one.served.path for one in GUARDED if one.served.path in DETAILS}
    assert {"/api/payments/v1/deposits", "/api/payments/v1/withdrawals", "/api/games/v1/rounds"} <= tried


@pytest.mark.parametrize("case", SCOPED, ids=_named)
async def test_another_casino_s_staff_find_nothing(calm_houses: CalmHouses, case: Case) -> None:
    house = await calm_houses.of(case.service)
    client, address, narrow = house.client, address_of(house, case.served), narrowed(case.served)
    headers = _as_stranger(house)
    counted = await client.get(address, params=narrow, headers={**headers, "Prefer": "count=exact"})
    file = await client.get(address, params=narrow, headers={**headers, "Accept": "text/csv"})
    everything = {"or": [{"f": name, "op": "is", "v": None} for name in _askable(case)][:50]}
    asked = await client.post(f"{address}/query", params=narrow, json=everything, headers=headers)
    if "{" in case.served.path:
        assert {counted.status_code, file.status_code, asked.status_code} == {404}
        return
    assert (counted.json(), counted.headers["Content-Range"]) == ([], "*/0")
    assert len(file.text.splitlines()) == 1
    assert asked.json() == []


def _as_stranger(house: House) -> dict[str, str]:
    """Somebody of another casino. Security does not believe what a token says, so there it is somebody with a role."""
    who = {"subject": UUID(house.facts["stranger_id"])} if "stranger_id" in house.facts else {}
    return as_caller(house, "staff", casinos=[ELSEWHERE], **who)


@pytest.mark.parametrize("case", FOR_STAFF, ids=_named)
async def test_a_saved_view_is_the_list_as_it_was_asked(calm_houses: CalmHouses, case: Case) -> None:
    house = await calm_houses.of(case.service)
    client, spec, address = house.client, case.served.spec, address_of(house, case.served)
    headers = {**as_caller(house, "operator"), "Idempotency-Key": uuid4().hex}
    about = (await client.get(f"{address}/meta", headers=headers)).json()
    views = about["views"]
    tree = _any_tree(case)
    columns = [one["name"] for one in reversed(about["fields"])]
    body = {
        "list": views["list"],
        "name": "As asked",
        "filter": tree,
        "order": spec.default_order,
        "columns": [{"name": one, "width": 120} for one in columns],
        "density": "compact",
    }
    kept = await client.post(views["at"], json=body, headers=headers)
    assert kept.status_code == 201, kept.text
    shown = (await client.get(f"{views['at']}/{kept.json()['id']}", headers=headers)).json()
    assert {name: shown[name] for name in body} == body
    plain = {"order": spec.default_order, "select": ",".join(columns)}
    asked = await client.post(f"{address}/query", params=plain, json=tree, headers=headers)
    by_view = await client.get(address, params={"view": shown["id"]}, headers=headers)
    assert (by_view.status_code, by_view.json()) == (asked.status_code, asked.json()), by_view.text
    removed = await client.delete(f"{views['at']}/{shown['id']}", headers={**headers, "If-Match": '"1"'})
    assert removed.status_code == 200, removed.text
    gone = await client.get(address, params={"view": shown["id"]}, headers=headers)
    assert problem(gone, 404, errors.NO_SUCH_VIEW)


def _any_tree(case: Case) -> Any:
    time_field = case.served.spec.time_field
    narrow = [] if time_field is None else [{"f": time_field, "op": "gte", "v": "now-7d"}]
    anything = [{"f": name, "op": "is", "v": "not_null"} for name in _askable(case)][:20]
    return {"and": [*narrow, {"or": anything}]}


def _askable(case: Case) -> list[str]:
    fields = case.served.spec.fields
    return [name for name, field in fields.items() if "is" in field.operators and field.permission is None]
