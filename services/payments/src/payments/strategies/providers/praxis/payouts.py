"""Money out through Praxis: the player asks for it in its cashier, we carry his request out or drop it.

Source: doc.praxiscashier.com, "Manage Withdrawal Request", "Find Order", "Find Transaction" and "Transaction Flow". A
session with the intent `withdrawal` leads to a request, which waits as `requested` for ours or an agent's word.
`complete-withdrawal-request` is answered with the transaction that pays it: the request itself, or another one where
Praxis is set up so. Completing is no idempotent call: what became of one is asked before it is made again, and one that
is refused is followed by the question whether the request waits still.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final
from uuid import UUID

from chassis.domain import Invalid
from payments.application.ports import HttpAnswer, HttpCall, NotThere, PayoutOrder, ProviderAccount
from payments.application.request_port import DropWord, LookWord, NotYet, Over, Page, PageWish, PageWord, Requested
from payments.domain.withdrawal.destination import Accepted, DestinationKind, Named
from payments.domain.withdrawal.words import Confirmed, Declined, PayoutWord, SentBack, Taken, Unanswered
from payments.strategies.providers.praxis.amounts import charged, from_wire, to_wire
from payments.strategies.providers.praxis.calls import (
    Find,
    body_of,
    find_order,
    find_transaction,
    is_missing,
    number_of,
    open_session,
    page_in,
    request,
)
from payments.strategies.providers.praxis.instruments import instrument_of, shown_as
from payments.strategies.providers.reading import our_id, section, word

INTENT: Final = "withdrawal"
_WAITS = "requested"
_BEFORE = frozenset({"initialized", _WAITS})
_CANCELLED = frozenset({"cancelled", "canceled"})
_NEVER_PAID = frozenset({"rejected", "declined"}) | _CANCELLED
_CAME_BACK = frozenset({"reversed", "chargeback"})
_SESSION_OVER = frozenset({"expired", "failed"})


class PraxisPayouts:
    """The payout flow. A destination is the request (`request`), and what pays it (`gateway`) where that is known."""

    def check_amount(self, amount_minor: int, currency: str) -> None:
        to_wire(amount_minor, currency)

    @property
    def destinations(self) -> frozenset[DestinationKind]:
        return frozenset()

    def accepts(self, currency: str) -> Sequence[Accepted]:  # noqa: ARG002 - said on its page
        return []

    def translated(self, to: Named, currency: str) -> Mapping[str, str] | None:  # noqa: ARG002 - where it goes is said on its page
        return None

    def check_destination(self, destination: Mapping[str, str]) -> str:  # noqa: ARG002 - none can be named to us
        raise Invalid("Where it goes is said on this provider's page: ask for a withdrawal session.", field="provider")

    # --- the player's request

    def build_page(self, account: ProviderAccount, wish: PageWish) -> HttpCall:
        facts: dict[str, Any] = {
            "intent": INTENT,
            "currency": wish.currency,
            "amount": to_wire(wish.amount_minor, wish.currency),
            "cid": str(wish.player_id),
            "order_id": str(wish.withdrawal_id),
            "notification_url": wish.notification_url,
            "return_url": wish.return_url,
        }
        if wish.locale is not None:
            facts["locale"] = wish.locale
        return open_session(account, facts)

    def parse_page(self, answer: HttpAnswer | None) -> PageWord:
        body = body_of(answer)
        if body is None or body["status"] < 0:
            return Unanswered()
        if body["status"] > 0:
            return Declined(code=f"status_{body['status']}")
        url = page_in(body)
        return Unanswered() if url is None else Page(url)

    def build_look(self, account: ProviderAccount, withdrawal_id: UUID) -> HttpCall:
        return find_order(account, withdrawal_id)

    def parse_look(self, answer: HttpAnswer | None) -> LookWord:
        body = body_of(answer)
        if body is None or body["status"] != 0:
            return NotThere() if body is not None and is_missing(body) else Unanswered()
        session, transaction = section(body.get("session")), section(body.get("transaction"))
        if session.get("intent") != INTENT:
            return NotThere()
        state = transaction.get("transaction_status")
        if state == _WAITS:
            return _requested(session, transaction)
        if state is None or state in _BEFORE:
            over = session.get("session_status")
            return Over(code=str(over)) if over in _SESSION_OVER else NotYet()
        if state in _NEVER_PAID:
            return Over(code=str(state))
        return Over(code=word(state) or "other", carried_out=True)

    def build_drop(self, account: ProviderAccount, destination: Mapping[str, str]) -> HttpCall:
        return _manage(account, "cancel-withdrawal-request", destination)

    def parse_drop(self, answer: HttpAnswer | None) -> DropWord:
        body = body_of(answer)
        state = section((body or {}).get("transaction")).get("transaction_status")
        return (
            Over(code=str(state)) if body is not None and body["status"] == 0 and state in _NEVER_PAID else Unanswered()
        )

    # --- the order to pay

    def build_call(self, account: ProviderAccount, order: PayoutOrder) -> HttpCall:
        call = _manage(account, "complete-withdrawal-request", order.destination, key=str(order.request_id))
        return replace(call, then=Find(account, str(order.withdrawal_id)))

    def parse_answer(
        self,
        account: ProviderAccount,  # noqa: ARG002 - a session with the server is believed
        order: PayoutOrder,
        answer: HttpAnswer | None,
    ) -> PayoutWord:
        body = body_of(answer)
        if answer is None or body is None or body["status"] != 0:
            return Unanswered()  # What was refused may have been carried out before: that is looked at next.
        transaction = section(body.get("transaction"))
        refused = body_of(answer.earlier)
        if refused is None:
            return _word_of(order, transaction)
        waits = transaction.get("transaction_status") == _WAITS
        if waits and number_of(transaction) == order.destination.get("request"):
            return Declined(code=f"status_{refused['status']}")
        return _word_of(order, transaction) if _is_of(order, section(body.get("session"))) else Unanswered()

    def build_question(self, account: ProviderAccount, order: PayoutOrder, reference: str | None) -> HttpCall | None:
        if reference is not None and reference.isdecimal():
            return find_transaction(account, reference)
        return find_order(account, order.withdrawal_id)

    def parse_question(
        self,
        account: ProviderAccount,  # noqa: ARG002
        order: PayoutOrder,
        answer: HttpAnswer | None,
    ) -> PayoutWord | NotThere:
        body = body_of(answer)
        if body is None or body["status"] != 0 or not _is_of(order, section(body.get("session"))):
            return Unanswered()
        transaction = section(body.get("transaction"))
        return NotThere() if transaction.get("transaction_status") in _BEFORE else _word_of(order, transaction)


def _manage(
    account: ProviderAccount, intent: str, destination: Mapping[str, str], *, key: str | None = None
) -> HttpCall:
    facts: dict[str, Any] = {"intent": intent, "withdrawal_request_id": int(destination["request"])}
    gateway = destination.get("gateway") or account.settings.get("payout_gateway")
    if intent.startswith("complete") and gateway:
        facts["gateway"] = gateway
    signed = ("merchant_id", "application_key", "timestamp", "intent", "withdrawal_request_id")
    return request(account, "/agent/manage-withdrawal-request", facts, signed, key=key)


def _requested(session: Mapping[str, Any], transaction: Mapping[str, Any]) -> LookWord:
    """A request that can be read whole; of another player's or of no amount nothing is believed."""
    number, player = number_of(transaction), our_id(session.get("cid"))
    currency = word(transaction.get("currency"))
    amount_minor = from_wire(transaction.get("amount"), currency)
    if number is None or player is None or currency is None or amount_minor is None:
        return Unanswered()
    destination = {"request": number}
    gateway = word(session.get("gateway")) or word(transaction.get("gateway"))
    if gateway is not None:
        destination["gateway"] = gateway
    return Requested(
        player_id=player,
        amount_minor=amount_minor,
        currency=currency,
        destination=destination,
        shown_as=shown_as(transaction),
        instrument=instrument_of(transaction),
    )


def _is_of(order: PayoutOrder, session: Mapping[str, Any]) -> bool:
    """A transaction that was asked for by its own id may have no session."""
    named = session.get("order_id")
    return named is None or our_id(named) == order.withdrawal_id


def _word_of(order: PayoutOrder, transaction: Mapping[str, Any]) -> PayoutWord:
    """What a transaction says of the order. `error` and what nobody knows may have been paid: both are under way.

    Of what was never paid the whole is the player's; of what came back, as much as Praxis says.
    """
    reference, state, money = number_of(transaction), transaction.get("transaction_status"), charged(transaction)
    if reference is None or state in _BEFORE:
        return Unanswered()
    if state == "approved" and money is not None:
        return Confirmed(amount_minor=money[0], currency=money[1], reference=reference)
    if state in _NEVER_PAID:
        whole = order.amount_minor
        by_player = state in _CANCELLED  # We cancel only what is over here; who else did, it does not say.
        return SentBack(
            amount_minor=whole, currency=order.currency, code=str(state), reference=reference, by_player=by_player
        )
    if state in _CAME_BACK:
        minor, currency = money or (0, order.currency)
        return SentBack(amount_minor=minor, currency=currency, code=str(state), reference=reference, so_far=True)
    return Taken(reference=reference)
