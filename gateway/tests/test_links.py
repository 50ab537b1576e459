"""Where the next page is, as a client of the gateway is told."""

from typing import Any
from urllib.parse import urljoin

import pytest
from starlette.requests import Request

from chassis.http.listing.output import Shown, answer
from chassis.testing.tokens import bearer, make_token

from .conftest import served, talking

ROUNDS = "/api/games/v1/rounds"
OURS = {"Host": "api.casino.example"}
HOSTILE = {
    "nothing": {},
    "a host": {"Host": "evil.example"},
    "a host with a path": {"Host": "evil.example/x?y#"},
    "a host that was forwarded": {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "gopher"},
    "all that is known": {"X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example", "X-Real-IP": "6.6.6.6"},
}


async def pages(scope: Any, receive: Any, send: Any) -> None:
    """A list of two pages as the services give it: `Link` in the first leads to the second."""
    if scope["type"] != "http":
        return
    request = Request(scope, receive)
    last = "after" in request.query_params
    page = Shown(("id",), [{"id": "second" if last else "first"}], 0, after=None if last else "Y3Vy-c29y_")
    await answer(request, "array", page)(scope, receive, send)


@pytest.mark.parametrize("said", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("proxies", ["", "127.0.0.1"], ids=["a client", "a proxy that is believed"])
async def test_where_any_name_would_do_the_next_page_is_where_the_client_already_is(
    said: dict[str, str], proxies: str
) -> None:
    told: dict[str, Any] = {"trusted_proxies": proxies, "allowed_hosts": "*"}
    async with served(pages) as inside, talking(f"http://127.0.0.1:{inside}", **told) as client:
        first = await client.get(f"{ROUNDS}?opened_at=gte.now-7d&limit=1", headers={**bearer(make_token()), **said})
        link = first.links["next"]["url"]
        assert link.startswith(f"{ROUNDS}?")
        assert f":{inside}" not in first.headers["link"]
        assert "evil" not in first.headers["link"]
        second = await client.get(urljoin(str(first.url), link), headers=bearer(make_token()))
        assert second.json() == [{"id": "second"}]


async def test_a_name_that_is_not_ours_gets_no_link() -> None:
    told: dict[str, Any] = {"allowed_hosts": OURS["Host"]}
    async with served(pages) as inside, talking(f"http://127.0.0.1:{inside}", **told) as client:
        ours = await client.get(ROUNDS, headers={**bearer(make_token()), **OURS})
        other = await client.get(ROUNDS, headers={**bearer(make_token()), "Host": "evil.example"})
    assert [ours.status_code, other.status_code] == [200, 421]
    assert ours.links["next"]["url"].startswith(f"http://{OURS['Host']}{ROUNDS}?")
    assert "link" not in other.headers


async def test_the_next_page_is_told_by_the_name_and_scheme_the_client_used() -> None:
    told: dict[str, Any] = {"allowed_hosts": OURS["Host"], "trusted_proxies": "127.0.0.1"}
    hidden = {**OURS, "X-Forwarded-Proto": "https", "X-Forwarded-Host": "evil.example"}
    async with served(pages) as inside, talking(f"http://127.0.0.1:{inside}", **told) as client:
        ours = await client.get(ROUNDS, headers={**bearer(make_token()), **hidden})
    assert ours.links["next"]["url"].startswith(f"https://{OURS['Host']}{ROUNDS}?")


async def test_the_next_page_of_an_absolute_link_is_the_next_page() -> None:
    async with served(pages) as inside, talking(f"http://127.0.0.1:{inside}", allowed_hosts="127.0.0.1") as client:
        first = await client.get(f"{ROUNDS}?limit=1", headers=bearer(make_token()))
        second = await client.get(first.links["next"]["url"], headers=bearer(make_token()))
    assert second.json() == [{"id": "second"}]
