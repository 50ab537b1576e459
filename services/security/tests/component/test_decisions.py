"""Why somebody may do something, who may, and what somebody may."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
from services.security.tests.component.api import V1, add_colleague, assign, key

from chassis.domain import FixedClock
from chassis.testing.problems import problem
from chassis.testing.tokens import bearer

DEPOSITS, APPROVE = "payments.deposit.list", "payments.withdrawal.approve"
CASINO, OTHER = str(uuid4()), str(uuid4())
LINES = [
    {"pattern": "payments.deposit.*", "modes": {"financial": "clear"}},
    {"pattern": APPROVE, "ceilings": {"EUR": 500}},
    {"pattern": "payments.balance.view"},
    {"pattern": "payments.balance.view", "effect": "deny"},
]


@pytest.fixture
async def admin(client: httpx.AsyncClient, administrator: dict[str, Any]) -> str:
    return str(administrator["access_token"])


@pytest.fixture
async def bob(client: httpx.AsyncClient, admin: str, clock: FixedClock) -> str:
    """He pays at one casino, and sees deposits at another from tomorrow on."""
    staff_id = str((await add_colleague(client, admin))["staff_id"])
    body: dict[str, Any] = {"name": "pays", "grants": LINES}
    role = await client.post(f"{V1}/roles", json=body, headers={**bearer(admin), **key()})
    assert role.status_code == 201, role.text
    role_id = role.json()["role_id"]
    assert (await assign(client, admin, staff_id, role_id, [CASINO])).status_code == 201
    tomorrow = (clock.now() + timedelta(days=1)).isoformat()
    assert (await assign(client, admin, staff_id, role_id, [OTHER], not_before=tomorrow)).status_code == 201
    return staff_id


async def explain(client: httpx.AsyncClient, token: str, **asked: Any) -> dict[str, Any]:
    answer = await client.get(f"{V1}/explain", params=asked, headers=bearer(token))
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_a_decision_is_explained_by_its_lines(client: httpx.AsyncClient, admin: str, bob: str) -> None:
    allowed = await explain(client, admin, subject=bob, permission=DEPOSITS, casino=CASINO)
    assert (allowed["outcome"], allowed["code"], allowed["modes"]["financial"]) == ("allow", "allowed", "clear")
    here, there = sorted(allowed["grants"], key=lambda one: one["casinos"] != [CASINO])
    assert (here["rule"], here["counts"], here["decided"], there["counts"]) == ("pays@1#1", True, True, False)
    assert allowed["explanation"]


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"permission": "payments.balance.view", "casino": CASINO}, "explicit_deny"),
        ({"permission": "games.game.list", "casino": CASINO}, "not_granted"),
        ({"permission": DEPOSITS, "casino": str(uuid4())}, "out_of_scope"),
        ({"permission": DEPOSITS, "casino": OTHER}, "not_yet"),
        ({"permission": APPROVE, "casino": CASINO, "amount_minor": 501, "currency": "EUR"}, "over_ceiling"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_a_refusal_says_which_one(
    client: httpx.AsyncClient, admin: str, bob: str, asked: dict[str, Any], code: str
) -> None:
    found = await explain(client, admin, subject=bob, **asked)
    assert (found["outcome"], found["code"]) == ("deny", code)


async def test_who_can_and_what_can(client: httpx.AsyncClient, admin: str, bob: str) -> None:
    asked = {"permission": DEPOSITS, "casino": CASINO}
    who = (await client.get(f"{V1}/who-can", params=asked, headers=bearer(admin))).json()["people"]
    assert [(one["login"], one["casinos"]) for one in who] == [
        ("admin@example.com", None),
        ("bob@example.com", [CASINO]),
    ]
    what = (await client.get(f"{V1}/what-can", params={"subject": bob}, headers=bearer(admin))).json()["permissions"]
    assert {one["permission"]: one["casinos"] for one in what} == {
        DEPOSITS: [CASINO],
        APPROVE: [CASINO],
        "payments.deposit.export": [CASINO],
    }


@pytest.mark.parametrize(
    ("asked", "status", "code"),
    [
        ({"permission": "payments.deposit.lisst"}, 422, "permission_unknown"),
        ({"permission": "payments.*"}, 422, None),
        ({"permission": DEPOSITS, "subject": str(uuid4())}, 404, "not_found"),
        ({"permission": DEPOSITS, "casino": "Malta"}, 422, None),
        ({"permission": DEPOSITS, "amount_minor": -1}, 422, None),
    ],
    ids=["unknown", "a pattern", "nobody", "no casino", "no amount"],
)
async def test_what_cannot_be_asked(
    client: httpx.AsyncClient, admin: str, bob: str, asked: dict[str, Any], status: int, code: str | None
) -> None:
    answer = await client.get(f"{V1}/explain", params={"subject": bob, **asked}, headers=bearer(admin))
    assert answer.status_code == status, answer.text
    if code is not None:
        problem(answer, status, code)
