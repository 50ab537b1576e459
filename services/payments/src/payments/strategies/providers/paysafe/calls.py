"""Calls of the Payments API, the resources in their answers, and the call that follows from a payment handle."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

from chassis.domain import Invalid
from contracts.money import MAX_MINOR
from payments.application.ports import Category, HttpAnswer, HttpCall, ProviderAccount
from payments.strategies.providers.paysafe.codes import CODES
from payments.strategies.providers.reading import decoded_object, require_text, section, word

CURRENCIES = frozenset(
    {
        "AUD", "BGN", "CAD", "CHF", "CZK", "DKK", "EUR", "GBP", "HUF", "INR", "ISK", "JPY", "KRW", "KWD", "NOK", "NZD",
        "PLN", "RON", "SEK", "TND", "TRY", "USD", "ZAR",
    }
)  # fmt: skip

TYPES = {"skrill": "SKRILL", "neteller": "NETELLER", "paysafecard": "PAYSAFECARD", "interac": "INTERAC_ETRANSFER"}
"""Our names of methods, and Paysafe's."""
WALLETS = {**{name: name for name in TYPES}, "interac": "interacEtransfer"}

MADE = (200, 201)
_LISTED = {
    "payments": "payments",
    "standalonecredits": "standaloneCredits",
    "paymenthandles": "paymentHandles",
    "refunds": "refunds",
}


@dataclass(frozen=True, slots=True)
class Follow:
    """What follows from a payment handle, once and while it is payable: `payments` or `standalonecredits` (`path`).

    `find`: where none was made, because one of our reference is there already, that one is looked for.
    """

    account: ProviderAccount
    path: str
    reference: str
    find: bool = False

    def __call__(self, answer: HttpAnswer) -> HttpCall | None:
        handle = handle_in(answer)
        if handle is None:
            refused = 400 <= answer.status < 500
            return (
                lookup(self.account, self.reference, self.path, replace(self, find=False))
                if self.find and refused
                else None
            )
        looked_up = listed(answer, "paymenthandles") is not None
        if answer.earlier is not None and not looked_up:
            return None  # The answer to what followed already.
        if looked_up and listed(answer.also, self.path) != []:
            return None  # Something was made of it already, or nobody can tell.
        token = word(handle.get("paymentHandleToken"))
        if handle.get("status") != "PAYABLE" or token is None:
            return None
        body: dict[str, Any] = {
            "merchantRefNum": self.reference,
            "amount": handle.get("amount"),
            "currencyCode": handle.get("currencyCode"),
            "paymentHandleToken": token,
            "dupCheck": True,
        }
        if self.path == "payments":
            body["settleWithAuth"] = True
        return post(self.account, self.path, body)


def post(account: ProviderAccount, path: str, body: Mapping[str, Any], then: Follow | None = None) -> HttpCall:
    """A call that makes something under our reference. Paysafe makes one thing of a kind for each."""
    reference = str(body["merchantRefNum"])
    raw = json.dumps(body, sort_keys=True).encode()
    headers = {**_headers(account), "Content-Type": "application/json"}
    return HttpCall("POST", f"{_base(account)}/{path}", headers, raw, reference, then=then)


def lookup(account: ProviderAccount, reference: str, path: str, then: Follow | None = None) -> HttpCall:
    """Asks for the handle of our reference, and for what was made of it."""
    return replace(_find(account, reference, "paymenthandles"), also=_find(account, reference, path), then=then)


def _find(account: ProviderAccount, reference: str, path: str) -> HttpCall:
    return fetch(account, f"{path}?merchantRefNum={quote(reference, safe='')}")


def fetch(account: ProviderAccount, path: str) -> HttpCall:
    """A question."""
    return HttpCall("GET", f"{_base(account)}/{path}", _headers(account))


def listed(answer: HttpAnswer | None, path: str) -> list[Mapping[str, Any]] | None:
    """What a look-up found; None when the answer is that of none."""
    found = (decoded_object(answer) or {}).get(_LISTED[path]) if answer is not None and answer.status == 200 else None
    return [section(one) for one in found] if isinstance(found, list) else None


def handle_in(answer: HttpAnswer) -> Mapping[str, Any] | None:
    """The payment handle that was made or found; None when there is none. Of two for one reference none is believed."""
    found = listed(answer, "paymenthandles")
    if found is not None:
        return found[0] if len(found) == 1 else None
    body = decoded_object(answer) if answer.status in MADE else None
    return body if body and word(body.get("paymentHandleToken")) else None


def money_of(resource: Mapping[str, Any]) -> tuple[int, str] | None:
    """Amount, in minor units as ours are, and currency; less what was authorised and not settled."""
    amount, open_minor, currency = (
        resource.get("amount"),
        resource.get("availableToSettle", 0),
        resource.get("currencyCode"),
    )
    if not isinstance(amount, int) or not isinstance(open_minor, int) or currency not in CURRENCIES:
        return None
    if isinstance(amount, bool) or open_minor < 0:
        return None
    settled = amount - open_minor
    return (settled, str(currency)) if 0 < settled <= MAX_MINOR else None


def refusal(answer: HttpAnswer | None) -> str | None:
    """The code of an error after which surely nothing was made; None for every other, and for what is no error.

    An error nobody knows may be that of a repeat: then something is there.
    """
    if answer is None or not 400 <= answer.status < 500:
        return None
    code = error_of(decoded_object(answer) or {})
    meaning = CODES.get(code or "")
    return code if meaning is not None and meaning.category is not Category.PROVIDER else None


def error_of(resource: Mapping[str, Any]) -> str | None:
    """The code of an error in a resource or an answer, as our table has it."""
    code = word(section(resource.get("error")).get("code"))
    return f"error_{code}" if code else None


def wallet(method: str, consumer_id: str) -> dict[str, Any]:
    """Whose wallet it is, as a handle says it."""
    return {"paymentType": TYPES[method], WALLETS[method]: {"consumerId": consumer_id}}


def check_wallet(given: Mapping[str, str], methods: tuple[str, ...], *, within: str) -> None:
    """Invalid when `method` is none of these, or `consumer_id` no text."""
    if given.get("method") not in methods:
        raise Invalid(f"method is one of {', '.join(methods)}.", field=f"{within}.method")
    if not require_text(given, "consumer_id", within=within, longest=100).isprintable():
        raise Invalid("This is no consumer_id.", field=f"{within}.consumer_id")


def _base(account: ProviderAccount) -> str:
    return f"{str(account.settings['base_url']).rstrip('/')}/paymenthub/v1"


def _headers(account: ProviderAccount) -> dict[str, str]:
    credentials = f"{account.settings['username']}:{account.secrets['password']}".encode()
    return {"Authorization": f"Basic {base64.b64encode(credentials).decode()}"}
