"""Answers to disputes through Stripe: files are uploaded first, then the evidence is submitted, or the dispute closed.

Source: docs.stripe.com/api/disputes and /api/files. Evidence counts once: whoever was not answered sees from the
dispute itself whether it was submitted (`evidence_details.submission_count`).
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote, urlencode, urlsplit
from uuid import UUID, uuid5

from chassis.domain import Invalid
from payments.application.dispute_port import AnswerOrder, Defences, EvidenceFile, FileWish, FileWord, Kept
from payments.application.ports import HttpAnswer, HttpCall, NotThere, ProviderAccount
from payments.domain.dispute.words import AnswerWord, Refused, Status, Taken, Unanswered
from payments.strategies.providers.reading import decoded_object, section, word
from payments.strategies.providers.stripe.calls import (
    DEFINITE_ERRORS,
    SAY_NOTHING_OF_EARLIER_CALLS,
    base,
    form_headers,
    headers_of,
)
from payments.strategies.providers.stripe.intents import error_code

API_HOST: Final = "api.stripe.com"
FILES_HOST: Final = "files.stripe.com"
"""Files go to a server of their own."""

STATEMENT: Final = "uncategorized_text"
_USUAL: Final[Mapping[str, str]] = {
    "receipt": "receipt",
    "correspondence": "customer_communication",
    "identity": "customer_signature",
    "play_history": "service_documentation",
    "terms": "cancellation_policy",
    "statement": STATEMENT,
    "other": "uncategorized_file",
}
"""What of Evidence each kind of ours goes to; each holds one."""

_DOCUMENTS: Final = frozenset(_USUAL.values()) | {
    "duplicate_charge_documentation",
    "refund_policy",
    "shipping_documentation",
}
_SUFFIXES: Final = {"application/pdf": "pdf", "image/png": "png", "image/jpeg": "jpg"}
_MOST_BYTES: Final = 4_500_000
"""Of all files of one dispute together."""

_AWAITING: Final = ("needs_response", "warning_needs_response")
_UNDER_REVIEW: Final = ("under_review", "warning_under_review")
_CLOSED: Final = ("lost", "warning_closed", "charge_refunded")


class StripeAnswers:
    """The dispute flow."""

    def check_evidence(self, defence: str | None, files: Sequence[FileWish]) -> tuple[str, ...]:
        if defence is not None:
            raise Invalid("Stripe asks for no reason.", field="defence")
        documents = tuple(one.document or _USUAL[one.kind] for one in files)
        for document, file in zip(documents, files, strict=True):
            if document not in _DOCUMENTS or (document == STATEMENT) != (file.kind == "statement"):
                raise Invalid(f"Stripe takes no {file.kind} as {document}.", field="files")
        if len(set(documents)) < len(documents):
            raise Invalid("Stripe takes one file as each of its documents: name another one.", field="files")
        if sum(one.size for one in files) > _MOST_BYTES:
            raise Invalid("Stripe takes 4.5 MB for one dispute.", field="files")
        return documents

    def build_file(self, account: ProviderAccount, order: AnswerOrder, file: EvidenceFile) -> HttpCall | None:
        if file.document == STATEMENT:
            return None
        key = str(uuid5(order.answer_id, str(file.evidence_id)))
        headers = {**form_headers(account, key), "Content-Type": f"multipart/form-data; boundary={key}"}
        return HttpCall("POST", f"{_files_base(account)}/v1/files", headers, _multipart(key, file), key)

    def parse_file(self, file: EvidenceFile, answer: HttpAnswer | None) -> FileWord:  # noqa: ARG002
        body = decoded_object(answer)
        if answer is None or body is None:
            return Unanswered()
        name = word(body.get("id"))
        if answer.status == 200 and body.get("object") == "file" and name is not None:
            return Kept(name)
        return _refusal(answer, body)

    def build_call(self, account: ProviderAccount, order: AnswerOrder, kept: Mapping[UUID, str]) -> HttpCall:
        url, key = f"{base(account)}/v1/disputes/{quote(order.reference, safe='')}", str(order.answer_id)
        headers = form_headers(account, key)
        if order.status is Status.ACCEPTED:
            return HttpCall("POST", f"{url}/close", headers, b"", key)
        form = {f"evidence[{one.document}]": kept.get(one.evidence_id) or one.content.decode() for one in order.files}
        return HttpCall("POST", url, headers, urlencode({**form, "submit": "true"}).encode(), key)

    def parse_answer(self, order: AnswerOrder, answer: HttpAnswer | None) -> AnswerWord:
        body = decoded_object(answer)
        if answer is None or body is None:
            return Unanswered()
        if answer.status == 200:
            return Taken() if _is_it(order, body) else Unanswered()
        return _refusal(answer, body)

    def build_question(self, account: ProviderAccount, order: AnswerOrder) -> HttpCall:
        url = f"{base(account)}/v1/disputes/{quote(order.reference, safe='')}"
        return HttpCall("GET", url, headers_of(account))

    def parse_question(self, order: AnswerOrder, answer: HttpAnswer | None) -> AnswerWord | NotThere:
        body = decoded_object(answer)
        if answer is None or body is None or answer.status != 200 or not _is_it(order, body):
            return Unanswered()
        status, submitted = body.get("status"), section(body.get("evidence_details")).get("submission_count")
        if order.status is Status.ACCEPTED:
            return Taken() if status in _CLOSED else NotThere() if status in _AWAITING else Unanswered()
        if status in _UNDER_REVIEW or (isinstance(submitted, int) and submitted > 0):
            return Taken()
        return NotThere() if status in _AWAITING and submitted == 0 else Unanswered()

    def build_defences(self, account: ProviderAccount, reference: str) -> None:  # noqa: ARG002
        return None

    def parse_defences(self, answer: HttpAnswer | None) -> Defences | Unanswered:  # noqa: ARG002
        return Defences(())


def _is_it(order: AnswerOrder, body: Mapping[str, Any]) -> bool:
    return body.get("object") == "dispute" and body.get("id") == order.reference


def _refusal(answer: HttpAnswer, body: Mapping[str, Any]) -> Refused | Unanswered:
    error = section(body.get("error"))
    definite = 400 <= answer.status < 500 and answer.status not in (409, 429, *SAY_NOTHING_OF_EARLIER_CALLS)
    return Refused(code=error_code(error)) if definite and error.get("type") in DEFINITE_ERRORS else Unanswered()


def _files_base(account: ProviderAccount) -> str:
    api = base(account)
    return f"https://{FILES_HOST}" if urlsplit(api).hostname == API_HOST else api


def _multipart(boundary: str, file: EvidenceFile) -> bytes:
    """multipart/form-data (RFC 7578) with a purpose and the file, the same bytes each time. No name says anything of a
    person.
    """
    name = f"{file.evidence_id}.{_SUFFIXES[file.media_type]}"
    parts = (
        b'Content-Disposition: form-data; name="purpose"\r\n\r\ndispute_evidence\r\n',
        f'Content-Disposition: form-data; name="file"; filename="{name}"\r\n'.encode()
        + f"Content-Type: {file.media_type}\r\n\r\n".encode()
        + file.content
        + b"\r\n",
    )
    line = f"--{boundary}\r\n".encode()
    return b"".join(line + part for part in parts) + f"--{boundary}--\r\n".encode()
