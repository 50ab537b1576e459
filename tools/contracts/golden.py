"""Makes a first golden example for an event that has none. A person then checks it; afterwards it is never edited.

The values are made from the names of the fields alone, so that the same event always gets the same example.
"""

import base64
import hashlib
import json
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from contracts.envelope import Envelope
from contracts.event import PLATFORM, ContractEvent
from tools.contracts.schemas import Schema, event_schema

_MOMENT = datetime(2026, 3, 14, 15, 9, 26, 535000, tzinfo=UTC)
_BY_PLAYER = (
    "backoffice.player_contacts_marked",
    "backoffice.player_registered",
    "backoffice.deposit_limit_set",
    "backoffice.self_exclusion_started",
    "games.session_opened",
    "games.session_closed",
    "payments.deposit_requested",
    "payments.deposit_refused",
    "payments.withdrawal_requested",
    "payments.withdrawal_cancelled",
    "security.logged_in",
    "security.log_in_failed",
    "security.player_password_changed",
    "security.session_ended",
    "verification.document_uploaded",
)
_BY_PARTNER = {
    "payments.transfer_posted": "hub88",
    "payments.rollback_remembered": "hub88",
    "payments.deposit_succeeded": "stripe",
    "payments.deposit_reversed": "stripe",
    "payments.deposit_failed": "stripe",
    "payments.withdrawal_paid": "trustly",
    "payments.withdrawal_failed": "trustly",
    "payments.withdrawal_returned": "trustly",
    "payments.notification_set_aside": "stripe",
}
_BY_SYSTEM = (
    "backoffice.restriction_feed_beat",
    "payments.deposit_outcome_unknown",
    "payments.payout_outcome_unknown",
    "payments.payout_sent",
    "platform.decisions_counted",
    "platform.permission_manifest_published",
    "reports.report_completed",
    "reports.report_failed",
    "security.duties_met",
    "verification.case_opened",
    "verification.level_reached",
    "verification.list_imported",
    "verification.screening_completed",
)

_WORDS: dict[str, Any] = {
    "action": "player.reveal",
    "address": hashlib.sha256(b"address").hexdigest(),
    "after": {"enabled": True, "currencies": ["EUR"], "secrets": {"api_key": "set"}},
    "amount_minor": 5000,
    "approve_permission": "payments.provider.approve",
    "approved_by": "0190f5fe-7c00-7a00-8000-0000000000aa",
    "balance_minor": 15000,
    "beat_id": "beat-7",
    "before": {"enabled": False, "currencies": ["EUR"], "secrets": {"api_key": "set"}},
    "blocked_countries": ["FR", "NL"],
    "casinos": ["0190f5fe-7c00-7a00-8000-000000000001"],
    "category": "Video Slots",
    "cause": "logged_out",
    "chain": hashlib.sha256(b"chain").hexdigest(),
    "code": "card_declined",
    "contact": "integration@regulator.example",
    "counts": [
        {
            "subject_id": "0190f5fe-7c00-7a00-8000-0000000000aa",
            "permission": "payments.withdrawal.list",
            "casino_id": "0190f5fe-7c00-7a00-8000-000000000001",
            "outcome": "allow",
            "count": 12,
        }
    ],
    "command": "payments.configure_provider",
    "country": "MT",
    "currency": "EUR",
    "delta_minor": -5000,
    "details": {"list": "players", "rows": 3},
    "element": "payments.provider",
    "element_id": "stripe",
    "email_domain": hashlib.sha256(b"email_domain").hexdigest(),
    "entries": 18734,
    "expires_on": "2031-05-31",
    "facts": {"status": "succeeded", "amount_minor": 5000, "currency": "EUR"},
    "failures": 5,
    "files": {"csv": hashlib.sha256(b"csv").hexdigest(), "xlsx": hashlib.sha256(b"xlsx").hexdigest()},
    "first": "payments.withdrawal.approve",
    "game_code": "hux_book_of_sand",
    "gaming_day_starts_at_hour": 6,
    "hits": 2,
    "jurisdiction": "MGA",
    "kid": "2026-03",
    "kind": "passport",
    "lines_after": [{"pattern": "payments.withdrawal.approve", "ceilings": {"EUR": 500_000}}],
    "lines_before": [{"pattern": "payments.withdrawal.list", "modes": {"financial": "clear"}}],
    "list_name": "ofac_sdn",
    "list_version": "2026-03-13",
    "lists": ["ofac_sdn", "uk_sanctions", "un_consolidated"],
    "log": "audit",
    "login": "mara.keller@casino.example",
    "name": "Golden Quay",
    "networks": ["203.0.113.0/24"],
    "notification_id": "evt_1PqXyz2eZvKYlo2C",
    "partition": 7,
    "payload_sha256": hashlib.sha256(b"payload").hexdigest(),
    "permission": "backoffice.player.reveal",
    "bin": "411111",
    "last_four": "1111",
    "rule": "CARD-TEST-IP",
    "rules": ["STRUCT"],
    "sha256": hashlib.sha256(b"rules").hexdigest(),
    "permissions": [
        {
            "id": "payments.withdrawal.approve",
            "title": "Approve a withdrawal",
            "risk": "high",
            "data_classes": ["financial"],
        }
    ],
    "permissions_after": ["payments.withdrawal.approve", "payments.withdrawal.list"],
    "permissions_before": ["payments.withdrawal.list"],
    "phone": hashlib.sha256(b"phone").hexdigest(),
    "platform": "mobile",
    "previous": "none",
    "previous_amount_minor": 10000,
    "profile": {
        "minimum_age": 18,
        "limit_loosening_hours": 24,
        "exclusion_months_min": 6,
        "withdrawal_requires_level": "verified",
        "withdrawal_cancellation_allowed": True,
        "required_documents": ["identity", "address"],
    },
    "profile_version": 2,
    "provider": "stripe",
    "provider_reference": "po_7716221",
    "reject_reason": "unreadable",
    "report": "revenue",
    "requested_by": "0190f5fe-7c00-7a00-8000-0000000000aa",
    "requested_minor": 5000,
    "role_name": "Payments agent",
    "round_ref": "a8f6e0b2-round-41",
    "rows": 365,
    "second": "security.role.assign",
    "sequence": 18734,
    "service": "payments",
    "subject_kind": "player",
    "subject_id": "0190f5fe-7c00-7a00-8000-000000000002",
    "summary": "Configure stripe",
    "supplier": "hub88",
    "supplier_tx": "16d2dcfe-b89e-11e7-854a-58404eea6d16",
    "tag": "vip",
    "thumbprint": base64.urlsafe_b64encode(hashlib.sha256(b"key").digest()).rstrip(b"=").decode(),
    "time_zone": "Europe/Malta",
    "until": "2026-09-14",
}

_IDS = {
    "casino_id": UUID("0190f5fe-7c00-7a00-8000-000000000001"),
    "player_id": UUID("0190f5fe-7c00-7a00-8000-000000000002"),
    "staff_id": UUID("0190f5fe-7c00-7a00-8000-0000000000aa"),
}


def example(cls: type[ContractEvent]) -> str:
    """A complete envelope around an instance of `cls`, as the file holds it."""
    shape = event_schema(cls)
    data = {name: _value(name, schema) for name, schema in shape["properties"].items()}
    fact = cls.model_validate(data)
    envelope = Envelope(
        id=_uuid7(cls.label()),
        source=f"/pitboss/{_producer(cls)}",
        type=cls.type,
        typeversion=cls.version,
        subject=_stream(cls, data),
        streamversion=3,
        time=_MOMENT,
        partitionkey=fact.key_value(),
        casinoid=data.get("casino_id"),
        **_actor(cls),
        correlationid=_uuid7("correlation"),
        causationid=_uuid7("causation"),
        traceparent="00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        data=fact.model_dump(mode="json"),
    )
    return json.dumps(json.loads(envelope.to_json()), indent=2, ensure_ascii=False) + "\n"


def _producer(cls: type[ContractEvent]) -> str:
    return "payments" if cls.owner() == PLATFORM else cls.owner()


def _stream(cls: type[ContractEvent], data: dict[str, Any]) -> str:
    aggregate = cls.topic.split(".")[1]
    return f"{aggregate}-{data.get(f'{aggregate}_id', data[cls.key])}"


def _actor(cls: type[ContractEvent]) -> dict[str, Any]:
    if cls.type in _BY_SYSTEM:
        return {"actorkind": "system", "actorid": _producer(cls)}
    if cls.type in _BY_PARTNER:
        return {"actorkind": "partner", "actorid": _BY_PARTNER[cls.type], "actorip": "192.0.2.80"}
    if cls.type in _BY_PLAYER:
        return {"actorkind": "player", "actorid": str(_IDS["player_id"]), "actorip": "198.51.100.23"}
    return {"actorkind": "staff", "actorid": str(_IDS["staff_id"]), "actorip": "192.0.2.17", "reason": "Ticket 4711"}


def _value(name: str, schema: Schema) -> Any:
    """A plausible value of field `name`, by its name and then by its schema."""
    branch: Schema = next((one for one in schema.get("anyOf", []) if one.get("type") != "null"), schema)
    if "enum" in branch and _WORDS.get(name) not in branch["enum"]:
        return branch["enum"][0]
    if name in _WORDS:
        return _WORDS[name]
    match branch.get("type"), branch.get("format"):
        case "string", "uuid":
            return str(_IDS.get(name, _uuid7(name)))
        case "string", "date-time":
            return (_MOMENT + timedelta(days=1 if name.startswith(("effective", "locked")) else 0)).isoformat()
        case "string", "date":
            return date(2026, 9, 14).isoformat()
        case "boolean", _:
            return False
        case "array", _:
            return [_value(name.removesuffix("s"), branch["items"])]
        case "integer", _:
            return max(branch.get("minimum", 1), 1)
        case _:
            return name


def _uuid7(name: str) -> UUID:
    """An id that looks like one of ours and depends on `name` alone."""
    tail = int.from_bytes(hashlib.blake2b(name.encode(), digest_size=10).digest(), "big")
    head = int(_MOMENT.timestamp() * 1000) << 80
    return UUID(int=head | 7 << 76 | (tail >> 64 & 0xFFF) << 64 | 0b10 << 62 | tail & ((1 << 62) - 1))
