"""Money in through Adyen: a payment link, where it stands, and its end.

The page behind a link is Adyen's. What becomes of it can be asked by the link's id, but whether money came is said by
the webhook alone: a link knows neither the payment nor what was paid.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote
from uuid import UUID

from chassis.domain import Invalid
from payments.application.ports import DepositIntent, HttpAnswer, HttpCall, NotThere, ProviderAccount, StepUp
from payments.domain.deposit.words import ActionNeeded, Declined, DepositWord, Unanswered, Underway
from payments.strategies.providers.adyen.amounts import to_wire
from payments.strategies.providers.reading import decoded_object, refuse_others, require_text, word
from payments.strategies.providers.references import of_deposit

VERSION = "v71"
"""Pinned, so that Adyen answers in the shape this module reads."""

_DETAILS = {"country": "countryCode", "locale": "shopperLocale", "email": "shopperEmail"}
_SHAPES = {
    "country": re.compile(r"[A-Z]{2}"),
    "locale": re.compile(r"[a-z]{2}-[A-Z]{2}"),
    "email": re.compile(r"[^@\s]+@[^@\s]+"),
}
_MADE = (200, 201)
_REFUSED_AS_IT_IS = (400, 422)
_REFUSES_US = (401, 403)
"""Statuses that are about our key alone: an earlier call, unanswered, may have made a link with a good one."""
_BEING_HANDLED = "704"
"""The same key is being worked on, or was: what came of it is not said."""


_AUTHENTICATED: Mapping[str, Any] = {
    "allowedPaymentMethods": ["scheme"],
    "threeDS2RequestData": {"threeDSRequestorChallengeInd": "04"},
}
"""By card alone, and a challenge is wanted as a mandate (EMV 3-D Secure, threeDSRequestorChallengeInd)."""


@dataclass(frozen=True, slots=True)
class _Anew:
    """The link that follows once the one before it can be paid no more."""

    link: HttpCall

    def __call__(self, answer: HttpAnswer) -> HttpCall | None:
        ended = answer.earlier is None and isinstance(_said(answer), Declined)
        return self.link if ended else None


class AdyenDeposits:
    """The deposit flow."""

    needs = ()

    def step_up(self, account: ProviderAccount) -> StepUp:  # noqa: ARG002 - the same for every account
        return StepUp.ON_REQUEST

    def check_amount(self, amount_minor: int, currency: str) -> None:
        to_wire(amount_minor, currency)

    def check_details(self, details: Mapping[str, str]) -> None:
        refuse_others(details, frozenset(_DETAILS), within="details")
        for name in details:
            if not _SHAPES[name].fullmatch(require_text(details, name, within="details")):
                raise Invalid(f"This is no {name}.", field=f"details.{name}")

    def build_call(self, account: ProviderAccount, intent: DepositIntent) -> HttpCall:
        body: dict[str, Any] = {
            "merchantAccount": account.settings["merchant_account"],
            "reference": of_deposit(intent.deposit_id),
            "amount": {
                "value": to_wire(intent.amount_minor, intent.currency),
                "currency": intent.currency,
            },
            "shopperReference": str(intent.player_id),
            "reusable": False,
            "manualCapture": False,
            "captureDelayHours": 0,
        }
        if intent.return_url is not None:
            body["returnUrl"] = intent.return_url
        for name, theirs in _DETAILS.items():
            if name in intent.details:
                body[theirs] = intent.details[name]
        if intent.step_up:
            body |= _AUTHENTICATED
        headers = {**_headers(account), "Idempotency-Key": intent.key}
        link = HttpCall("POST", _links(account), headers, json.dumps(body).encode(), intent.key)
        if intent.before is None or intent.before.reference is None or intent.before.closed:
            return link
        return replace(_expire(account, intent.before.reference, f"{intent.key}-expire"), then=_Anew(link))

    def parse_answer(self, answer: HttpAnswer | None) -> DepositWord:
        body = decoded_object(answer)
        if answer is None or body is None:
            return Unanswered()
        if answer.to is not None and answer.to.method == "PATCH":
            return _said(answer)  # The link before it was not ended, so that none was made anew.
        if answer.status in _MADE:
            return _word_of(body)
        code = word(body.get("errorCode"))
        if code is None or code == _BEING_HANDLED or answer.status not in (*_REFUSED_AS_IT_IS, *_REFUSES_US):
            return Unanswered()
        return Declined(reference=None, code=f"error_{code}", final=answer.status in _REFUSED_AS_IT_IS)

    def build_question(
        self,
        account: ProviderAccount,
        deposit_id: UUID,  # noqa: ARG002 - Adyen finds a link by its own id alone
        reference: str | None,
    ) -> HttpCall | NotThere:
        if reference is None:
            return NotThere()  # Its address is in the answer that never came: the player cannot have seen it.
        return HttpCall("GET", _link(account, reference), _headers(account))

    def parse_question(self, answer: HttpAnswer | None) -> DepositWord | NotThere:
        body = decoded_object(answer)
        if answer is None or (body is None and answer.status != 404):
            return Unanswered()
        if answer.status == 404:
            return NotThere()
        return Unanswered() if answer.status != 200 or body is None else _word_of(body)

    def build_cancel(
        self,
        account: ProviderAccount,
        deposit_id: UUID,
        reference: str,
        attempt: int,
    ) -> HttpCall:
        return _expire(account, reference, f"{deposit_id}-cancel-{attempt}")

    def parse_cancel(self, answer: HttpAnswer | None) -> DepositWord:
        return _said(answer)


def _said(answer: HttpAnswer | None) -> DepositWord:
    body = decoded_object(answer)
    return Unanswered() if answer is None or body is None or answer.status != 200 else _word_of(body)


def _expire(account: ProviderAccount, reference: str, key: str) -> HttpCall:
    """Expiring a link twice is expiring it once. The key is for our own records: Adyen has none for PATCH."""
    body = json.dumps({"status": "expired"}).encode()
    return HttpCall("PATCH", _link(account, reference), _headers(account), body, key)


def _word_of(link: Mapping[str, Any]) -> DepositWord:
    """What a payment link says. It never says that money came: `completed` names no payment and no amount paid."""
    reference = word(link.get("id"))
    if reference is None:
        return Unanswered()
    match link.get("status"):
        case "active":
            return ActionNeeded(reference=reference, next_action=_next_action(link))
        case "expired":
            return Declined(reference=reference, code="expired", final=True)
        case _:
            return Underway(reference=reference)


def _next_action(link: Mapping[str, Any]) -> str | None:
    """The page the player's browser goes to, as JSON."""
    url = link.get("url")
    usable = isinstance(url, str) and url.startswith(("https://", "http://"))
    return json.dumps({"type": "redirect", "url": url}) if usable else None


def _headers(account: ProviderAccount) -> dict[str, str]:
    return {"X-API-Key": account.secrets["api_key"], "Content-Type": "application/json"}


def _links(account: ProviderAccount) -> str:
    return f"{str(account.settings['base_url']).rstrip('/')}/{VERSION}/paymentLinks"


def _link(account: ProviderAccount, reference: str) -> str:
    return f"{_links(account)}/{quote(reference, safe='')}"
