"""Casinos: opened under the rules of a licence, given new rules that hold from a day on."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import text

from chassis.domain import FixedClock
from chassis.runtime import Service
from chassis.testing.golden import said
from chassis.testing.problems import fields, problem
from chassis.testing.tokens import bearer, make_token
from contracts.backoffice import events as public
from contracts.backoffice.permissions import BackofficePermission as P
from contracts.verification.documents import REQUIRED_DOCUMENTS

from .api import CASINO, PROFILE, V1, by_two, key, open_casino, register, staff

STRICTER = {**PROFILE, "minimum_age": 21}
STRICTEST = {**PROFILE, "minimum_age": 25}
NEXT_MONTH = datetime(2026, 7, 1, tzinfo=UTC)
TWENTY = "2006-05-01"
"""The birthday of somebody who is twenty all through the test."""


async def adopt(client: httpx.AsyncClient, casino_id: str, profile: dict[str, Any], **more: Any) -> httpx.Response:
    body = {"profile": profile, "reason": "the regulator asks for it", **more}
    return await client.put(f"{V1}/casinos/{casino_id}/profile", json=body, headers=staff(P.PROFILE_ADOPT))


async def adopted(client: httpx.AsyncClient, casino_id: str, profile: dict[str, Any], **more: Any) -> None:
    await by_two(client, await adopt(client, casino_id, profile, **more))


async def versions(client: httpx.AsyncClient, casino_id: str) -> list[tuple[int, int]]:
    """Number and minimum age of every version."""
    shown = (await client.get(f"{V1}/casinos/{casino_id}", headers=staff(P.CASINO_LIST))).json()
    return [(one["version"], one["profile"]["minimum_age"]) for one in shown["profiles"]]


async def register_at_twenty(client: httpx.AsyncClient, casino_id: str) -> httpx.Response:
    somebody = {"email": f"{uuid4()}@mail.example.com", "first_name": f"Ann {uuid4()}"}
    return await register(client, casino_id, date_of_birth=TWENTY, **somebody)


async def test_a_casino_opens_with_its_rules_and_tells_the_others(client: httpx.AsyncClient, service: Service) -> None:
    casino_id = await open_casino(client, name="Grand Example", gaming_day_starts_at_hour=6)
    shown = (await client.get(f"{V1}/casinos/{casino_id}", headers=staff(P.CASINO_LIST))).json()
    assert (shown["name"], shown["time_zone"], shown["gaming_day_starts_at_hour"]) == (
        "Grand Example",
        "Europe/Malta",
        6,
    )
    assert [(one["version"], one["profile"]) for one in shown["profiles"]] == [
        (0, {**PROFILE, "one_account_per_person": True})
    ]
    [told] = [one for one in await said(service) if isinstance(one, public.CasinoOpened)]
    assert (str(told.casino_id), told.currency, told.profile.minimum_age) == (casino_id, "EUR", 18)


async def test_a_repeated_opening_is_one_casino(client: httpx.AsyncClient) -> None:
    headers = {**staff(), **key()}
    first, second = [await client.post(f"{V1}/casinos", json=CASINO, headers=headers) for _ in range(2)]
    assert first.json() == second.json()
    await by_two(client, second)
    assert len((await client.get(f"{V1}/casinos", headers=staff())).json()) == 1


async def test_casinos_are_listed_by_name(client: httpx.AsyncClient) -> None:
    for name in ("Casino B", "Casino C", "Casino A"):
        await open_casino(client, name=name)
    listed = (await client.get(f"{V1}/casinos", headers=staff())).json()
    assert [one["name"] for one in listed] == ["Casino A", "Casino B", "Casino C"]


async def test_whoever_works_for_one_casino_opens_no_other(client: httpx.AsyncClient) -> None:
    one = staff(P.CASINO_OPEN, casinos=(await open_casino(client),))
    problem(await client.post(f"{V1}/casinos", json=CASINO, headers={**one, **key()}), 403, "forbidden")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"time_zone": "Europe/Atlantis"}, "time_zone"),
        ({"currency": "XXX"}, "currency"),
        ({"jurisdiction": "Malta"}, "jurisdiction"),
        ({"name": "  "}, "name"),
        ({"gaming_day_starts_at_hour": 24}, "gaming_day_starts_at_hour"),
        ({"profile": {**PROFILE, "minimum_age": 17}}, "profile.minimum_age"),
        ({"profile": {**PROFILE, "limit_loosening_hours": 23}}, "profile.limit_loosening_hours"),
        ({"profile": {**PROFILE, "withdrawal_requires_level": "guessed"}}, "profile.withdrawal_requires_level"),
    ],
    ids=str,
)
async def test_a_casino_that_cannot_be_is_refused(
    client: httpx.AsyncClient, changes: dict[str, Any], field: str
) -> None:
    answer = await client.post(f"{V1}/casinos", json={**CASINO, **changes}, headers={**staff(), **key()})
    assert list(fields(problem(answer, 422, "invalid_request"))) == [field]


async def test_rules_that_contradict_themselves_are_refused(client: httpx.AsyncClient) -> None:
    rules = {**PROFILE, "exclusion_months_min": 12, "exclusion_months_max": 6}
    answer = await client.post(f"{V1}/casinos", json={**CASINO, "profile": rules}, headers={**staff(), **key()})
    assert fields(problem(answer, 422, "profile_inconsistent")) == {"exclusion_months_max": "profile_inconsistent"}


async def test_new_rules_hold_at_once_when_no_day_is_named(client: httpx.AsyncClient, service: Service) -> None:
    casino_id = await open_casino(client)
    await adopted(client, casino_id, STRICTER)
    assert await versions(client, casino_id) == [(0, 18), (1, 21)]
    problem(await register_at_twenty(client, casino_id), 422, "player_too_young")
    [told] = [one for one in await said(service) if isinstance(one, public.JurisdictionProfileAdopted)]
    assert (told.profile_version, told.effective_from, told.profile.minimum_age) == (
        1,
        datetime(2026, 6, 1, 12, tzinfo=UTC),
        21,
    )


async def test_rules_for_a_day_to_come_wait_for_it(client: httpx.AsyncClient, clock: FixedClock) -> None:
    casino_id = await open_casino(client)
    await adopted(client, casino_id, STRICTER, effective_from=NEXT_MONTH.isoformat())
    clock.advance(NEXT_MONTH - clock.now() - timedelta(seconds=1))
    assert (await register_at_twenty(client, casino_id)).status_code == 202
    clock.advance(timedelta(seconds=1))
    problem(await register_at_twenty(client, casino_id), 422, "player_too_young")


async def test_rules_that_wait_can_be_brought_forward(client: httpx.AsyncClient) -> None:
    casino_id = await open_casino(client)
    await adopted(client, casino_id, STRICTER, effective_from=NEXT_MONTH.isoformat())
    await adopted(client, casino_id, STRICTER)
    problem(await register_at_twenty(client, casino_id), 422, "player_too_young")
    assert await versions(client, casino_id) == [(0, 18), (1, 21), (2, 21)]


async def test_of_two_versions_for_one_moment_the_later_adopted_holds(client: httpx.AsyncClient) -> None:
    casino_id = await open_casino(client)
    await adopted(client, casino_id, STRICTEST)
    await adopted(client, casino_id, PROFILE)
    assert (await register_at_twenty(client, casino_id)).status_code == 202


async def test_adopting_the_rules_that_hold_adds_nothing(client: httpx.AsyncClient, service: Service) -> None:
    casino_id = await open_casino(client)
    await adopted(client, casino_id, PROFILE)
    assert await versions(client, casino_id) == [(0, 18)]
    assert not any(isinstance(one, public.JurisdictionProfileAdopted) for one in await said(service))


async def test_rules_cannot_have_held_before_they_were_adopted(client: httpx.AsyncClient) -> None:
    casino_id = await open_casino(client)
    answer = await adopt(client, casino_id, STRICTER, effective_from="2026-06-01T11:59:59Z")
    assert fields(problem(answer, 422, "profile_from_the_past")) == {"effective_from": "profile_from_the_past"}
    assert await versions(client, casino_id) == [(0, 18)]


async def test_a_day_without_a_time_zone_is_no_moment(client: httpx.AsyncClient) -> None:
    answer = await adopt(client, await open_casino(client), STRICTER, effective_from="2026-07-01T00:00:00")
    assert list(fields(problem(answer, 422, "invalid_request"))) == ["effective_from"]


@pytest.mark.parametrize("moment", ["9999-12-31T23:59:59-14:00", "2201-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00"])
async def test_a_moment_nobody_lives_to_see_is_refused(client: httpx.AsyncClient, moment: str) -> None:
    answer = await adopt(client, await open_casino(client), STRICTER, effective_from=moment)
    assert fields(problem(answer, 422, "invalid_request")) == {"effective_from": "out_of_range"}


async def test_a_casino_that_does_not_exist_has_no_rules(client: httpx.AsyncClient) -> None:
    problem(await client.get(f"{V1}/casinos/{uuid4()}", headers=staff()), 404, "not_found")
    problem(await adopt(client, str(uuid4()), STRICTER), 404, "not_found")
    problem(await register(client, str(uuid4())), 404, "not_found")


@pytest.mark.parametrize("word", ["library_card", "", "Passport", "none"])
async def test_rules_require_no_document_that_nobody_knows(client: httpx.AsyncClient, word: str) -> None:
    """Or nobody could ever be verified."""
    rules = {**PROFILE, "required_documents": ["identity", word]}
    opened = await client.post(f"{V1}/casinos", json={**CASINO, "profile": rules}, headers={**staff(), **key()})
    changed = await adopt(client, await open_casino(client), rules)
    for refused in (opened, changed):
        assert fields(problem(refused, 422, "invalid_request")) == {"profile.required_documents[1]": "not_allowed"}


async def test_rules_require_every_document_there_is(client: httpx.AsyncClient) -> None:
    words = sorted(REQUIRED_DOCUMENTS)
    for some in (words[:10], words[10:]):
        await open_casino(client, profile={**PROFILE, "required_documents": some})


@pytest.mark.parametrize("name", ["Grand Example", "GRAND example", " Grand Example "])
async def test_no_two_casinos_have_one_name(client: httpx.AsyncClient, name: str) -> None:
    await open_casino(client, name="Grand Example")
    again = await client.post(f"{V1}/casinos", json={**CASINO, "name": name}, headers={**staff(), **key()})
    assert list(fields(problem(again, 409, "casino_exists"))) == ["name"]


async def test_of_two_casinos_that_open_at_once_under_one_name_one_opens(
    client: httpx.AsyncClient, service: Service
) -> None:
    proposals = [(await client.post(f"{V1}/casinos", json=CASINO, headers={**staff(), **key()})).json() for _ in "ab"]
    async with service.db.write() as connection:
        await connection.execute(text("LOCK TABLE outbox IN SHARE MODE"))
        approvals = [
            asyncio.ensure_future(
                client.post(f"{one['href']}/approve", json={"payload_sha256": one["payload_sha256"]}, headers=staff())
            )
            for one in proposals
        ]
        async with asyncio.timeout(20):
            while await waiting(service) < 2:
                await asyncio.sleep(0.01)
    answers = await asyncio.gather(*approvals)
    assert {answer.status_code for answer in answers} <= {200, 409}
    assert len((await client.get(f"{V1}/casinos", headers=staff())).json()) == 1


async def test_nobody_opens_a_casino_alone(client: httpx.AsyncClient) -> None:
    alone = bearer(make_token(subject=uuid4(), permissions=tuple(P)))
    proposal = (await client.post(f"{V1}/casinos", json=CASINO, headers={**alone, **key()})).json()
    seen = {"payload_sha256": proposal["payload_sha256"]}
    answer = await client.post(f"{proposal['href']}/approve", json=seen, headers=alone)
    problem(answer, 409, "another_person_needed")
    assert (await client.get(f"{V1}/casinos", headers=staff())).json() == []


async def test_whoever_works_for_one_casino_approves_the_opening_of_no_other(client: httpx.AsyncClient) -> None:
    one = staff(*P, casinos=(await open_casino(client),))
    proposal = (await client.post(f"{V1}/casinos", json=CASINO, headers={**staff(), **key()})).json()
    seen = {"payload_sha256": proposal["payload_sha256"]}
    problem(await client.post(f"{proposal['href']}/approve", json=seen, headers=one), 404, "not_found")


async def test_a_name_that_was_taken_before_it_was_approved_opens_nothing(client: httpx.AsyncClient) -> None:
    proposal = (await client.post(f"{V1}/casinos", json=CASINO, headers={**staff(), **key()})).json()
    await open_casino(client, name=CASINO["name"])
    seen = {"payload_sha256": proposal["payload_sha256"]}
    answer = await client.post(f"{proposal['href']}/approve", json=seen, headers=staff())
    problem(answer, 409, "casino_exists")


async def test_an_approver_sees_which_rules_would_change(client: httpx.AsyncClient) -> None:
    casino_id = await open_casino(client)
    proposal = (await adopt(client, casino_id, STRICTER)).json()
    shown = (await client.get(proposal["href"], headers=staff())).json()
    assert (shown["before"]["minimum_age"], shown["after"]["minimum_age"]) == (18, 21)
    assert await versions(client, casino_id) == [(0, 18)]


async def waiting(service: Service) -> int:
    """How many wait for a lock."""
    statement = text(
        "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    )
    async with service.db.read() as connection:
        return int((await connection.execute(statement)).scalar_one())
