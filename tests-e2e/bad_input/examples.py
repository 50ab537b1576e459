"""One request per write operation that the service accepts. A new endpoint needs a line here, or a test fails.

`$name` stands for a fact of the house the request is made in: `$player_id`, `$casino_id`. They are made in this order,
so that what ends something (an erasure, a new password) comes after what needs it.
"""

from typing import Any

from bad_input.ceremonies import CEREMONIES, PARTINGS
from bad_input.example import Example
from bad_input.money import MONEY
from bad_input.objections import DISPUTED, SUSPECTED
from bad_input.reconciling import RECONCILED, RECONCILING
from contracts.registry import SERVICES

PROFILE = {
    "minimum_age": 18,
    "limit_loosening_hours": 24,
    "exclusion_months_min": 6,
    "exclusion_months_max": 60,
    "withdrawal_requires_level": "verified",
    "withdrawal_cancellation_allowed": False,
    "required_documents": ["identity"],
}
REASON = {"reason": "asked for by mail"}

_SECURITY = "/api/security/v1"
_BACKOFFICE = "/api/backoffice/v1"
_PLAYER = f"{_BACKOFFICE}/players/{{player_id}}"
_VERIFICATION = "/api/verification/v1"
_PAYMENTS = "/api/payments/v1"
_FRAUD = f"{_PAYMENTS}/fraud"
_GAMES = "/api/games/v1"

EXAMPLES: dict[str, Example] = {
    f"POST {_SECURITY}/staff-sessions": Example(
        caller="nobody", body={"login": "admin@example.com", "password": "$password"}, remembers_refusals=True
    ),
    f"POST {_SECURITY}/staff-sessions/refresh": Example(
        caller="nobody", body={"refresh_token": "$staff_refresh_token"}, remembers_refusals=True
    ),
    f"DELETE {_SECURITY}/staff-sessions/current": Example(),
    f"POST {_SECURITY}/player-sessions": Example(
        caller="nobody",
        body={"casino_id": "$casino_id", "email": "ann@mail.example.com", "password": "$password"},
        remembers_refusals=True,
    ),
    f"POST {_SECURITY}/player-sessions/refresh": Example(
        caller="nobody", body={"refresh_token": "$player_refresh_token"}, remembers_refusals=True
    ),
    f"DELETE {_SECURITY}/player-sessions/current": Example(caller="player"),
    "PUT /internal/v1/player-credentials/{player_id}": Example(
        caller="backoffice",
        body={"casino_id": "$casino_id", "email_index": "0123456789abcdef0123", "password": "$password"},
        path={"player_id": "0190a000-0000-7000-8000-00000000a0a0"},
    ),
    f"POST {_SECURITY}/staff": Example(caller="operator", body={"login": "carol@example.com", "name": "Carol"}),
    f"POST {_SECURITY}/staff/{{staff_id}}/assignments": Example(
        caller="operator", body={"role_id": "$role_id", "casinos": ["$casino_id"], "reason": "joined the team"}
    ),
    f"DELETE {_SECURITY}/staff/{{staff_id}}/assignments/{{assignment_id}}": Example(caller="operator"),
    f"POST {_SECURITY}/roles": Example(
        caller="operator", body={"name": "cashier", "permissions": ["payments.*", "security.staff.list"]}
    ),
    f"PUT {_SECURITY}/roles/{{role_id}}/draft": Example(
        caller="operator",
        body={"grants": [{"pattern": "payments.withdrawal.*", "modes": {"rg": "mask"}, "ceilings": {"EUR": 100}}]},
    ),
    f"POST {_SECURITY}/roles/{{role_id}}/versions": Example(
        caller="operator", body={"permissions": ["security.staff.list"], **REASON}
    ),
    f"POST {_SECURITY}/roles/{{role_id}}/simulations": Example(
        caller="operator", body={"permissions": ["security.role.list"], "days": 30}
    ),
    f"POST {_SECURITY}/roles/{{role_id}}/retire": Example(caller="operator", body=REASON),
    f"POST {_SECURITY}/staff/{{staff_id}}/one-time-password": Example(caller="operator", body=REASON),
    f"POST {_SECURITY}/staff/{{staff_id}}/disable": Example(caller="operator", body=REASON),
    f"POST {_SECURITY}/staff/{{staff_id}}/enable": Example(caller="operator", body=REASON),
    f"POST {_SECURITY}/player-sessions/password": Example(
        caller="player",
        body={"current_password": "$password", "new_password": "another horse battery staple"},
        remembers_refusals=True,
    ),
    f"POST {_SECURITY}/staff/me/password": Example(
        body={"current_password": "$password", "new_password": "another horse battery staple"}, remembers_refusals=True
    ),
    f"POST {_BACKOFFICE}/casinos": Example(
        caller="operator",
        body={
            "name": "Third Example",
            "jurisdiction": "MT",
            "currency": "EUR",
            "time_zone": "Europe/Malta",
            "gaming_day_starts_at_hour": 6,
            "profile": PROFILE,
        },
    ),
    f"PUT {_BACKOFFICE}/casinos/{{casino_id}}/profile": Example(
        body={"effective_from": "2030-01-01T00:00:00Z", "profile": PROFILE, "reason": "a new licence"}
    ),
    f"POST {_BACKOFFICE}/players": Example(
        caller="nobody",
        body={
            "casino_id": "$casino_id",
            "email": "bea@mail.example.com",
            "password": "a long enough password",
            "first_name": "Bea",
            "last_name": "Example",
            "date_of_birth": "1990-05-17",
            "country": "MT",
            "currency": "EUR",
            "phone": "+35612345678",
            "address": "1 Example Street, Valletta",
            "terms_version": "2026-01",
        },
    ),
    f"POST {_BACKOFFICE}/players/search": Example(body={"email": "ann@mail.example.com", "phone": "+35612345678"}),
    f"POST {_BACKOFFICE}/search": Example(body={"q": "ann@mail.example.com"}),
    f"POST {_BACKOFFICE}/players/exports": Example(body={"format": "csv", "reason": "a yearly audit"}),
    f"POST {_PLAYER}/timeline/exports": Example(body={"format": "xlsx", "reason": "a yearly audit"}),
    f"POST {_PLAYER}/reveal": Example(body=REASON),
    f"POST {_PLAYER}/profile": Example(
        body={
            "first_name": "Anne",
            "last_name": "Else",
            "phone": "+35687654321",
            "address": "2 Example Street, Valletta",
            **REASON,
        }
    ),
    f"POST {_PLAYER}/block": Example(body=REASON),
    f"POST {_PLAYER}/unblock": Example(body=REASON),
    f"POST {_PLAYER}/tags": Example(body={"tag": "vip"}),
    f"DELETE {_PLAYER}/tags/{{tag}}": Example(path={"tag": "bonus"}),
    f"POST {_PLAYER}/notes": Example(body={"text": "called about a bonus"}),
    f"PUT {_PLAYER}/deposit-limits": Example(
        caller="player", body={"period": "day", "amount_minor": 100_00, "currency": "EUR"}
    ),
    f"POST {_PLAYER}/self-exclusion": Example(caller="player", body={"months": 6, "cause": "money"}),
    f"PUT {_BACKOFFICE}/approvals/{{approval_id}}/payload": Example(body={"payload": "$another_profile"}),
    f"POST {_BACKOFFICE}/approvals/{{approval_id}}/withdraw": Example(),
    f"POST {_BACKOFFICE}/approvals/{{approval_id}}/approve": Example(
        body={"payload_sha256": "$second_payload_sha256", **REASON}, path={"approval_id": "$second_approval_id"}
    ),
    f"POST {_BACKOFFICE}/approvals/{{approval_id}}/reject": Example(
        body=REASON, path={"approval_id": "$third_approval_id"}
    ),
    f"POST {_PLAYER}/erase": Example(body=REASON),
    f"POST {_VERIFICATION}/players/{{player_id}}/documents": Example(caller="player", form={"kind": "passport"}),
    f"POST {_VERIFICATION}/documents/{{document_id}}/accept": Example(body={"expires_on": "2031-01-31"}),
    f"POST {_VERIFICATION}/documents/{{document_id}}/reject": Example(body={"reason": "blurry"}),
    f"POST {_VERIFICATION}/hits/{{hit_id}}/decide": Example(body={"decision": "clear", "reason": "another man"}),
    f"POST {_PAYMENTS}/deposits": Example(
        caller="player",
        body={
            "deposit_id": "0190a000-0000-7000-8000-00000000dede",
            "provider": "stripe",
            "amount_minor": 50_00,
            "currency": "EUR",
            "return_url": "https://casino.example/back",
        },
        remembers_refusals=True,
    ),
    f"POST {_PAYMENTS}/cashier-sessions": Example(
        caller="player", body={"provider": "paymentiq", "locale": "en_GB"}, accepted=False
    ),
    f"POST {_PAYMENTS}/withdrawal-sessions": Example(
        caller="player",
        body={
            "provider": "praxis",
            "amount_minor": 20_00,
            "currency": "EUR",
            "return_url": "https://casino.example/back",
        },
        accepted=False,
    ),
    f"POST {_PAYMENTS}/withdrawals": Example(
        caller="player",
        body={
            "withdrawal_id": "0190a000-0000-7000-8000-00000000d1d1",
            "provider": "trustly",
            "amount_minor": 20_00,
            "currency": "EUR",
            "destination": {"account_id": "1520389582"},
        },
    ),
    f"POST {_PAYMENTS}/withdrawals/{{withdrawal_id}}/approve": Example(body=REASON),
    f"POST {_PAYMENTS}/withdrawals/{{withdrawal_id}}/reject": Example(body=REASON),
    f"POST {_PAYMENTS}/withdrawals/{{withdrawal_id}}/cancel": Example(
        caller="player", path={"withdrawal_id": "$second_withdrawal_id"}
    ),
    f"POST {_PAYMENTS}/instruments/{{instrument_id}}/ownership": Example(body={"ownership": "matches", **REASON}),
    f"POST {_PAYMENTS}/instruments/{{instrument_id}}/claim": Example(body=REASON),
    f"POST {_PAYMENTS}/instruments/{{instrument_id}}/verification": Example(
        body={"verification": "verified", **REASON}
    ),
    f"POST {_PAYMENTS}/instruments/{{instrument_id}}/disable": Example(body=REASON),
    f"POST {_PAYMENTS}/instruments/{{instrument_id}}/enable": Example(body=REASON),
    **SUSPECTED,
    f"POST {_PAYMENTS}/players/{{player_id}}/adjustments": Example(
        body={
            "direction": "credit",
            "amount_minor": 5_00,
            "currency": "EUR",
            "adjustment_class": "goodwill",
            "reference": "ticket 4711",
            "reason": "trouble with a round",
        },
    ),
    **DISPUTED,
    f"POST {_PAYMENTS}/deposits/{{deposit_id}}/refunds": Example(
        body={"amount_minor": 1_00, "reason": "he paid it twice"}, accepted=False
    ),
    **MONEY,
    **RECONCILING,
    f"PUT {_PAYMENTS}/casinos/{{casino_id}}/providers/{{provider}}": Example(
        body={
            "enabled": True,
            "currencies": ["EUR"],
            "settings": {"base_url": "https://api.stripe.com"},
            "secrets": {"api_key": "sk_test_another", "webhook_secret": "whsec_of_another_endpoint"},
        },
        path={"provider": "stripe"},
    ),
    f"PUT {_PAYMENTS}/casinos/{{casino_id}}/routing-strategy": Example(
        body={
            "rules": [
                {
                    "name": "large",
                    "when": {"currencies": ["EUR"], "min_minor": 500_00},
                    "then": {"way": "order", "providers": ["stripe"]},
                }
            ],
            "otherwise": {"way": "success_rate", "exploration_percent": 10},
            "fallback": ["stripe"],
            "attempts_max": 2,
        }
    ),
    f"POST {_PAYMENTS}/casinos/{{casino_id}}/routing-simulations": Example(
        body={
            "since": "2026-03-01T00:00:00Z",
            "until": "2026-03-08T00:00:00Z",
            "strategy": {"otherwise": {"way": "order", "providers": ["stripe"]}},
        }
    ),
    f"PUT {_PAYMENTS}/casinos/{{casino_id}}/withdrawal-policy": Example(
        body={
            "currency": "EUR",
            "second_person_above_minor": 1000_00,
            "automatic_up_to_minor": 10_00,
            "minimum_minor": 5_00,
            "maximum_minor": 5000_00,
        }
    ),
    f"PUT {_PAYMENTS}/approvals/{{approval_id}}/payload": Example(body={"payload": "$another_policy"}),
    f"POST {_PAYMENTS}/approvals/{{approval_id}}/withdraw": Example(),
    f"POST {_PAYMENTS}/approvals/{{approval_id}}/approve": Example(
        body={"payload_sha256": "$second_payload_sha256", **REASON}, path={"approval_id": "$second_approval_id"}
    ),
    f"POST {_PAYMENTS}/approvals/{{approval_id}}/reject": Example(
        body=REASON, path={"approval_id": "$third_approval_id"}
    ),
    f"PUT {_GAMES}/casinos/{{casino_id}}/suppliers/{{supplier}}": Example(
        body={"enabled": True, "settings": "$supplier_settings", "secrets": "$supplier_secrets"},
        path={"supplier": "hub88"},
    ),
    f"POST {_GAMES}/casinos/{{casino_id}}/suppliers/{{supplier}}/catalogue-sync": Example(path={"supplier": "hub88"}),
    f"PUT {_GAMES}/approvals/{{approval_id}}/payload": Example(body={"payload": "$another_account"}),
    f"POST {_GAMES}/approvals/{{approval_id}}/withdraw": Example(),
    f"POST {_GAMES}/approvals/{{approval_id}}/approve": Example(
        body={"payload_sha256": "$second_payload_sha256", **REASON}, path={"approval_id": "$second_approval_id"}
    ),
    f"POST {_GAMES}/approvals/{{approval_id}}/reject": Example(body=REASON, path={"approval_id": "$third_approval_id"}),
    f"PUT {_GAMES}/casinos/{{casino_id}}/games/{{game_code}}": Example(
        body={"enabled": True, "blocked_countries": ["US"], "supplier": "hub88"}
    ),
    f"POST {_GAMES}/sessions": Example(
        caller="player",
        body={
            "game_code": "$game_code",
            "supplier": "hub88",
            "platform": "desktop",
            "lang": "en",
            "lobby_url": "https://casino.test/lobby",
        },
    ),
    "POST /api/reports/v1/jobs": Example(
        body={
            "report": "player_transactions",
            "casino_ids": ["$casino_id"],
            "from": "2026-05-01",
            "to": "2026-05-31",
            "formats": ["csv", "xlsx"],
            "parameters": {},
        }
    ),
}

_EXPORTED: dict[str, dict[str, str]] = {
    f"{_PAYMENTS}/deposits": {"created_at": "gte.now-7d"},
    f"{_PAYMENTS}/withdrawals": {"created_at": "gte.now-7d"},
    f"{_PAYMENTS}/instruments": {"first_seen_at": "gte.now-7d"},
    f"{_PAYMENTS}/ledger/entries": {"posted_at": "gte.now-7d"},
    f"{_GAMES}/rounds": {"opened_at": "gte.now-7d"},
    f"{_VERIFICATION}/cases": {},
    f"{_VERIFICATION}/hits": {},
    f"{_VERIFICATION}/documents": {},
    f"{_GAMES}/sessions": {"opened_at": "gte.now-7d"},
    f"{_GAMES}/casinos/{{casino_id}}/games": {},
    f"{_BACKOFFICE}/casinos": {},
    f"{_BACKOFFICE}/approvals": {},
    f"{_BACKOFFICE}/approvals/awaiting-me": {},
    f"{_BACKOFFICE}/approvals/mine": {},
    f"{_PLAYER}/notes": {},
    f"{_GAMES}/approvals": {},
    f"{_GAMES}/suppliers": {},
    f"{_GAMES}/casinos/{{casino_id}}/suppliers": {},
    f"{_PAYMENTS}/approvals": {},
    f"{_PAYMENTS}/adjustments": {"adjusted_at": "gte.now-7d"},
    f"{_PAYMENTS}/floats": {},
    f"{_PAYMENTS}/exchanges": {"exchanged_at": "gte.now-7d"},
    f"{_PAYMENTS}/bonuses": {"moved_at": "gte.now-7d"},
    f"{_PAYMENTS}/disputes": {"opened_at": "gte.now-7d"},
    f"{_FRAUD}/decisions": {"decided_at": "gte.now-7d"},
    f"{_FRAUD}/cases": {"opened_at": "gte.now-7d"},
    f"{_PAYMENTS}/refunds": {"created_at": "gte.now-7d"},
    **RECONCILED,
    f"{_PAYMENTS}/provider-attempts": {"attempted_at": "gte.now-7d"},
    f"{_PAYMENTS}/routing/decisions": {"decided_at": "gte.now-7d"},
    f"{_PAYMENTS}/provider-notifications": {"received_at": "gte.now-7d"},
    f"{_PAYMENTS}/players/{{player_id}}/wallets/{{currency}}/movements": {},
    f"{_VERIFICATION}/approvals": {},
    f"{_VERIFICATION}/lists": {},
    "/api/reports/v1/jobs": {},
    **{f"/api/{service}/v1/parked-messages": {} for service in SERVICES if service != "security"},
}
EXAMPLES |= {
    f"POST {one}/exports": Example(body={"format": "csv", "reason": "a yearly audit"}, query=query)
    for one, query in _EXPORTED.items()
}

EXAMPLES |= {
    f"POST /api/{service}/v1/parked-messages/{{parked_id}}/{action}": Example(body=REASON)
    for service in SERVICES
    for action in ("replay", "discard")
}
_ASIDE = f"POST {_PAYMENTS}/provider-notifications/{{notification_id}}"
EXAMPLES |= {
    f"{_ASIDE}/replay": Example(body=REASON),
    f"{_ASIDE}/resolve": Example(body=REASON, path={"notification_id": "$second_notification_id"}),
}
_VIEW = {"name": "Mine", "density": "compact", "visibility": "private", "role_default": False}
_WHOLE_VIEW = {**_VIEW, "filter": None, "order": None, "columns": [], "q": None}
_ANY_VERSION = {"If-Match": "*"}
for _views in (f"/api/{one}/v1/views" for one in SERVICES):
    EXAMPLES |= {
        f"POST {_views}": Example(body={"list": "$view_list", **_VIEW}),
        f"PUT {_views}/choice": Example(body={"list": "$view_list", "default": "$view_id", "pinned": ["$view_id"]}),
        f"PUT {_views}/{{view_id}}": Example(body=_WHOLE_VIEW, headers=_ANY_VERSION),
        f"POST {_views}/{{view_id}}/restore": Example(body={"version": 1}, headers=_ANY_VERSION),
        f"DELETE {_views}/{{view_id}}": Example(headers=_ANY_VERSION),
    }

_BULK: dict[str, tuple[Any, dict[str, str]]] = {
    f"{_BACKOFFICE}/players/bulk-block": (None, {}),
    f"{_BACKOFFICE}/players/bulk-unblock": (None, {}),
    f"{_BACKOFFICE}/players/bulk-tag": ({"tag": "vip"}, {}),
    f"{_BACKOFFICE}/players/bulk-untag": ({"tag": "vip"}, {}),
    f"{_PAYMENTS}/withdrawals/bulk-approve": (None, {"created_at": "gte.now-7d"}),
    f"{_PAYMENTS}/withdrawals/bulk-reject": (None, {"created_at": "gte.now-7d"}),
    f"{_PAYMENTS}/withdrawals/bulk-release": (None, {"created_at": "gte.now-7d"}),
    f"{_VERIFICATION}/hits/bulk-clear": (None, {}),
    f"{_VERIFICATION}/documents/bulk-reject": ({"reason": "blurry"}, {}),
}
EXAMPLES |= {
    f"POST {one}": Example(
        body={"filter": {"f": "casino_id", "op": "is", "v": "not_null"}, **({"parameters": given} if given else {})},
        query=query,
    )
    for one, (given, query) in _BULK.items()
}
for _service in (_BACKOFFICE, _PAYMENTS, _VERIFICATION):
    EXAMPLES |= {
        f"POST {_service}/bulk-jobs/{{job_id}}/run": Example(body=REASON),
        f"POST {_service}/bulk-jobs/{{job_id}}/cancel": Example(path={"job_id": "$second_job_id"}),
    }
EXAMPLES |= {
    f"PUT {_VERIFICATION}/approvals/{{approval_id}}/payload": Example(body={"payload": "$same_job"}),
    f"POST {_VERIFICATION}/approvals/{{approval_id}}/withdraw": Example(),
    f"POST {_VERIFICATION}/approvals/{{approval_id}}/approve": Example(
        body={"payload_sha256": "$second_payload_sha256", **REASON}, path={"approval_id": "$second_approval_id"}
    ),
    f"POST {_VERIFICATION}/approvals/{{approval_id}}/reject": Example(
        body=REASON, path={"approval_id": "$third_approval_id"}
    ),
}

_FIRST = f"POST {_SECURITY}/staff-sessions/refresh"
"""Ceremonies end the session that this one is about."""
EXAMPLES = {_FIRST: EXAMPLES[_FIRST], **CEREMONIES, **PARTINGS, **EXAMPLES}
