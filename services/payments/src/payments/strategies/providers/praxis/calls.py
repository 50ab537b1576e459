"""Praxis's calls and what every answer of its has in common. A call has its time when it goes out."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from payments.application.ports import HttpAnswer, HttpCall, ProviderAccount
from payments.strategies.providers.praxis.signature import Request
from payments.strategies.providers.reading import decoded_object


def who(account: ProviderAccount) -> dict[str, Any]:
    """Who we are there, as every request says."""
    return {name: account.settings[name] for name in ("merchant_id", "application_key")}


def request(
    account: ProviderAccount, path: str, facts: Mapping[str, Any], signed: tuple[str, ...], *, key: str | None = None
) -> HttpCall:
    """A request with these facts; `signed` are those in its signature, in their order."""
    url = f"{str(account.settings['base_url']).rstrip('/')}{path}"
    return Request(url, key, {**who(account), **facts}, signed, account.secrets["merchant_secret"]).call()


def open_session(account: ProviderAccount, facts: Mapping[str, Any]) -> HttpCall:
    """A session of the cashier for one order of ours, which counts once."""
    signed = ("merchant_id", "application_key", "timestamp", "intent", "cid", "order_id")
    return request(account, "/cashier/cashier", facts, signed, key=str(facts["order_id"]))


def find_order(account: ProviderAccount, order_id: object) -> HttpCall:
    """Asks for the order of ours: its session, and its transaction if it has one."""
    signed = ("merchant_id", "application_key", "timestamp", "order_id")
    return request(account, "/agent/find-order", {"order_id": str(order_id)}, signed)


def find_transaction(account: ProviderAccount, tid: str) -> HttpCall:
    """Asks for a transaction by Praxis's own id."""
    signed = ("merchant_id", "application_key", "timestamp", "tid")
    return request(account, "/agent/find-transaction", {"tid": int(tid)}, signed)


@dataclass(frozen=True, slots=True)
class Find:
    """What follows from a request that was refused: the order is looked at, whether it was carried out before."""

    account: ProviderAccount
    order_id: str

    def __call__(self, answer: HttpAnswer) -> HttpCall | None:
        body = body_of(answer)
        refused = body is not None and body["status"] > 0 and answer.earlier is None
        return find_order(self.account, self.order_id) if refused else None


def body_of(answer: HttpAnswer | None) -> Mapping[str, Any] | None:
    """An answer with a status of its own, a whole number; None: it is none."""
    body = decoded_object(answer)
    if answer is None or answer.status >= 500 or body is None:
        return None
    status = body.get("status")
    return body if isinstance(status, int) and not isinstance(status, bool) and abs(status) < 10_000 else None


def is_missing(body: Mapping[str, Any]) -> bool:
    """Whether an answer says that there is no such order or transaction."""
    return bool(body["status"] > 0) and "not found" in str(body.get("description")).lower()


def page_in(body: Mapping[str, Any]) -> str | None:
    """The address of a session's page."""
    url = body.get("redirect_url")
    return url if isinstance(url, str) and url.startswith(("https://", "http://")) else None


def number_of(transaction: Mapping[str, Any]) -> str | None:
    """The transaction's id, which is a whole number there."""
    number = transaction.get("tid")
    return str(number) if isinstance(number, int) and not isinstance(number, bool) and 0 < number < 2**63 else None
