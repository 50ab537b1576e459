"""Requests about names, disputes and fraud that the service accepts, or rightly refuses."""

import hashlib
import json
from typing import Any

from bad_input.example import Example

_PAYMENTS = "/api/payments/v1"
_FRAUD = f"{_PAYMENTS}/fraud"
_FRAUD_AT = f"{_FRAUD}/casinos/{{casino_id}}"
_REASON = {"reason": "asked for by mail"}
_NO_DISPUTE = {"dispute_id": "5f1a1b9e-7d0a-5a4e-9a64-3f1f3c1f2b11"}
"""Disputes are opened by providers, not by us."""

FRAUD_RULES: dict[str, Any] = {
    "rules": [
        {
            "id": "LARGE",
            "trigger": "deposit",
            "when": {"gte": [{"feature": "amount_minor"}, 1_000_00]},
            "action": "review",
            "mode": "shadow",
        }
    ],
    "typologies": {},
    "unproven": "review",
}
FRAUD_RULES_SHA256 = hashlib.sha256(json.dumps(FRAUD_RULES, sort_keys=True, separators=(",", ":")).encode()).hexdigest()

SUSPECTED: dict[str, Example] = {
    f"PUT {_FRAUD_AT}/draft": Example(body=FRAUD_RULES),
    f"POST {_FRAUD_AT}/draft/backtest": Example(body={"sha256": FRAUD_RULES_SHA256, "days": 30}),
    f"POST {_FRAUD_AT}/draft/publish": Example(body={"sha256": FRAUD_RULES_SHA256, "reason": "tried for a month"}),
    f"POST {_FRAUD_AT}/rules/{{rule}}/switch": Example(
        body={"off": False, "reason": "it errs no more"}, path={"rule": "STRUCT"}
    ),
    f"POST {_FRAUD_AT}/entries": Example(
        body={"list": "block", "kind": "device", "value": "device-of-nobody", "until": None, "reason": "stolen"}
    ),
    f"POST {_FRAUD_AT}/allowed": Example(
        body={"kind": "device", "value": "device-of-nobody", "until": "2099-01-01T00:00:00Z", "reason": "his own"}
    ),
    f"POST {_FRAUD}/entries/{{entry_id}}/remove": Example(body={"reason": "given back"}),
    f"POST {_FRAUD}/entries/{{entry_id}}/disallow": Example(body={"reason": "it was not his"}, accepted=False),
    f"POST {_FRAUD}/cases/{{case_id}}/assign": Example(body={"assignee": "$admin_id"}),
    f"POST {_FRAUD}/cases/{{case_id}}/notes": Example(body={"text": "He was called."}),
    f"POST {_FRAUD}/cases/{{case_id}}/decide": Example(body={"outcome": "unclear", "reason": "nobody can tell"}),
}

DISPUTED: dict[str, Example] = {
    "POST /internal/v1/players/{player_id}/name-comparisons": Example(
        caller="payments", body={"casino_id": "$casino_id", "name": "Erasmus Nightshade"}
    ),
    f"POST {_PAYMENTS}/players/{{player_id}}/chargeback-stop/lift": Example(body=_REASON),
    f"POST {_PAYMENTS}/disputes/{{dispute_id}}/accept": Example(
        path=_NO_DISPUTE, body={**_REASON, "by_hand": False}, accepted=False
    ),
    f"POST {_PAYMENTS}/disputes/{{dispute_id}}/submit": Example(
        path=_NO_DISPUTE,
        body={
            **_REASON,
            "files": [{"evidence_id": "018f3a5e-7c1d-7000-8000-000000000009", "document": "receipt"}],
            "defence": None,
        },
        accepted=False,
    ),
    f"POST {_PAYMENTS}/disputes/{{dispute_id}}/challenge": Example(path=_NO_DISPUTE, body=_REASON, accepted=False),
    f"POST {_PAYMENTS}/disputes/{{dispute_id}}/evidence": Example(
        path=_NO_DISPUTE, body={"kind": "receipt", "content": "JVBERi0xLjc="}, accepted=False
    ),
}
