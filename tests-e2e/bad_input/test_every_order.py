"""Every list in every order it says of itself: both ways the same rows, page by page none twice and none missing."""

from typing import Any

import pytest

from bad_input.calm import CalmHouses
from bad_input.lists import CASES, Case, address_of, as_caller, narrowed
from chassis.testing.lists import after_of


def _named(case: Case) -> str:
    return case.served.path


@pytest.mark.parametrize("case", CASES, ids=_named)
async def test_a_list_is_read_in_each_order_both_ways_and_page_by_page(calm_houses: CalmHouses, case: Case) -> None:
    house = await calm_houses.of(case.service)
    address, headers = address_of(house, case.served), as_caller(house, "operator")

    async def asked(query: dict[str, str]) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = []
        after: str | None = ""
        while after is not None:
            asking = query | ({"after": after} if after else {})
            answer = await house.client.get(address, params=asking, headers=headers)
            assert answer.status_code == 200, answer.text
            rows += answer.json()
            after = after_of(answer)
        return rows

    meta = (await house.client.get(f"{address}/meta", headers=headers)).json()
    sorted_by = {one["name"] for one in meta["fields"] if one["sortable"]}
    assert sorted_by == {name for name, field in case.served.spec.fields.items() if field.sortable}
    for name in sorted_by:
        query = narrowed(case.served)
        if currency := case.served.spec.fields[name].currency:
            query |= {currency: "eq.EUR"}
        falling = await asked({**query, "order": f"{name}.desc"})
        assert await asked({**query, "order": f"{name}.asc"}) == falling[::-1], name
        assert await asked({**query, "order": f"{name}.desc", "limit": "1"}) == falling, name
