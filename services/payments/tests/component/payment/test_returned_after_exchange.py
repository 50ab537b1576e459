"""Money that was paid in and exchanged since goes back to where it came from, or is told not to: it is no winnings."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from .fakes import OUR_PRIVATE, THEIR_PUBLIC
from .test_closed_loop import by_account, split
from .test_exchanges import exchange, offer
from .test_taken_back import paid_in
from .world import World

SEK: dict[str, Any] = {"bought_currency": "SEK"}


@pytest.fixture
def rates_file(tmp_path: Path) -> str:
    """A euro is worth ten kronor today."""
    file = tmp_path / "eurofxref.csv"
    file.write_text(f"Date, SEK, \n{datetime.now(UTC):%d %B %Y}, 10.0000, \n")
    return str(file)


async def kronor_return(world: World) -> None:
    body = {"currency": "SEK", "second_person_above_minor": 5000_00, "closed_loop": "newest"}
    answer = await world.settle("/withdrawal-policy", body)
    assert answer.status_code == 200, answer.text
    settings = {"base_url": "https://test.trustly.com", "username": "casino", "public_key": THEIR_PUBLIC}
    secrets = {"password": "hunter22hunter22", "private_key": OUR_PRIVATE}
    trustly = {"enabled": True, "currencies": ["EUR", "SEK"], "settings": settings, "secrets": secrets}
    answer = await world.settle("/providers/trustly", trustly)
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize(
    ("account", "expected", "left_out"),
    [
        ("9990001", [("payout", "deposited", 98_00)], []),
        (None, [("payout", "not_back", 98_00)], [("other_currency", 98_00)]),
    ],
    ids=["to-an-account", "a-card-is-refunded-in-its-own-currency"],
)
async def test_what_was_paid_in_is_no_winnings_once_it_is_exchanged(
    world: World, account: str | None, expected: Any, left_out: Any
) -> None:
    intent = await paid_in(world)
    if account is not None:
        await by_account(world, intent, account)
    await offer(world)
    await exchange(world, **SEK)
    await kronor_return(world)
    answer = await world.withdraw(98_00, currency="SEK")
    assert answer.status_code in (201, 202), answer.text
    found = await split(world, answer.json()["withdrawal_id"])
    assert [(one["way"], one["why"], one["amount_minor"]) for one in found["parts"]] == expected
    assert [(one["obstacle"], one["amount_minor"]) for one in found["left_out"]] == left_out
    assert found["winnings_minor"] == 0
