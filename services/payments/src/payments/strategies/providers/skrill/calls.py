"""Calls of Skrill's interfaces, and how their answers are read: a line and a form, or flat XML."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from contracts.money import MAX_MINOR, MoneyMistake, to_minor
from payments.application.ports import HttpAnswer, HttpCall, NotThere, ProviderAccount
from payments.strategies.providers.reading import word

CURRENCIES = frozenset(
    {
        "AUD", "BGN", "CAD", "CHF", "CZK", "DKK", "EUR", "GBP", "HUF", "INR", "ISK", "JPY", "KRW", "KWD", "NOK", "NZD",
        "PLN", "RON", "SEK", "TND", "TRY", "USD", "ZAR",
    }
)  # fmt: skip

CHECKOUT = "https://pay.skrill.com"
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}
_NOT_FOUND = "403"


@dataclass(frozen=True, slots=True)
class Transfer:
    """What follows when a transfer was prepared: it is carried out, within the session that was opened for it."""

    account: ProviderAccount
    key: str

    def __call__(self, answer: HttpAnswer) -> HttpCall | None:
        sid = tags(answer).get("sid")
        if answer.earlier is not None or word(sid) is None:
            return None
        return form_call(f"{_app(self.account)}/pay.pl", {"action": "transfer", "sid": str(sid)}, self.key)


def form_call(url: str, form: Mapping[str, str], key: str | None, then: Transfer | None = None) -> HttpCall:
    """A call with a form; nothing of it is in the address."""
    return HttpCall("POST", url, _FORM, urlencode(sorted(form.items())).encode(), key, then=then)


def prepare(account: ProviderAccount, form: Mapping[str, str], key: str) -> HttpCall:
    """The first half of a transfer, and with its answer the second."""
    whole = {"action": "prepare", **_login(account), **form}
    return form_call(f"{_app(account)}/pay.pl", whole, key, Transfer(account, key))


def ask(account: ProviderAccount, reference: str) -> HttpCall:
    """Asks what became of the transaction of our reference."""
    form = {"action": "status_trn", "trn_id": reference, **_login(account)}
    return form_call(f"{_app(account)}/query.pl", form, None)


def report_in(answer: HttpAnswer | None) -> Mapping[str, str] | NotThere | None:
    """The status report in an answer to `ask`: `200<tabs>OK` and below it the report as a form."""
    if answer is None or answer.status >= 500:
        return None
    head, _, rest = answer.body.decode(errors="replace").partition("\n")
    code = head.split(maxsplit=1)[0] if head.split() else ""
    if code == _NOT_FOUND:
        return NotThere()
    return fields(rest.strip().encode()) if code == "200" else None


def fields(raw: bytes) -> Mapping[str, str] | None:
    """The fields of a form; None when it is none, or names a field twice."""
    try:
        pairs = parse_qsl(raw.decode(), keep_blank_values=True, strict_parsing=True, max_num_fields=100)
    except ValueError:
        return None
    found = dict(pairs)
    return found if len(found) == len(pairs) else None


def tags(answer: HttpAnswer) -> Mapping[str, str]:
    """The text of each element; empty when it is no XML, or has a document type, which could hold entities."""
    if len(answer.body) > 100_000:
        return {}
    try:
        root = fromstring(answer.body, forbid_dtd=True)
    except (DefusedXmlException, ParseError, ValueError, LookupError):
        return {}
    return {one.tag: (one.text or "").strip() for one in root.iter()}


def money(amount: object, currency: object) -> tuple[int, str] | None:
    """Amount in minor units, and currency; None when they cannot be read."""
    text, code = word(amount), word(currency)
    if text is None or code not in CURRENCIES:
        return None
    try:
        minor = to_minor(text, code)
    except MoneyMistake:
        return None
    return (minor, code) if 0 < minor <= MAX_MINOR else None


def _login(account: ProviderAccount) -> dict[str, str]:
    password = account.secrets["api_password"].encode()
    digest = hashlib.md5(password).hexdigest()  # noqa: S324 - what the interface wants, over TLS
    return {"email": str(account.settings["pay_to_email"]), "password": digest}


def _app(account: ProviderAccount) -> str:
    return f"{str(account.settings['base_url']).rstrip('/')}/app"
