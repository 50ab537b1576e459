"""What is under way in security when ceremonies are tried: logins that wait, people with devices, wishes, programs."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import jwt
from services.security.tests.component import api
from services.security.tests.component.authenticators import SecurityKey
from services.security.tests.component.clients_api import Program, register, terms
from services.security.tests.component.emergency_attempts import some_emergency
from services.security.tests.component.factors import Person

from bad_input.houses import House
from chassis.domain import FixedClock, uuid7
from chassis.store import Context
from chassis.testing.feed import Feed
from chassis.testing.tokens import bearer
from contracts.platform.events import RevealLimitReached
from contracts.security.permissions import SecurityPermission as P
from security.domain.elevation.aggregate import elevation
from security.domain.elevation.commands import ApproveElevation, RequestElevation

DORA, EVE = "dora@example.com", "eve@example.com"


async def begun(house: House) -> dict[str, Any]:
    """Further facts. Dora is on call and has a key. Eve was added by a second administrator, so that the first one may
    be the second person in what is about her.
    """
    second = api.SECONDS[house.client] = api.Second(house.client, house.service)
    seconds, casino = await second.token(), house.facts["casino_id"]
    on_call = await api.define_role(house.client, seconds, "on_call", [P.BREAK_GLASS_OPEN])
    looks = await api.define_role(house.client, seconds, "looks", [P.STAFF_LIST])
    eve = (await api.add_colleague(house.client, seconds, EVE))["staff_id"]
    given = await api.assign(house.client, seconds, eve, looks, [casino])
    now = house.service.application.clock.now()
    told = RevealLimitReached(alarm_id=uuid7(), service="backoffice", staff_id=UUID(eve), reveals=30, since=now)
    await Feed(house.service)(told)
    return {
        "on_call_role_id": on_call,
        "given_assignment_id": given.json()["assignment_id"],
        "alarm_id": str(told.alarm_id),
        **await _of_the_administrator(house),
        **await _of_dora(house, on_call),
        **await _programs(house),
        **await _wishes(house, UUID(eve)),
        **await _proposals(house, seconds, {"role_id": on_call, "casinos": [casino]}, eve),
    }


async def _of_the_administrator(house: House) -> dict[str, str]:
    """Three sessions, one of them of a browser, and a phone that is not confirmed."""
    admin = _person(house, "admin@example.com")
    other = _session_of((await admin.comes_in())["access_token"])
    session = _session_of((await admin.comes_in())["access_token"])
    who = {"login": admin.login, "password": admin.password}
    browser = await house.client.post(f"{api.V1}/browser-sessions", json=who)
    phone = (await admin.post("/factors/totp", {"name": "Phone"})).json()
    return {
        "session_id": session,
        "other_session_id": other,
        "sid": browser.cookies["__Host-sid"],
        "factor_id": phone["factor_id"],
    }


async def _of_dora(house: House, on_call: str) -> dict[str, Any]:
    """A session that was opened with a key, logins that wait for one, and another key to be added."""
    token, dora, key, new = house.token("operator") or "", _person(house, DORA), SecurityKey(), SecurityKey()
    added = await api.add_colleague(house.client, token, DORA)
    given = await api.assign(house.client, token, added["staff_id"], on_call, [house.facts["casino_id"]])
    assert given.status_code == 201, given.text
    dora.token = (await api.enter(house.client, DORA, added["one_time_password"]))["access_token"]
    held = await dora.adds_key(key)
    session = _session_of((await dora.comes_in_with(key))["access_token"])
    options = (await dora.post("/factors/webauthn/options")).json()
    who = {"login": dora.login, "password": dora.password}
    browser = await house.client.post(f"{api.V1}/browser-sessions", json=who)
    return {
        "armed_subject": added["staff_id"],
        "armed_session": session,
        "armed_factor_id": held.json()["factor_id"],
        "ticket": await dora.ticket(),
        "browser_ticket": browser.json()["ticket"],
        "recovery_code": dora.recovery_codes[0],
        "second_recovery_code": dora.recovery_codes[1],
        "key_ticket": options["ticket"],
        "new_key": new.create(options["public_key"]),
    }


def _person(house: House, login: str) -> Person:
    return Person(house.client, FixedClock(house.service.application.clock.now()), login, api.PASSWORD)


def _session_of(token: str) -> str:
    return str(jwt.decode(token, options={"verify_signature": False})["sid"])


async def _programs(house: House) -> dict[str, Any]:
    """A program with two keys and a role, and keys of others."""
    first, second, third, fourth = (Program.new() for _ in range(4))
    casino, token = house.facts["casino_id"], house.token("operator") or ""
    known = await register(house.client, token, first, casinos=[casino], keys=[first.jwk, second.jwk])
    role = await api.define_role(house.client, token, "programs", ["security.role.list"])
    body = {"role_id": role, "casinos": [casino], "reason": "contract 4711"}
    path = f"{api.V1}/clients/{known.client_id}/assignments"
    given = await house.client.post(path, json=body, headers={**bearer(token), **api.key()})
    assert given.status_code == 201, given.text
    return {
        "client_id": known.client_id,
        "kid": second.kid,
        "another_jwk": third.jwk,
        "third_jwk": fourth.jwk,
        "client_assignment_id": given.json()["assignment_id"],
        "program_role_id": await api.define_role(house.client, token, "more_programs", ["security.permission.list"]),
        "in_200_days": terms()["expires_at"],
    }


async def _wishes(house: House, eve: UUID) -> dict[str, str]:
    """More access that Eve and the administrator asked for, and emergencies of both."""
    service, facts = house.service, house.facts
    admin, casino = UUID(facts["admin_id"]), facts["casino_id"]
    role = await api.define_role(house.client, house.token("operator") or "", "wished", ["security.role.list"])
    wished = [await _elevation(house, eve, role, approved=approved) for approved in (False, False, True)]
    return {
        "wished_role_id": role,
        "elevation_id": wished[0],
        "second_elevation_id": wished[1],
        "third_elevation_id": wished[2],
        "own_elevation_id": await _elevation(house, admin, role, approved=False),
        "break_glass_id": str(await some_emergency(service, eve, over=False, casino=casino)),
        "over_break_glass_id": str(await some_emergency(service, eve, over=True, casino=casino)),
        "own_break_glass_id": str(await some_emergency(service, admin, over=False, casino=casino)),
    }


async def _elevation(house: House, who: UUID, role: str, *, approved: bool) -> str:
    application, elevation_id = house.service.application, uuid7()
    ctx = Context.system("tests", application.clock)
    now = ctx.occurred_at - timedelta(minutes=1)
    wish = RequestElevation(
        staff_id=who,
        role_id=UUID(role),
        role_name="wished",
        casinos=(house.facts["casino_id"],),
        minutes=60,
        ticket="OPS-1",
        now=now,
    )
    await application.execute(elevation, elevation_id, wish, ctx)
    if approved:
        await application.execute(
            elevation, elevation_id, ApproveElevation(by=UUID(house.facts["admin_id"]), now=now, within=None), ctx
        )
    return str(elevation_id)


async def _proposals(house: House, seconds: str, gift: dict[str, Any], eve: str) -> dict[str, Any]:
    """Three that wait, each about a critical role for Eve: the first of the administrator, the others of the second."""
    made: dict[str, Any] = {}
    later = terms()["expires_at"]
    for name, token, more in (
        ("", house.token("operator") or "", {}),
        ("second_", seconds, {}),
        ("third_", seconds, {"expires_at": later}),
    ):
        body = {**gift, **more, "reason": "the night shift"}
        path = f"{api.V1}/staff/{eve}/assignments"
        answer = await house.client.post(path, json=body, headers={**bearer(token), **api.key()})
        assert answer.status_code == 202, answer.text
        made |= {f"{name}{one}": answer.json()[one] for one in ("approval_id", "payload_sha256")}
    return {**made, "another_gift": {"staff_id": eve, **gift, "expires_at": later}}
