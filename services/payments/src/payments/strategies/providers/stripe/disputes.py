"""What a Dispute says, wherever it is found, and an early fraud warning.

Source: docs.stripe.com/api/disputes, /api/radar/early_fraud_warnings. A dispute is told as it stands in each event; two
of them say that money moved: `funds_withdrawn` and `funds_reinstated`. How much of it was given back only its balance
transactions say: of a dispute that is lost as a whole a part may come back all the same.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from contracts.money import MAX_MINOR
from payments.application.dispute_port import AboutDispute
from payments.application.ports import Said, Unclear
from payments.domain.deposit.words import GivenBack, TakenBack
from payments.domain.dispute.words import DisputeTold, Fee, Stage, Status
from payments.strategies.providers.reading import section, word
from payments.strategies.providers.stripe.amounts import from_wire

_STANDINGS: Final[Mapping[str, tuple[Stage, Status]]] = {
    "warning_needs_response": (Stage.INQUIRY, Status.OPENED),
    "warning_under_review": (Stage.INQUIRY, Status.CHALLENGED),
    "warning_closed": (Stage.INQUIRY, Status.WON),
    "needs_response": (Stage.CHARGEBACK, Status.OPENED),
    "under_review": (Stage.CHARGEBACK, Status.CHALLENGED),
    "charge_refunded": (Stage.CHARGEBACK, Status.ACCEPTED),
    "lost": (Stage.CHARGEBACK, Status.LOST),
    "won": (Stage.CHARGEBACK, Status.WON),
}

_WITHDRAWN = "charge.dispute.funds_withdrawn"
_REINSTATED = "charge.dispute.funds_reinstated"


def said_of_dispute(kind: str, dispute: Mapping[str, Any]) -> Said:
    """Where it stands, and what of it was taken or given back."""
    reference, payment = word(dispute.get("id")), word(dispute.get("payment_intent"))
    if reference is None or payment is None:
        return Unclear("reference_unreadable")
    standing = _STANDINGS.get(str(dispute.get("status")))
    if standing is None:
        return Unclear("status_not_handled")
    currency = (word(dispute.get("currency")) or "").upper()
    amount = from_wire(dispute.get("amount"), currency)
    if not currency or amount is None or amount > MAX_MINOR:
        return Unclear("amount_unreadable")
    code = word(dispute.get("reason")) or "general"
    told = DisputeTold(
        payment=payment,
        stage=standing[0],
        status=standing[1],
        amount_minor=amount,
        currency=currency,
        code=code,
        due_at=_due(section(dispute.get("evidence_details")).get("due_by")),
    )
    money: TakenBack | GivenBack | None = None
    problem = None
    if kind == _WITHDRAWN:
        money = TakenBack(
            reference=payment,
            movement=reference,
            amount_minor=amount,
            currency=currency,
            code=code,
            charged_back=True,
        )
    if kind == _REINSTATED:
        back, problem = _came_back(dispute, amount, currency)
        if back is not None:
            money = GivenBack(reference=payment, movement=reference, amount_minor=back, currency=currency, code="won")
    return AboutDispute(
        reference=reference, deposit_id=None, word=told, money=money, fee=_fee(dispute), problem=problem
    )


def said_of_fraud_warning(warning: Mapping[str, Any]) -> Said:
    """The payer's bank believes that it was fraud: nothing is taken yet."""
    reference, payment = word(warning.get("id")), word(warning.get("payment_intent"))
    if reference is None or payment is None:
        return Unclear("reference_unreadable")
    told = DisputeTold(
        payment=payment,
        stage=Stage.FRAUD_WARNING,
        status=Status.OPENED,
        amount_minor=None,
        currency=None,
        code=word(warning.get("fraud_type")) or "fraud",
    )
    return AboutDispute(reference=reference, deposit_id=None, word=told)


def _came_back(dispute: Mapping[str, Any], disputed_minor: int, currency: str) -> tuple[int | None, str | None]:
    """How much of the disputed money was given back, or the code of why nobody can say it but people.

    A balance transaction above zero gives back, in the currency that Stripe settles in. Where that is another one than
    the payment's, rates may have moved in between: only as much as was taken is surely the whole.
    """
    given_minor, taken_minor, currencies = 0, 0, set()
    for one in _transactions(dispute):
        settled_in, amount = (word(one.get("currency")) or "").upper(), one.get("amount")
        minor = from_wire(abs(amount), settled_in) if isinstance(amount, int) else None
        if not settled_in or amount is None or minor is None or minor > MAX_MINOR:
            return None, "amount_unreadable"
        given_minor += minor if amount > 0 else 0
        taken_minor += minor if amount < 0 else 0
        currencies.add(settled_in)
    if not given_minor:
        return None, "amount_unreadable"
    if currencies == {currency}:
        return given_minor, None
    return (disputed_minor, None) if given_minor == taken_minor else (None, "currency_differs")


def _transactions(dispute: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    listed = dispute.get("balance_transactions")
    return [section(one) for one in listed] if isinstance(listed, list) else []


def _fee(dispute: Mapping[str, Any]) -> Fee | None:
    """What was charged with the money that was taken. A fee that is given back with a win does not say so here."""
    for one in _transactions(dispute):
        movement, currency = word(one.get("id")), (word(one.get("currency")) or "").upper()
        fee = from_wire(one.get("fee"), currency)
        if movement is not None and currency and fee is not None and fee <= MAX_MINOR:
            return Fee(movement=movement, amount_minor=fee, currency=currency)
    return None


def _due(seconds: object) -> datetime | None:
    if isinstance(seconds, int) and not isinstance(seconds, bool) and 0 < seconds < 2**33:
        return datetime.fromtimestamp(seconds, UTC)
    return None
