"""Several providers for one method of paying: the cheapest is asked first, and when it will not, the next."""

from journey.client import eventually
from journey.newcomer import CARD, deposit_ends, parcels_taken
from journey.tale import Step, Tale, money

AMOUNT_MINOR = 25_00
V1 = "/api/payments/v1"


async def cascade(tale: Tale) -> str:
    """The player asked for a method; that its first provider takes nothing today is not his concern."""
    player, officer = tale.who, tale.staff["officer"]
    await tale.direct("PUT", f"/adyen/suspended/{tale.casino_id}", {"suspended": True})
    wish = {
        "method": "card",
        "amount_minor": AMOUNT_MINOR,
        "currency": tale.currency,
        "return_url": "https://casino.example/cashier",
    }
    path = f"{V1}/deposits/{(await player.post(f'{V1}/deposits', wish))['deposit_id']}"

    async def with_another() -> dict[str, str] | None:
        now = await player.get(path)
        return now["next_action"] if now["provider"] == "stripe" else None

    action = await eventually("the deposit goes on to the next provider", with_another)
    await tale.direct("POST", f"/stripe/pay/{action['client_secret']}", {"card": CARD})
    ended = await deposit_ends(player, path.rpartition("/")[2])
    assert (ended["status"], ended["provider"]) == ("succeeded", "stripe"), ended
    tale.cash_minor += AMOUNT_MINOR
    tale.deposits_minor += AMOUNT_MINOR
    tale.movements += 1
    await tale.direct("PUT", f"/adyen/suspended/{tale.casino_id}", {"suspended": False})
    await parcels_taken(tale)
    wallet = await tale.balance()
    assert wallet["cash_minor"] == tale.cash_minor, wallet
    calls = await officer.pages(f"{V1}/provider-attempts", payment_id=f"eq.{ended['deposit_id']}")
    refused = next(one for one in calls if one["provider"] == "adyen" and one["outcome"] == "declined")
    return (
        f"{money(AMOUNT_MINOR, tale.currency)} by card: adyen, the cheapest, said {refused['code']}; "
        "stripe was asked next and paid; credited once"
    )


STEPS = (Step("One provider refuses and the next takes over", cascade),)
