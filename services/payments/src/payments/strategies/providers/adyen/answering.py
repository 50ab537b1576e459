"""Answers to disputes through Adyen's Disputes API v30: documents are supplied one by one, then the dispute is defended
for one of the reasons that apply, or accepted.

Source: docs.adyen.com, "Disputes API reference", and the public OpenAPI description of DisputeService v30. What came of
it a webhook says (INFORMATION_SUPPLIED). No call tells how a dispute stands; that reasons to defend it still apply
tells that it was neither defended nor accepted.
"""

import json
import re
from base64 import b64encode
from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID, uuid5

from chassis.domain import Invalid
from payments.application.dispute_port import (
    AnswerOrder,
    Defence,
    Defences,
    EvidenceFile,
    FileWish,
    FileWord,
    Kept,
)
from payments.application.ports import HttpAnswer, HttpCall, NotThere, ProviderAccount
from payments.domain.dispute.words import AnswerWord, Refused, Status, Taken, Unanswered
from payments.strategies.providers.reading import decoded_object, section, word

TEST_HOST: Final = "ca-test.adyen.com"
LIVE_HOST: Final = "ca-live.adyen.com"
_PATH: Final = "/ca/services/DisputeService/v30"

USUAL: Final = "DefenseMaterial"
"""The kind of document that most reasons take."""

REFUSED: Final = "dispute_refused"
"""Adyen says no in words; it has no codes for why."""

_WORD: Final = re.compile(r"[A-Za-z0-9_.-]{1,80}", re.ASCII)
_MEDIA: Final = ("application/pdf", "image/jpeg")
_REFUSED_AS_IT_IS: Final = (400, 422)
_BEING_HANDLED: Final = "704"
_MOST_REASONS: Final = 100


class AdyenAnswers:
    """The dispute flow."""

    def check_evidence(self, defence: str | None, files: Sequence[FileWish]) -> tuple[str, ...]:
        if defence is None or not _WORD.fullmatch(defence):
            raise Invalid("One of the reasons for which Adyen lets it be defended.", field="defence")
        documents = tuple(one.document or USUAL for one in files)
        for document, file in zip(documents, files, strict=True):
            if not _WORD.fullmatch(document):
                raise Invalid("This is no kind of document.", field="files")
            if file.media_type not in _MEDIA:
                raise Invalid(f"Adyen takes PDF and JPEG, no {file.media_type}.", field="files")
        if len(set(documents)) < len(documents):
            raise Invalid("Adyen takes one file of each kind of document.", field="files")
        return documents

    def build_file(self, account: ProviderAccount, order: AnswerOrder, file: EvidenceFile) -> HttpCall:
        document = {
            "content": b64encode(file.content).decode(),
            "contentType": file.media_type,
            "defenseDocumentTypeCode": file.document,
        }
        key = str(uuid5(order.answer_id, str(file.evidence_id)))
        return _call(account, "supplyDefenseDocument", order.reference, key, {"defenseDocuments": [document]})

    def parse_file(self, file: EvidenceFile, answer: HttpAnswer | None) -> FileWord:
        said = _said(answer)
        return Kept(file.document) if isinstance(said, Taken) else said

    def build_call(self, account: ProviderAccount, order: AnswerOrder, kept: Mapping[UUID, str]) -> HttpCall:  # noqa: ARG002 - Adyen knows what it was supplied with
        key = str(order.answer_id)
        if order.status is Status.ACCEPTED:
            return _call(account, "acceptDispute", order.reference, key, {})
        return _call(account, "defendDispute", order.reference, key, {"defenseReasonCode": order.defence})

    def parse_answer(self, order: AnswerOrder, answer: HttpAnswer | None) -> AnswerWord:  # noqa: ARG002
        return _said(answer)

    def build_question(self, account: ProviderAccount, order: AnswerOrder) -> HttpCall:
        return self.build_defences(account, order.reference)

    def parse_question(self, order: AnswerOrder, answer: HttpAnswer | None) -> AnswerWord | NotThere:  # noqa: ARG002
        said = self.parse_defences(answer)
        return NotThere() if isinstance(said, Defences) and said.reasons else Unanswered()

    def build_defences(self, account: ProviderAccount, reference: str) -> HttpCall:
        return _call(account, "retrieveApplicableDefenseReasons", reference, None, {})

    def parse_defences(self, answer: HttpAnswer | None) -> Defences | Unanswered:
        body = decoded_object(answer)
        if body is None or not isinstance(_said(answer), Taken):
            return Unanswered()
        reasons = body.get("defenseReasons")
        found = [section(one) for one in (reasons if isinstance(reasons, list) else [])[:_MOST_REASONS]]
        return Defences(tuple(_defence(one) for one in found if word(one.get("defenseReasonCode"))))


def _said(answer: HttpAnswer | None) -> AnswerWord:
    """Each call is answered alike: done, or not."""
    body = decoded_object(answer)
    if answer is None or body is None:
        return Unanswered()
    if answer.status == 200:
        success = section(body.get("disputeServiceResult")).get("success")
        return Taken() if success is True else Refused(code=REFUSED) if success is False else Unanswered()
    code = word(body.get("errorCode"))
    if code is None or code == _BEING_HANDLED or answer.status not in _REFUSED_AS_IT_IS:
        return Unanswered()
    return Refused(code=f"error_{code}")


def _defence(reason: Mapping[str, Any]) -> Defence:
    kinds = reason.get("defenseDocumentTypes")
    found = [section(one) for one in (kinds if isinstance(kinds, list) else [])]
    named = [(str(one.get("requirementLevel")).lower(), word(one.get("defenseDocumentTypeCode"))) for one in found]
    return Defence(
        code=str(reason["defenseReasonCode"]),
        required=tuple(name for level, name in named if name and level == "required"),
        optional=tuple(name for level, name in named if name and level != "required"),
    )


def _call(account: ProviderAccount, what: str, reference: str, key: str | None, more: dict[str, Any]) -> HttpCall:
    body = {"disputePspReference": reference, "merchantAccountCode": account.settings["merchant_account"], **more}
    headers = {"X-API-Key": account.secrets["api_key"], "Content-Type": "application/json"}
    if key is not None:
        headers["Idempotency-Key"] = key
    return HttpCall("POST", f"{_server(account)}/{what}", headers, json.dumps(body).encode(), key)


def _server(account: ProviderAccount) -> str:
    """The Disputes API's own server, which follows from whether payments are made live, or is set by itself."""
    known = account.settings.get("disputes_url")
    if known is not None:
        return str(known).rstrip("/")
    payments = str(urlsplit(str(account.settings["base_url"])).hostname)
    return f"https://{LIVE_HOST if '-live.' in payments else TEST_HOST}{_PATH}"
