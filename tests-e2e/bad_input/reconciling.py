"""Requests of reconciliation. What they name is not there: a file is compared in the background, long after."""

from bad_input.example import Example

_RECONCILIATION = "/api/payments/v1/reconciliation"
_NOTHING = "0190a000-0000-7000-8000-00000000a0a0"
_REASON = {"reason": "asked for by mail"}

RECONCILING: dict[str, Example] = {
    f"POST {_RECONCILIATION}/files": Example(
        query={"casino_id": "$casino_id", "format": "mt940"},
        headers={"Content-Type": "application/octet-stream"},
        accepted=False,  # A file is no JSON: what is brought is read in the background.
    ),
    f"POST {_RECONCILIATION}/files/{{file_id}}/replace": Example(
        body=_REASON, path={"file_id": _NOTHING}, accepted=False
    ),
    f"POST {_RECONCILIATION}/items/{{item_id}}/ignore": Example(body=_REASON, path={"item_id": "1"}, accepted=False),
    f"POST {_RECONCILIATION}/items/ignore": Example(body={**_REASON, "item_ids": [1]}, accepted=False),
    f"POST {_RECONCILIATION}/items/{{item_id}}/book": Example(
        body={**_REASON, "booked_to": "suspense"}, path={"item_id": "1"}, accepted=False
    ),
    f"PUT {_RECONCILIATION}/casinos/{{casino_id}}/terms/{{provider}}": Example(
        body={
            "currency": "EUR",
            "due_days": 2,
            "tolerance_minor": 5,
            "rate_tolerance_bps": 150,
            "fee_share_bps": 500,
            "holds_max_minor": 100_000_00,
        },
        path={"provider": "stripe"},
    ),
    f"POST {_RECONCILIATION}/matches": Example(
        body={**_REASON, "item_ids": [1], "expectation_ids": [_NOTHING], "booked_to": "fees"}, accepted=False
    ),
    f"POST {_RECONCILIATION}/expectations/{{expectation_id}}/write-off": Example(
        body={**_REASON, "booked_to": "suspense"}, path={"expectation_id": _NOTHING}, accepted=False
    ),
    f"POST {_RECONCILIATION}/expectations/{{expectation_id}}/receive": Example(
        body=_REASON, path={"expectation_id": _NOTHING}, accepted=False
    ),
    f"POST {_RECONCILIATION}/batches/{{batch_id}}/receive": Example(
        body=_REASON, path={"batch_id": _NOTHING}, accepted=False
    ),
    f"POST {_RECONCILIATION}/statements/{{statement_id}}/accept": Example(
        body=_REASON, path={"statement_id": _NOTHING}, accepted=False
    ),
    f"POST {_RECONCILIATION}/batches/{{batch_id}}/accept-fees": Example(
        body=_REASON, path={"batch_id": _NOTHING}, accepted=False
    ),
}

RECONCILED: dict[str, dict[str, str]] = {
    f"{_RECONCILIATION}/files": {},
    f"{_RECONCILIATION}/items": {"booked_at": "gte.now-7d"},
    f"{_RECONCILIATION}/expectations": {"booked_at": "gte.now-7d"},
    f"{_RECONCILIATION}/batches": {},
    f"{_RECONCILIATION}/conversions": {},
    f"{_RECONCILIATION}/statements": {},
    f"{_RECONCILIATION}/clearing-accounts": {},
    f"{_RECONCILIATION}/breaks": {},
    f"{_RECONCILIATION}/terms": {},
}
"""Its lists, with what narrows them."""
