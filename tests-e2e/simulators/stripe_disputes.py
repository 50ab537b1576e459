"""Disputes at the card provider: files are uploaded, evidence is submitted once, or the dispute is closed."""

import secrets
from typing import Any

from aiohttp import web

_FILE_FIELDS = frozenset(
    {
        "receipt",
        "customer_communication",
        "customer_signature",
        "service_documentation",
        "cancellation_policy",
        "refund_policy",
        "shipping_documentation",
        "duplicate_charge_documentation",
        "uncategorized_file",
    }
)
_AWAITING = {"needs_response": "under_review", "warning_needs_response": "warning_under_review"}
_BEGINNINGS = (b"%PDF-", b"\x89PNG", b"\xff\xd8\xff")

Answer = tuple[int, dict[str, Any]]


class Disputes:
    """Of one account: by its id, what payers' banks want back, and the files that were given for it."""

    def __init__(self) -> None:
        self.all: dict[str, dict[str, Any]] = {}
        self.files: dict[str, bytes] = {}

    def upload(self, form: dict[str, Any]) -> Answer:
        """POST /v1/files."""
        content = form.get("file")
        if form.get("purpose") != "dispute_evidence" or not isinstance(content, bytes):
            return _error("parameter_missing", "A purpose and a file are wanted.")
        if not content.startswith(_BEGINNINGS):
            return _error("file_type_unsupported", "This is no PDF, PNG or JPEG.")
        file_id = f"file_{secrets.token_hex(12)}"
        self.files[file_id] = content
        return 200, {"id": file_id, "object": "file", "purpose": "dispute_evidence", "size": len(content)}

    def submit(self, dispute: dict[str, Any], form: dict[str, str]) -> Answer:
        """POST /v1/disputes/{id}: evidence is taken once."""
        evidence = {name[9:-1]: value for name, value in form.items() if name.startswith("evidence[")}
        if dispute["status"] not in _AWAITING or dispute["evidence_details"]["submission_count"]:
            return _error("dispute_evidence_closed", "No evidence is awaited any more.")
        if any(value not in self.files for name, value in evidence.items() if name in _FILE_FIELDS):
            return _error("resource_missing", "No such file.")
        dispute["evidence"] = {**dispute.get("evidence", {}), **evidence}
        if form.get("submit") == "true":
            dispute["status"] = _AWAITING[dispute["status"]]
            dispute["evidence_details"] |= {"submission_count": 1, "has_evidence": True}
        return 200, dict(dispute)

    def close(self, dispute: dict[str, Any]) -> Answer:
        """POST /v1/disputes/{id}/close: it is given up."""
        if dispute["status"] not in _AWAITING:
            return _error("dispute_already_closed", "It is not open any more.")
        dispute["status"] = "warning_closed" if dispute["status"].startswith("warning_") else "lost"
        return 200, dict(dispute)


async def form_of(request: web.Request) -> dict[str, Any]:
    """What was sent, files as bytes."""
    return {
        str(name): value.file.read() if isinstance(value, web.FileField) else str(value)
        for name, value in (await request.post()).items()
    }


def _error(code: str, message: str) -> Answer:
    return 400, {"error": {"type": "invalid_request_error", "code": code, "message": message}}
