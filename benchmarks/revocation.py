"""How long somebody goes on being let in after a role was taken away.

    make bench-revocation                      some minutes
    python benchmarks/revocation.py --toggles 100

The whole product runs on a log in PostgreSQL. Somebody holds one role and asks five services directly, over and over,
with a token that stays good all the time. The role is given until all five let him in, then taken away; the time runs
from sending that request to the first refusal of the last of the five.
"""

import argparse
import asyncio
import secrets
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from statistics import quantiles
from typing import Any, Literal
from uuid import uuid4

import httpx
from pitlocal.services import GATEWAY, PROGRAMS
from pitlocal.stack import Stack

from common import Result, report, say, stopwatch

GOAL_S = 2.0
TOKEN_S = 300.0
PATIENCE_S = 60.0
PAUSE_S = 0.01
SECURITY = "/api/security/v1"
DOORS = {
    "backoffice": ("backoffice.casino.list", "/api/backoffice/v1/casinos"),
    "verification": ("verification.case.list", "/api/verification/v1/cases"),
    "payments": ("payments.deposit.list", "/api/payments/v1/deposits?created_at=gte.now-7d"),
    "games": ("games.session.list", "/api/games/v1/sessions?opened_at=gte.now-7d"),
    "reports": ("reports.definition.list", "/api/reports/v1/definitions"),
}
"""A permission of each service, and a route that asks for it."""


@dataclass
class Person:
    """Somebody with a log-in at security."""

    client: httpx.AsyncClient
    login: str
    password: str
    id: str = ""
    token: str = ""

    async def enters(self) -> None:
        """Log in; a one-time password is exchanged for one of his own first."""
        told = await self._log_in()
        if told["must_change_password"]:
            chosen = secrets.token_urlsafe(15)
            change = {"current_password": self.password, "new_password": chosen}
            await self.asks("POST", f"{SECURITY}/staff/me/password", change)
            self.password = chosen
            await self._log_in()

    async def _log_in(self) -> dict[str, Any]:
        body = {"login": self.login, "password": self.password}
        answer = await self.client.post(f"{SECURITY}/staff-sessions", json=body)
        answer.raise_for_status()
        told: dict[str, Any] = answer.json()
        self.id, self.token = told["subject_id"], told["access_token"]
        return told

    async def asks(self, method: str, path: str, body: Any = None) -> Any:
        """A request to security that must succeed; the decoded answer."""
        headers = {"Authorization": f"Bearer {self.token}", "Idempotency-Key": str(uuid4())}
        answer = await self.client.request(method, path, json=body, headers=headers)
        if answer.is_error:
            raise RuntimeError(f"{method} {path}: {answer.status_code} {answer.text}")
        return answer.json()


async def until(holds: Callable[[], Awaitable[bool]]) -> float:
    """Ask until it holds; the moment at which it did. TimeoutError after a minute."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            if await holds():
                return stopwatch()
            await asyncio.sleep(PAUSE_S)


async def at_all(doors: dict[str, httpx.AsyncClient], person: Person, wanted: Literal["in", "refused"]) -> float:
    """The moment at which the last of the services answered as wanted."""

    async def at_one(name: str) -> float:
        async def holds() -> bool:
            headers = {"Authorization": f"Bearer {person.token}"}
            answer = await doors[name].get(DOORS[name][1], headers=headers)
            if answer.status_code not in (200, 403):
                raise RuntimeError(f"{name}: {answer.status_code} {answer.text}")
            return (answer.status_code == 403) == (wanted == "refused")

        return await until(holds)

    return max(await asyncio.gather(*(at_one(name) for name in DOORS)))


async def declared(admin: Person) -> bool:
    """Whether every service has told which permissions it asks for."""
    known: set[str] = set()
    for permission, _ in DOORS.values():
        rows = await admin.asks("GET", f"{SECURITY}/permissions?id=eq.{permission}")
        known |= {one["id"] for one in rows}
    return known == {permission for permission, _ in DOORS.values()}


async def hired(stack: Stack, client: httpx.AsyncClient) -> tuple[Person, Person, str]:
    """An administrator, somebody without a role, and the role."""
    login = "ada@pitboss.example"
    admin = Person(client, login, (await stack.run("security", "create-admin", login)).split()[-1])
    await admin.enters()
    await until(lambda: declared(admin))
    permissions = [permission for permission, _ in DOORS.values()]
    role = await admin.asks("POST", f"{SECURITY}/roles", {"name": "looker", "permissions": permissions})
    added = await admin.asks("POST", f"{SECURITY}/staff", {"login": "bob@pitboss.example", "name": "Bob"})
    bob = Person(client, "bob@pitboss.example", added["one_time_password"])
    await bob.enters()
    return admin, bob, role["role_id"]


async def toggled(admin: Person, bob: Person, role_id: str, doors: dict[str, httpx.AsyncClient]) -> float:
    """Seconds from sending the withdrawal of the role until all refuse."""
    held = f"{SECURITY}/staff/{bob.id}/assignments"
    given = await admin.asks("POST", held, {"role_id": role_id, "casinos": ["*"], "reason": "measured"})
    await at_all(doors, bob, "in")
    began = stopwatch()
    refused = asyncio.create_task(at_all(doors, bob, "refused"))
    await admin.asks("DELETE", f"{held}/{given['assignment_id']}")
    return await refused - began


async def measure(toggles: int) -> list[float]:
    """Seconds of each toggle."""
    programs = [program for program in PROGRAMS if program.name != GATEWAY.name]
    async with Stack(f"bench-revocation-{uuid4().hex[:8]}", programs=programs) as stack:
        clients = {name: httpx.AsyncClient(base_url=stack.url(name), timeout=30, trust_env=False) for name in DOORS}
        security = httpx.AsyncClient(base_url=stack.url("security"), timeout=30, trust_env=False)
        try:
            admin, bob, role_id = await hired(stack, security)
            took = []
            for number in range(toggles):
                if number % 10 == 0:
                    await admin.enters()
                    await bob.enters()
                took.append(await toggled(admin, bob, role_id, clients))
                say(f"{number + 1:4} of {toggles}: {took[-1] * 1000:6.0f} ms")
        finally:
            for client in (*clients.values(), security):
                await client.aclose()
    return took


def main() -> int:
    """Measure and report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--toggles", type=int, default=60)
    took = sorted(asyncio.run(measure(max(parser.parse_args().toggles, 2))))
    cuts = quantiles(took, n=100, method="inclusive")
    measured = {
        "p50_s": round(cuts[49], 4),
        "p99_s": round(cuts[98], 4),
        "max_s": round(took[-1], 4),
        "toggles": len(took),
        "services": len(DOORS),
    }
    report(
        Result(
            bench="revocation",
            value=measured["p99_s"],
            unit="s until five services refuse, p99",
            better="lower",
            goal=GOAL_S,
            measured=measured,
            baseline=TOKEN_S,
            baseline_name="s for which a token that was just made is good by itself",
        )
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
