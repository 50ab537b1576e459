"""What Adyen's webhooks say of disputes: a request, a chargeback, its reversal, a second one, and reports of fraud.

Source: docs.adyen.com, "Dispute webhooks". The event and the references are signed, and the amount; why, and until when
it may be defended, are not: they are shown and decide about no money.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from payments.application.dispute_port import AboutDispute
from payments.application.ports import Said, Unclear
from payments.domain.deposit.words import GivenBack, TakenBack
from payments.domain.dispute.naming import taken_again
from payments.domain.dispute.words import DisputeTold, Stage, Status
from payments.strategies.providers.adyen.amounts import from_wire
from payments.strategies.providers.reading import section, word
from payments.strategies.providers.references import deposit_told

STANDINGS: Final[Mapping[str, tuple[Stage, Status]]] = {
    "NOTIFICATION_OF_FRAUD": (Stage.FRAUD_WARNING, Status.OPENED),
    "REQUEST_FOR_INFORMATION": (Stage.INQUIRY, Status.OPENED),
    "NOTIFICATION_OF_CHARGEBACK": (Stage.CHARGEBACK, Status.OPENED),
    "CHARGEBACK": (Stage.CHARGEBACK, Status.OPENED),
    "DISPUTE_OPENED_WITH_CHARGEBACK": (Stage.CHARGEBACK, Status.OPENED),
    "INFORMATION_SUPPLIED": (Stage.CHARGEBACK, Status.CHALLENGED),
    "DISPUTE_DEFENSE_PERIOD_ENDED": (Stage.CHARGEBACK, Status.EXPIRED),
    "CHARGEBACK_REVERSED": (Stage.CHARGEBACK, Status.WON),
    "PREARBITRATION_OPEN": (Stage.PRE_ARBITRATION, Status.OPENED),
    "PREARBITRATION_WON": (Stage.PRE_ARBITRATION, Status.WON),
    "PREARBITRATION_LOST": (Stage.PRE_ARBITRATION, Status.LOST),
    "SECOND_CHARGEBACK": (Stage.PRE_ARBITRATION, Status.LOST),
}
"""`CHARGEBACK` says that the money is gone. Where no notification of it came before, `DISPUTE_OPENED_WITH_CHARGEBACK`
comes beside it, with no money of its own (docs.adyen.com, "Dispute webhooks").
"""


OF_ANY_STAGE: Final = frozenset({"INFORMATION_SUPPLIED", "DISPUTE_DEFENSE_PERIOD_ENDED"})
"""What is said of a request for information and of a chargeback alike."""


def said_of_dispute(kind: str, item: Mapping[str, Any], *, success: bool) -> Said:
    """Where it stands, and what of it was taken or given back."""
    reference, payment = word(item.get("pspReference")), word(item.get("originalReference"))
    if not success:
        return Unclear("event_not_handled")
    if reference is None or payment is None:
        return Unclear("reference_unreadable")
    amount = section(item.get("amount"))
    currency = word(amount.get("currency")) or ""
    minor = from_wire(amount.get("value"), currency) if currency else None
    if minor is None:
        return Unclear("amount_unreadable")
    beside, (stage, status) = section(item.get("additionalData")), STANDINGS[kind]
    code = word(beside.get("chargebackReasonCode")) or word(beside.get("noticeOfFraudReasonCode")) or kind.lower()
    told = DisputeTold(
        payment=payment,
        stage=stage,
        status=status,
        amount_minor=minor,
        currency=currency,
        code=code,
        due_at=_due(beside.get("defensePeriodEndsAt")) if status is Status.OPENED else None,
        any_stage=kind in OF_ANY_STAGE,
    )
    money = _money(kind, {"reference": payment, "amount_minor": minor, "currency": currency}, reference)
    return AboutDispute(
        reference=reference, deposit_id=deposit_told(item.get("merchantReference")), word=told, money=money
    )


def _money(kind: str, what: dict[str, Any], dispute: str) -> TakenBack | GivenBack | None:
    match kind:
        case "CHARGEBACK":
            return TakenBack(**what, movement=dispute, code="chargeback", charged_back=True)
        case "CHARGEBACK_REVERSED":
            return GivenBack(**what, movement=dispute, code="chargeback_reversed")
        case "SECOND_CHARGEBACK":
            again, code = taken_again(dispute), "second_chargeback"
            return TakenBack(**what, movement=again, code=code, after=dispute, charged_back=True)
        case _:
            return None


def _due(date: object) -> datetime | None:
    try:
        moment = datetime.fromisoformat(str(date))
        return moment.astimezone(UTC) if moment.tzinfo else None
    except (ValueError, OverflowError):
        return None
