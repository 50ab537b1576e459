"""The few calls that most tests of backoffice begin with."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import httpx

from chassis.auth import DataClass
from chassis.auth.policy.model import Mode
from chassis.testing.second_person import approved
from chassis.testing.tokens import bearer, make_token
from contracts.backoffice.permissions import BackofficePermission as P
from contracts.payments.events import TransferPosted

V1 = "/api/backoffice/v1"
MASKED: dict[DataClass, Mode] = {
    "pii_basic": "mask",
    "pii_sensitive": "mask",
    "financial": "clear",
    "rg": "clear",
    "aml": "clear",
}

PROFILE: dict[str, Any] = {
    "minimum_age": 18,
    "limit_loosening_hours": 24,
    "exclusion_months_min": 6,
    "exclusion_months_max": 60,
    "withdrawal_requires_level": "verified",
    "withdrawal_cancellation_allowed": False,
    "required_documents": ["identity"],
}
CASINO: dict[str, Any] = {
    "name": "Grand Example",
    "jurisdiction": "MT",
    "currency": "EUR",
    "time_zone": "Europe/Malta",
    "profile": PROFILE,
}


JUST_NOW = int(datetime(2100, 1, 1, tzinfo=UTC).timestamp())
"""When who it is was proved, whatever the clock of a test says."""


def staff(*permissions: str, casinos: tuple[UUID | str, ...] = ("*",)) -> dict[str, str]:
    return bearer(make_token(permissions=permissions or tuple(P), casinos=casinos, auth_time=JUST_NOW, modes=MASKED))


def himself(player_id: str, casino_id: str) -> dict[str, str]:
    return bearer(make_token(kind="player", subject=UUID(player_id), casino=UUID(casino_id)))


def key() -> dict[str, str]:
    return {"Idempotency-Key": str(uuid4())}


async def open_casino(client: httpx.AsyncClient, **changes: Any) -> str:
    somewhere = {**CASINO, "name": f"Grand Example {uuid4()}"}
    answer = await client.post(f"{V1}/casinos", json={**somewhere, **changes}, headers={**staff(), **key()})
    return str((await by_two(client, answer))["subject_id"])


async def by_two(client: httpx.AsyncClient, answer: httpx.Response) -> Any:
    """Have a second person approve what was proposed; the proposal as it is then."""
    return await approved(client, answer, tuple(P), auth_time=JUST_NOW)


async def erase(client: httpx.AsyncClient, player_id: str) -> Any:
    """Have two people erase a player."""
    body, path = {"reason": "he asked for it"}, f"{V1}/players/{player_id}/erase"
    return await by_two(client, await client.post(path, json=body, headers={**staff(), **key()}))


def registration(casino_id: str, **changes: Any) -> dict[str, Any]:
    return {
        "casino_id": casino_id,
        "email": "ann@mail.example.com",
        "password": "a long enough password",
        "first_name": "Ann",
        "last_name": "Example",
        "date_of_birth": "1990-05-17",
        "country": "MT",
        "currency": "EUR",
        "phone": "+35612345678",
        "address": "1 Example Street, Valletta",
        "terms_version": "2026-01",
        **changes,
    }


async def register(client: httpx.AsyncClient, casino_id: str, **changes: Any) -> httpx.Response:
    return await client.post(f"{V1}/players", json=registration(casino_id, **changes), headers=key())


async def joins(client: httpx.AsyncClient, casino_id: str, **changes: Any) -> bool:
    """Whether an account is opened for who registers; the answer does not say it."""
    answer = await register(client, casino_id, **changes)
    assert answer.status_code == 202, answer.text
    return (await client.get(f"{V1}/players/{answer.json()['player_id']}", headers=staff())).status_code == 200


async def a_player(client: httpx.AsyncClient, casino_id: str, **changes: Any) -> str:
    answer = await register(client, casino_id, **changes)
    assert answer.status_code == 202, answer.text
    return str(answer.json()["player_id"])


def moved(who: Mapping[str, Any], kind: Any, amount: int, balance: int) -> TransferPosted:
    """A movement of the player's money, as payments tells of it."""
    return TransferPosted(
        **who,
        transfer_id=uuid4(),
        kind=kind,
        currency="EUR",
        amount_minor=amount,
        delta_minor=amount,
        balance_minor=balance,
        posted_at=datetime(2026, 6, 1, 12, tzinfo=UTC),
    )
