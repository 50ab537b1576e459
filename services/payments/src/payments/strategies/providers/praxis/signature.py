"""Praxis's signatures: SHA-384 over some of a message's fields, joined without anything between, and the secret.

Source: doc.praxiscashier.com, "Authentication", and the lists of fields on the page of each call. What a message says
of a transaction's state is not among the signed fields. A field that is null is left out. In a request the time is
signed as well, and counts for a minute.
"""

import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from payments.application.ports import HttpCall
from payments.strategies.providers.reading import section

HEADER: Final = "GT-Authentication"
VERSION: Final = "1.3"

_OF_NOTIFICATION = (
    ("merchant_id",),
    ("application_key",),
    ("timestamp",),
    ("customer", "customer_token"),
    ("session", "order_id"),
    ("transaction", "tid"),
    ("transaction", "currency"),
    ("transaction", "amount"),
    ("transaction", "conversion_rate"),
    ("transaction", "processed_currency"),
    ("transaction", "processed_amount"),
)


def signature(secret: str, values: Iterable[object]) -> str:
    """The signature of these values, in hexadecimal."""
    text = "".join(str(value) for value in values if value is not None)
    return hashlib.sha384(f"{text}{secret}".encode(errors="replace")).hexdigest()


def of_notification(secret: str, message: Mapping[str, Any]) -> str:
    """The signature of a notification, whose numbers are as they were written (`parsed`)."""
    return signature(secret, (_at(message, path) for path in _OF_NOTIFICATION))


def signed_with(secrets: Mapping[str, str], message: Mapping[str, Any], given: str) -> str | None:
    """The name of the secret that a notification was signed with; None: with none of these."""
    sent = given.encode(errors="replace")
    fits = {name: hmac.compare_digest(of_notification(one, message).encode(), sent) for name, one in secrets.items()}
    return next((name for name, fit in fits.items() if fit), None)


def parsed(raw: bytes) -> Mapping[str, Any]:
    """A JSON object with numbers kept as they were written, since they are part of what was signed.

    Raises:
        ValueError: it is no object. Of a key that is named twice the last counts, verified as well as read.
    """
    try:
        value = json.loads(raw.decode(), parse_float=str, parse_int=str, strict=False)
    except RecursionError:
        raise ValueError("not a JSON object") from None
    if not isinstance(value, dict):
        raise ValueError("not a JSON object")  # noqa: TRY004 - whoever sent it, it is no mistake of ours
    return value


@dataclass(frozen=True, slots=True)
class Request:
    """A request of ours before it has its time. `signed` names the fields that are signed, in their order."""

    url: str
    key: str | None
    facts: Mapping[str, Any] = field(repr=False)
    signed: tuple[str, ...]
    secret: str = field(repr=False)

    def __call__(self, now: datetime) -> HttpCall:
        """The call as it goes out at this moment."""
        facts = {**self.facts, "version": VERSION, "timestamp": int(now.timestamp())}
        headers = {
            HEADER: signature(self.secret, (facts[name] for name in self.signed)),
            "Content-Type": "application/json",
            "Accept": "application/json",
        }
        return HttpCall("POST", self.url, headers, json.dumps(facts).encode(), self.key)

    def call(self) -> HttpCall:
        """The call as strategies give it: it has its time when it goes out."""
        return HttpCall("POST", self.url, {}, key=self.key, timed=self)


def _at(message: Mapping[str, Any], path: tuple[str, ...]) -> object:
    *outer, name = path
    within = section(message.get(outer[0])) if outer else message
    value = within.get(name)
    return value if value is None or isinstance(value, str) else ""
