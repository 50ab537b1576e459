"""The few calls that tests of factors begin with."""

from typing import Any

import httpx

from chassis.domain import FixedClock
from chassis.testing.tokens import bearer

from .api import V1, key, log_in
from .authenticators import SecurityKey, code_at


class Person:
    """A member of staff with a session, who adds and uses factors."""

    def __init__(self, client: httpx.AsyncClient, clock: FixedClock, login: str, password: str) -> None:
        self.client = client
        self.clock = clock
        self.login = login
        self.password = password
        self.token = ""
        self.refresh_token = ""
        self.secret = ""
        self.recovery_codes: list[str] = []

    async def comes_in(self) -> dict[str, Any]:
        """Log in with the password alone."""
        answer = await log_in(self.client, self.login, self.password)
        assert answer.status_code == 200, answer.text
        return self.takes(answer)

    def takes(self, answer: httpx.Response) -> dict[str, Any]:
        """Keep the tokens of an answer."""
        assert answer.status_code == 200, answer.text
        tokens: dict[str, Any] = answer.json()
        self.token = tokens["access_token"]
        self.refresh_token = tokens.get("refresh_token", self.refresh_token)
        return tokens

    async def post(self, path: str, body: Any = None) -> httpx.Response:
        headers = {**bearer(self.token), **key()}
        return await self.client.post(f"{V1}{path}", json=body, headers=headers)

    async def get(self, path: str) -> httpx.Response:
        return await self.client.get(f"{V1}{path}", headers=bearer(self.token))

    async def delete(self, path: str) -> httpx.Response:
        return await self.client.delete(f"{V1}{path}", headers=bearer(self.token))

    def code(self) -> str:
        return code_at(self.secret, self.clock.now())

    async def adds_phone(self) -> str:
        """An authenticator application; returns the factor's id. Its first code is used up by that."""
        begun = await self.post("/factors/totp", {"name": "Phone"})
        assert begun.status_code == 201, begun.text
        factor_id, self.secret = begun.json()["factor_id"], begun.json()["secret"]
        done = await self.post(f"/factors/totp/{factor_id}/confirm", {"code": self.code()})
        assert done.status_code == 200, done.text
        self.recovery_codes = done.json()["recovery_codes"] or self.recovery_codes
        return str(factor_id)

    async def adds_key(self, key: SecurityKey, name: str = "Key") -> httpx.Response:
        """A key, with whatever answer it gives."""
        options = await self.post("/factors/webauthn/options")
        assert options.status_code == 200, options.text
        body = {"ticket": options.json()["ticket"], "name": name, "key": key.create(options.json()["public_key"])}
        answer = await self.post("/factors/webauthn", body)
        if answer.status_code == 201:
            self.recovery_codes = answer.json()["recovery_codes"] or self.recovery_codes
        return answer

    async def ticket(self) -> str:
        """The first step of a log-in."""
        answer = await log_in(self.client, self.login, self.password)
        assert answer.status_code == 202, answer.text
        return str(answer.json()["ticket"])

    async def comes_in_with(self, key: SecurityKey) -> dict[str, Any]:
        """Log in with password and key."""
        ticket = await self.ticket()
        asked = await self.client.post(f"{V1}/staff-sessions/factor-options", json={"ticket": ticket})
        assert asked.status_code == 200, asked.text
        return self.takes(await self.second_step(ticket, key=key.get(asked.json()["public_key"])))

    async def has_key(self) -> SecurityKey:
        """A key that was added, and used a moment ago."""
        held = SecurityKey()
        assert (await self.adds_key(held)).status_code == 201
        self.takes(await self.steps_up_with(held))
        return held

    async def second_step(self, ticket: str, **proof: Any) -> httpx.Response:
        return await self.client.post(f"{V1}/staff-sessions/factor", json={"ticket": ticket, **proof})

    async def steps_up(self, **proof: Any) -> httpx.Response:
        return await self.post("/step-up", proof)

    async def steps_up_with(self, key: SecurityKey) -> httpx.Response:
        """Ask what a key is to sign, and give its answer."""
        options = (await self.post("/step-up/options")).json()
        return await self.steps_up(ticket=options["ticket"], key=key.get(options["public_key"]))
