"""What the population's players pay with, and what each does on the page of the provider that was chosen for him."""

import random
from dataclasses import dataclass
from typing import Any

import aiohttp

from simulators.cards import ISSUERS, card_number

METHODS = ("card",) * 7 + ("bank",) * 2 + ("wallet", "crypto")
REFUSED, ASKS_FIRST = "4000000000000002", "4000002500003155"
"""Cards of Stripe's test environment: one that is refused, and one whose bank asks for its owner."""

HOUSEHOLD = 6
"""Of so many who pay by card, or from a bank account, one uses that of whoever came before him."""

_HOUSES = {"MT": "MALTA", "GB": "UNITED_KINGDOM"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Purse:
    """Of one player.

    Attributes:
        method: how he pays.
        card, account: the number of his card, and Trustly's id of his bank account.
        holder: whose name is on them.
        refused: how his bank feels about his first attempt by card.
    """

    first_name: str
    last_name: str
    email: str
    country: str
    method: str
    card: str
    holder: str
    account: str
    refused: bool

    @property
    def details(self) -> dict[str, str]:
        """What he tells the cashier; each provider hears what it asks for."""
        names = {"first_name": self.first_name, "last_name": self.last_name}
        return {**names, "email": self.email, "country": self.country, "locale": f"en_{self.country}"}

    @property
    def paid_by(self) -> str:
        """The method by which he has money paid to him: no card is paid to."""
        return "wallet" if self.method == "wallet" else "bank"

    def destination(self, offered: list[dict[str, Any]]) -> dict[str, str]:
        """Where to, of what the cashier offers for that: what it knows of his already, or his wallet or account."""
        known = [one["one_of"]["instrument_id"] for one in offered if one["kind"] == "instrument"]
        if known:
            return {"kind": "instrument", "instrument_id": known[0][0]}
        if self.paid_by == "wallet":
            return {"kind": "wallet", "service": "skrill", "owner": self.email}
        names = {"first_name": self.first_name, "last_name": self.last_name}
        if self.country == "GB":
            numbers = {"bank_number": "200000", "account_number": self.account[-8:]}
            return {"kind": "bank_account", "country": "GB", **numbers, **names}
        return {"kind": "iban", "iban": maltese_iban(self.account), **names}


def maltese_iban(number: str) -> str:
    """Of an account at a bank of Malta, with the check digits that belong to it (ISO 13616).

    >>> maltese_iban("4711")
    'MT24MALT01100000000000000004711'
    """
    account = f"MALT01100{number:0>18}"
    digits = "".join(str(int(one, 36)) for one in f"{account}MT00")
    return f"MT{98 - int(digits) % 97:02}{account}"


def purse(dice: random.Random, before: list[Purse], names: tuple[str, str], email: str, country: str) -> Purse:
    """A new one, at a casino where these came before; now and then somebody pays with what is another's as well."""
    method = dice.choice(METHODS)
    alike = [one for one in before if one.method == method]
    card, account = card_number(dice.choice(list(ISSUERS)), dice.randrange(10**9)), str(dice.randrange(10**9, 10**10))
    holder = " ".join(names)
    if method in ("card", "bank") and len(alike) % HOUSEHOLD == 1:
        card, account, holder = alike[-1].card, alike[-1].account, alike[-1].holder
    made = Purse(
        first_name=names[0],
        last_name=names[1],
        email=email,
        country=country,
        method=method,
        card=card,
        holder=holder,
        account=account,
        refused=dice.random() < 0.1,
    )
    before.append(made)
    return made


async def pay(session: aiohttp.ClientSession, simulators: str, deposit: dict[str, Any], with_: Purse) -> None:
    """Do what the deposit's next action asks for."""
    action = deposit["next_action"]
    match deposit["provider"]:
        case "stripe":
            await _at_stripe(session, f"{simulators}/stripe", action["client_secret"], with_)
        case "adyen":
            if with_.refused:
                await _post(session, action["url"], {"holder_name": "DECLINED", "card": with_.card})
            await _post(session, action["url"], {"holder_name": with_.holder, "card": with_.card})
        case "trustly":
            more = {"clearinghouse": _HOUSES[with_.country], "lastdigits": with_.account[-4:], "name": with_.holder}
            account = {"accountid": with_.account, "attributes": more}
            await _post(session, action["url"], {"outcome": "credit", "account": account})
        case "skrill":
            await _post(session, action["url"], {"status": "2", "email": with_.email})
        case "coingate":
            await _post(session, f"{action['url']}/pay", {})


async def _at_stripe(session: aiohttp.ClientSession, stripe: str, secret: str, with_: Purse) -> None:
    """Test cards are everybody's: nothing is told of them, or their users would be taken for one ring."""
    if with_.refused:
        for card in (REFUSED, ASKS_FIRST):
            await _post(session, f"{stripe}/pay/{secret}", {"card": card})
        await _post(session, f"{stripe}/confirm/{secret}", {})
    else:
        await _post(session, f"{stripe}/pay/{secret}", {"card": with_.card, "holder": with_.holder})


async def _post(session: aiohttp.ClientSession, url: str, body: dict[str, Any]) -> None:
    async with session.post(url, json=body) as answer:
        answer.raise_for_status()
