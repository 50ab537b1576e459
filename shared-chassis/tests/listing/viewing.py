"""People who keep views of the bets, and what they ask for."""

from typing import Any
from uuid import UUID, uuid4

import httpx

from .bets import LIST, A
from .house import PATH, VIEWS, House

ROLE, OTHER_ROLE = UUID(int=71), UUID(int=72)
WON = {"f": "status", "op": "eq", "v": "won"}
ANN = {"f": "email", "op": "eq", "v": "ann@example.com"}
FINISHED = "/api/example/v1/finished/{player_id}/bets"
HUGE = "/api/example/v1/huge-bets"


def held(role: UUID, *permissions: str, casinos: list[Any] | None = None) -> list[dict[str, Any]]:
    return [{"casinos": casinos or [A], "permissions": [LIST, *permissions], "role": [role]}]


def somebody(home: House, *permissions: str, role: UUID = OTHER_ROLE, casinos: list[Any] | None = None) -> Any:
    """Another person every time."""
    return home.as_(subject=uuid4(), grants=held(role, *permissions, casinos=casinos))


async def rows(home: House, headers: dict[str, str], query: str, path: str = PATH) -> list[dict[str, Any]]:
    answer = await home.client.get(f"{path}?{query}", headers=headers)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()
    return found


async def show(home: House, headers: dict[str, str], view: str) -> httpx.Response:
    return await home.client.get(f"{VIEWS}/{view}", headers=headers)


async def names(home: House, headers: dict[str, str]) -> list[str]:
    return [one["name"] for one in await rows(home, headers, f"list=eq.{PATH}", VIEWS)]


WHOLE: dict[str, Any] = {
    "name": "Mine",
    "visibility": "private",
    "filter": None,
    "order": None,
    "columns": [],
    "q": None,
}
"""A change says all of what a view is."""


async def put(home: House, headers: dict[str, str], view: str, match: str, **body: Any) -> httpx.Response:
    given = {**WHOLE, **body}
    return await home.client.put(f"{VIEWS}/{view}", json=given, headers={**headers, "If-Match": match})


async def delete(home: House, headers: dict[str, str], view: str, match: str = "*") -> httpx.Response:
    return await home.client.delete(f"{VIEWS}/{view}", headers={**headers, "If-Match": match})


async def restore(home: House, headers: dict[str, str], view: str, version: int, match: str = "*") -> httpx.Response:
    return await home.post(f"{VIEWS}/{view}/restore", {**headers, "If-Match": match}, version=version)


async def choose(home: House, headers: dict[str, str], **body: Any) -> httpx.Response:
    return await home.client.put(f"{VIEWS}/choice", json={"list": PATH, "pinned": [], **body}, headers=headers)


async def meta(home: House, headers: dict[str, str]) -> Any:
    return (await home.client.get(f"{PATH}/meta", headers=headers)).json()["views"]


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def shared(casino: UUID | None = A, role: UUID | None = None) -> dict[str, Any]:
    named: dict[str, Any] = {"visibility": "casino" if role is None else "role"}
    named |= {} if casino is None else {"casino_id": str(casino)}
    return named if role is None else {**named, "role_id": str(role)}
