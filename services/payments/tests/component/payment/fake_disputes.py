"""Stripe's disputes and files for tests: evidence is taken once, and each key is answered as it was the first time."""

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from payments.application.ports import HttpAnswer, HttpCall


@dataclass
class FakeDisputes:
    """`error` refuses every answer with this code; `refuse_files` every file; `submitted` counts what was taken."""

    error: str | None = None
    refuse_files: str | None = None
    disputes: dict[str, dict[str, Any]] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    evidence: dict[str, dict[str, str]] = field(default_factory=dict)
    submitted: int = 0
    closed: int = 0
    answered: dict[str, HttpAnswer] = field(default_factory=dict)

    def answer(self, call: HttpCall) -> HttpAnswer:
        parts = urlsplit(call.url)
        if call.method == "GET":
            return self._json(self.dispute(parts.path.rsplit("/", 1)[1]))
        key = call.headers["Idempotency-Key"]
        if key not in self.answered:
            self.answered[key] = self._file(call) if parts.path == "/v1/files" else self._act(parts.path, call)
        return self.answered[key]

    def dispute(self, reference: str) -> dict[str, Any]:
        return self.disputes.setdefault(
            reference,
            {
                "id": reference,
                "object": "dispute",
                "status": "needs_response",
                "evidence_details": {"submission_count": 0},
            },
        )

    def _file(self, call: HttpCall) -> HttpAnswer:
        if self.refuse_files:
            return self._refused(self.refuse_files)
        assert urlsplit(call.url).hostname == "files.stripe.com"
        assert b'name="purpose"\r\n\r\ndispute_evidence\r\n' in call.body
        name = f"file_{len(self.files) + 1}"
        self.files[name] = call.body
        return self._json({"id": name, "object": "file", "purpose": "dispute_evidence"})

    def _act(self, path: str, call: HttpCall) -> HttpAnswer:
        if self.error:
            return self._refused(self.error)
        reference = path.split("/")[3]
        dispute = self.dispute(reference)
        if dispute["status"] != "needs_response":
            return self._refused("dispute_not_open_there")
        if path.endswith("/close"):
            self.closed += 1
            dispute["status"] = "lost"
        else:
            form = {name: values[0] for name, values in parse_qs(call.body.decode()).items()}
            assert form.pop("submit") == "true"
            self.evidence[reference] = form
            self.submitted += 1
            dispute |= {"status": "under_review", "evidence_details": {"submission_count": 1}}
        return self._json(dispute)

    @staticmethod
    def _refused(code: str) -> HttpAnswer:
        error = {"type": "invalid_request_error", "code": code}
        return HttpAnswer(400, json.dumps({"error": error}).encode())

    @staticmethod
    def _json(body: Any) -> HttpAnswer:
        return HttpAnswer(200, json.dumps(body).encode())
