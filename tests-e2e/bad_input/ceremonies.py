"""Examples of ceremonies: what takes a device, a second person, a key or a session a moment old. See `examples`."""

from bad_input.example import Example

_SECURITY = "/api/security/v1"
_WHY = {"reason": "two are ill"}
_CLIENT = f"{_SECURITY}/clients/{{client_id}}"
_FACTORS = f"{_SECURITY}/factors"
_ELEVATION = f"{_SECURITY}/elevations/{{elevation_id}}"
_EMERGENCY = f"{_SECURITY}/break-glass/{{break_glass_id}}"
_TERMS = {
    "contact": "integration@regulator.example",
    "casinos": ["$casino_id"],
    "addresses": ["192.0.2.0/24"],
    "rate_tier": "standard",
    "expires_at": "$in_200_days",
    "reason": "contract 4711",
}

OF_PROGRAMS = "POST /api/security/v1/oauth/token"
"""A form with a signed assertion, which security's component tests make bad in every way."""

_EXPORT = {"format": "csv", "reason": "a yearly audit"}
_ONE_APPROVAL = f"{_SECURITY}/approvals/{{approval_id}}"

CEREMONIES: dict[str, Example] = {
    f"POST {_SECURITY}/staff-sessions/factor-options": Example(caller="nobody", body={"ticket": "$ticket"}),
    f"POST {_SECURITY}/staff-sessions/factor": Example(
        caller="nobody", body={"ticket": "$ticket", "recovery_code": "$recovery_code"}, remembers_refusals=True
    ),
    f"POST {_SECURITY}/browser-sessions/factor-options": Example(caller="nobody", body={"ticket": "$browser_ticket"}),
    f"POST {_SECURITY}/browser-sessions/factor": Example(
        caller="nobody",
        body={"ticket": "$browser_ticket", "recovery_code": "$second_recovery_code"},
        remembers_refusals=True,
    ),
    f"POST {_SECURITY}/browser-sessions": Example(
        caller="nobody", body={"login": "admin@example.com", "password": "$password"}, remembers_refusals=True
    ),
    "POST /internal/v1/session-tokens": Example(caller="gateway", body={"sid": "$sid"}),
    f"POST {_SECURITY}/step-up": Example(caller="session", body={"password": "$password"}, remembers_refusals=True),
    f"POST {_SECURITY}/step-up/options": Example(caller="armed"),
    f"POST {_SECURITY}/impersonations": Example(
        caller="session", body={"player_id": "$player_id", "reason": "asked for help by telephone"}
    ),
    f"POST {_SECURITY}/elevations": Example(
        caller="session",
        body={"role_id": "$wished_role_id", "casinos": ["$casino_id"], "minutes": 60, "ticket": "OPS-1", **_WHY},
    ),
    f"POST {_ELEVATION}/approve": Example(caller="operator", body=_WHY),
    f"POST {_ELEVATION}/refuse": Example(caller="operator", body=_WHY, path={"elevation_id": "$second_elevation_id"}),
    f"POST {_ELEVATION}/end": Example(caller="operator", body=_WHY, path={"elevation_id": "$third_elevation_id"}),
    f"POST {_SECURITY}/me/elevations/{{elevation_id}}/end": Example(
        caller="operator", body=_WHY, path={"elevation_id": "$own_elevation_id"}
    ),
    f"POST {_SECURITY}/break-glass": Example(
        caller="armed", body={"incident_id": "INC-1", "minutes": 30, **_WHY}, again=False
    ),
    f"POST {_EMERGENCY}/end": Example(caller="operator", body=_WHY),
    f"POST {_EMERGENCY}/review": Example(
        caller="operator",
        body={"findings": "Everything that was done was right."},
        path={"break_glass_id": "$over_break_glass_id"},
    ),
    f"POST {_SECURITY}/clients": Example(
        caller="operator", body={"name": "regulator", "keys": ["$another_jwk"], **_TERMS}
    ),
    f"PUT {_CLIENT}/terms": Example(caller="operator", body=_TERMS),
    f"DELETE {_CLIENT}/keys/{{kid}}": Example(caller="operator"),
    f"POST {_CLIENT}/keys": Example(caller="operator", body={"jwk": "$third_jwk", "reason": "a yearly change"}),
    f"POST {_CLIENT}/assignments": Example(
        caller="operator", body={"role_id": "$program_role_id", "casinos": ["$casino_id"], **_WHY}
    ),
    f"DELETE {_CLIENT}/assignments/{{assignment_id}}": Example(
        caller="operator", path={"assignment_id": "$client_assignment_id"}
    ),
    f"POST {_CLIENT}/disable": Example(caller="operator", body=_WHY),
    f"POST {_CLIENT}/enable": Example(caller="operator", body=_WHY),
    f"PUT {_ONE_APPROVAL}/payload": Example(caller="operator", body={"payload": "$another_gift"}),
    f"POST {_ONE_APPROVAL}/withdraw": Example(caller="operator"),
    f"POST {_ONE_APPROVAL}/approve": Example(
        caller="operator",
        body={"payload_sha256": "$second_payload_sha256", **_WHY},
        path={"approval_id": "$second_approval_id"},
    ),
    f"POST {_ONE_APPROVAL}/reject": Example(caller="operator", body=_WHY, path={"approval_id": "$third_approval_id"}),
    f"POST {_SECURITY}/access-review/{{assignment_id}}/review": Example(
        caller="operator", body={"decision": "confirmed", **_WHY}, path={"assignment_id": "$given_assignment_id"}
    ),
    f"POST {_SECURITY}/alarms/{{alarm_id}}/acknowledge": Example(
        caller="operator", body={"findings": "a list for the regulator"}
    ),
    **{
        f"POST {_SECURITY}/{name}/exports": Example(caller="operator", body=_EXPORT)
        for name in (
            *("staff", "roles", "assignments", "access-review", "elevations", "break-glass"),
            *("alarms", "approvals", "clients", "parked-messages", "permissions", "sessions", "sod-conflicts"),
            "roles/{role_id}/versions",
        )
    },
    f"POST {_SECURITY}/audit/exports": Example(
        caller="operator", body={**_EXPORT, "format": "xlsx"}, query={"happened_at": "gte.now-7d"}
    ),
    f"POST {_SECURITY}/sessions/bulk-end": Example(
        caller="operator", body={"filter": {"f": "session_id", "op": "is", "v": "not_null"}}
    ),
    f"POST {_SECURITY}/bulk-jobs/{{job_id}}/run": Example(caller="operator", body=_WHY),
    f"POST {_SECURITY}/bulk-jobs/{{job_id}}/cancel": Example(caller="operator", path={"job_id": "$second_job_id"}),
    f"POST {_FACTORS}/totp": Example(caller="session", body={"name": "Phone"}),
    f"POST {_FACTORS}/totp/{{factor_id}}/confirm": Example(caller="session", body={"code": "000000"}, accepted=False),
    f"POST {_FACTORS}/webauthn": Example(
        caller="armed", body={"ticket": "$key_ticket", "name": "Key", "key": "$new_key"}
    ),
    f"POST {_FACTORS}/webauthn/options": Example(caller="armed"),
    f"POST {_FACTORS}/recovery-codes": Example(caller="armed"),
    f"DELETE {_FACTORS}/{{factor_id}}": Example(caller="armed", path={"factor_id": "$armed_factor_id"}),
    f"POST {_SECURITY}/staff/{{staff_id}}/factors/reset": Example(
        caller="operator", body=_WHY, path={"staff_id": "$armed_subject"}
    ),
}
"""In an order in which they can be done. What a phone shows at one moment alone is not accepted, but well formed."""

PARTINGS: dict[str, Example] = {
    f"POST {_SECURITY}/staff/{{staff_id}}/sessions/end": Example(
        caller="operator", body=_WHY, path={"staff_id": "$armed_subject"}
    ),
    f"DELETE {_SECURITY}/own-sessions/{{session_id}}": Example(
        caller="session", path={"session_id": "$other_session_id"}
    ),
    f"DELETE {_SECURITY}/own-sessions": Example(caller="session"),
    f"DELETE {_SECURITY}/browser-sessions": Example(caller="session"),
    f"POST {_SECURITY}/me/break-glass/{{break_glass_id}}/end": Example(
        caller="operator", body=_WHY, path={"break_glass_id": "$own_break_glass_id"}
    ),
}
"""What ends sessions, and so comes after the others."""
