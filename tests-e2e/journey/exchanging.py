"""Money of one currency becomes money of another, at the example of rates that an installation begins with."""

import re
from decimal import Decimal
from typing import Any

from pitlocal.paths import REPOSITORY

from journey.tale import Step, Tale, money

V1 = "/api/payments/v1"
RATES = REPOSITORY / "deploy" / "rates" / "eurofxref-daily.xml"
SOLD_MINOR = 1_00
SPREAD_BP = 200


async def exchange(tale: Tale) -> str:
    """Two managers offer it, two others do it: a dollar and something for a euro, less what the house keeps."""
    offer = {"enabled": True, "spread_bp": SPREAD_BP}
    path = f"{V1}/casinos/{tale.casino_id}/exchange-policy"
    await tale.staff["second_manager"].approve(await tale.staff["manager"].put(path, offer))
    assert tale.currency == "EUR"
    day, rate = (_told(name) for name in ('time="([^"]+)"', 'currency="USD" rate="([^"]+)"'))
    bought = int(SOLD_MINOR * Decimal(rate) * (10_000 - SPREAD_BP) / 10_000)
    order = {
        "sold_currency": tale.currency,
        "sold_minor": SOLD_MINOR,
        "bought_currency": "USD",
        "at_least_minor": bought,
        "reason": "he moves abroad",
    }
    proposed = await tale.staff["clerk"].post(f"{V1}/players/{tale.player_id}/exchanges", order)
    await tale.staff["head"].approve(proposed)
    tale.cash_minor -= SOLD_MINOR
    assert await _cash(tale) == {tale.currency: tale.cash_minor, "USD": bought}
    return f"{money(SOLD_MINOR, tale.currency)} became {money(bought, 'USD')}, at the rates of {day}"


def _told(pattern: str) -> str:
    found = re.search(pattern, RATES.read_text())
    assert found, pattern
    return found[1]


async def _cash(tale: Tale) -> dict[str, int]:
    answer: Any = await tale.who.get(f"{V1}/players/{tale.player_id}/balance")
    return {wallet["currency"]: wallet["cash_minor"] for wallet in answer["wallets"]}


STEPS = (Step("Two people exchange some of his money", exchange),)
