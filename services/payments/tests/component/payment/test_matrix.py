"""Every endpoint, as each kind of caller meets it."""

from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from chassis.runtime import http_application
from chassis.testing.bulk import freeze_attempt, frozen_job, run_attempt
from chassis.testing.caller_matrix import (
    Attempt,
    assert_caller,
    assert_doors,
    assert_every_route,
    export_attempt,
    since_ever,
)
from chassis.testing.second_person import approval_attempts
from contracts.payments.permissions import PaymentsPermission as P

from .bank import rates_of_today
from .reconciled import reconciled
from .test_adjustments import GOODWILL, adjust
from .test_bonuses import WELCOME, give_bonus
from .test_debts import ALL_OF_IT, in_debt
from .test_disputes import charged_back, disputes
from .test_exchanges import OFFERED, TEN_FOR_DOLLARS, exchange, offer
from .test_fraud_work import ALLOWED, ENTRY, RULES, RULES_SHA, alarming
from .test_providers import POLICY, STRIPE
from .test_refunds import refund
from .test_routing_strategy import SIMULATION, decision_of
from .test_taken_back import paid_in
from .world import V1, World

OF_CASINO = f"{V1}/casinos/{{casino_id}}"
FRAUD = f"{V1}/fraud"
FRAUD_AT = f"{FRAUD}/casinos/{{casino_id}}"
OF_PLAYER = f"{V1}/players/{{player_id}}"
DISPUTE = f"{V1}/disputes/{{dispute_id}}"
FOUND = {"outcome": "never_paid", "reason": "nothing is to be seen there"}
REFUND = {"amount_minor": 1_00, "reason": "he paid it twice"}
FILE = {"kind": "receipt", "content": "JVBERi0xLjc="}
SUBMISSION = {"reason": "he played", "files": [{"evidence_id": "7c9e6679-7425-40de-944b-e07fc1f90ae7"}]}
WITHDRAWAL = f"{V1}/withdrawals/{{withdrawal_id}}"
NOTIFICATION = f"{V1}/provider-notifications/{{notification_id}}"
INSTRUMENT = f"{V1}/instruments/{{instrument_id}}"


def attempt(method: str, path: str, permission: P, **options: Any) -> Attempt:
    """The casino is another one in every test."""
    return Attempt(method, path, permission=permission, casino_id=None, **options)


HUNDRED = (100_00, "EUR")
"""What `world.withdraw` asks for."""

SINCE = since_ever("created_at")

AT = {"params": {"at": "2026-01-01T00:00:00Z"}}
JANUARY = {"params": {"since": "2026-01-01T00:00:00Z", "until": "2026-02-01T00:00:00Z"}}

RECONCILED = f"{V1}/reconciliation"
WHY = {"reason": "the provider says so"}
TERMS = {"currency": "EUR", "due_days": 2}
RECONCILIATION = [
    *(
        attempt("GET", f"{RECONCILED}/{name}", P.RECONCILIATION_LIST, hidden="empty", request=request)
        for name, request in (
            ("files", {}),
            ("items", since_ever("booked_at")),
            ("expectations", since_ever("booked_at")),
            ("batches", {}),
            ("conversions", {}),
            ("statements", {}),
            ("clearing-accounts", {}),
            ("breaks", {}),
            ("terms", {}),
        )
    ),
    *(
        export_attempt(f"{RECONCILED}/{name}", P.RECONCILIATION_LIST, P.RECONCILIATION_EXPORT, None, since=since)
        for name, since in (
            ("files", ""),
            ("items", "booked_at"),
            ("expectations", "booked_at"),
            ("batches", ""),
            ("conversions", ""),
            ("statements", ""),
            ("clearing-accounts", ""),
            ("breaks", ""),
            ("terms", ""),
        )
    ),
    *(
        attempt("GET", f"{RECONCILED}/{name}", P.RECONCILIATION_LIST)
        for name in ("files/{file_id}", "items/{item_id}", "expectations/{expectation_id}", "batches/{batch_id}")
    ),
    attempt("PUT", f"{RECONCILED}/casinos/{{casino_id}}/terms/{{provider}}", P.POLICY_SET, json=TERMS, allowed=202),
    *(
        attempt("POST", f"{RECONCILED}/{name}", P.RECONCILIATION_RESOLVE, json={**WHY, **body}, allowed=202)
        for name, body in (
            ("items/{item_id}/ignore", {}),
            ("items/{item_id}/book", {"booked_to": "suspense"}),
            ("expectations/{expectation_id}/write-off", {"booked_to": "suspense"}),
            ("expectations/{expectation_id}/receive", {}),
            ("batches/{batch_id}/receive", {}),
            ("batches/{batch_id}/accept-fees", {}),
            ("statements/{statement_id}/accept", {}),
            ("files/{file_id}/replace", {}),
        )
    ),
    attempt(
        "GET",
        f"{RECONCILED}/files/{{file_id}}/content",
        P.RECONCILIATION_VIEW_FILE,
        allowed=410,  # Its row is there, its bytes never were.
    ),
    attempt(
        "POST",
        f"{RECONCILED}/items/ignore",
        P.RECONCILIATION_RESOLVE,
        json={**WHY, "item_ids": [2**62]},
        allowed=404,  # There is no such line.
    ),
    attempt(
        "POST",
        f"{RECONCILED}/matches",
        P.RECONCILIATION_RESOLVE,
        json={**WHY, "item_ids": [2**62], "expectation_ids": [str(UUID(int=7))]},
        allowed=404,  # There is no such line.
    ),
    attempt(
        "POST",
        f"{RECONCILED}/files",
        P.RECONCILIATION_UPLOAD,
        request={"params": {"casino_id": str(UUID(int=7)), "format": "mt940"}},
        allowed=404,  # Nobody works for this casino.
    ),
]

ATTEMPTS = [
    attempt("GET", f"{V1}/deposits", P.DEPOSIT_LIST, hidden="empty", request=SINCE),
    attempt("GET", f"{V1}/deposits/{{deposit_id}}", P.DEPOSIT_LIST),
    attempt("GET", f"{V1}/withdrawals", P.WITHDRAWAL_LIST, hidden="empty", request=SINCE),
    attempt("GET", WITHDRAWAL, P.WITHDRAWAL_LIST),
    attempt("GET", f"{WITHDRAWAL}/split", P.WITHDRAWAL_LIST),
    attempt("POST", f"{WITHDRAWAL}/approve", P.WITHDRAWAL_APPROVE, json={"reason": "looks good"}, amount=HUNDRED),
    attempt("POST", f"{WITHDRAWAL}/reject", P.WITHDRAWAL_REJECT, json={"reason": "name differs"}, amount=HUNDRED),
    attempt(
        "POST",
        f"{WITHDRAWAL}/retry",
        P.WITHDRAWAL_APPROVE,
        json={"reason": "their bank is up again"},
        allowed=409,  # It was not sent.
        amount=HUNDRED,
    ),
    attempt(
        "POST",
        f"{WITHDRAWAL}/parts/{{part_id}}/reject",
        P.WITHDRAWAL_REJECT,
        json={"reason": "their bank is down"},
        allowed=404,  # It has none.
    ),
    attempt("GET", f"{V1}/instruments", P.INSTRUMENT_LIST, hidden="empty", request=since_ever("first_seen_at")),
    export_attempt(f"{V1}/instruments", P.INSTRUMENT_LIST, P.INSTRUMENT_EXPORT, None, since="first_seen_at"),
    attempt("GET", INSTRUMENT, P.INSTRUMENT_LIST),
    attempt("POST", f"{INSTRUMENT}/ownership", P.INSTRUMENT_VERIFY, json={"ownership": "matches", "reason": "seen"}),
    attempt("POST", f"{INSTRUMENT}/claim", P.INSTRUMENT_CLAIM, json={"reason": "her maiden name"}, allowed=202),
    attempt(
        "POST", f"{INSTRUMENT}/verification", P.INSTRUMENT_VERIFY, json={"verification": "verified", "reason": "seen"}
    ),
    attempt("POST", f"{INSTRUMENT}/disable", P.INSTRUMENT_DISABLE, json={"reason": "asked for"}),
    attempt("POST", f"{INSTRUMENT}/enable", P.INSTRUMENT_DISABLE, json={"reason": "asked for"}),
    attempt("GET", f"{V1}/providers", P.PROVIDER_LIST, hidden="shown"),
    attempt("GET", f"{OF_CASINO}/providers", P.PROVIDER_LIST),
    attempt("PUT", f"{OF_CASINO}/providers/{{provider}}", P.PROVIDER_CONFIGURE, json=STRIPE, allowed=202),
    attempt("POST", f"{OF_CASINO}/providers/{{provider}}/stop", P.PROVIDER_STOP, json=WHY),
    attempt("GET", f"{OF_CASINO}/breakers", P.ROUTING_LIST),
    attempt("GET", f"{OF_CASINO}/withdrawal-policy", P.PROVIDER_LIST),
    attempt("PUT", f"{OF_CASINO}/withdrawal-policy", P.POLICY_SET, json=POLICY, allowed=202),
    attempt("POST", f"{OF_PLAYER}/bonuses", P.BONUS_CREATE, json=WELCOME, allowed=202),
    attempt("GET", f"{OF_CASINO}/bonus-policy", P.PROVIDER_LIST),
    attempt("PUT", f"{OF_CASINO}/bonus-policy", P.POLICY_SET, json={"order_of_use": "bonus_first"}, allowed=202),
    attempt("POST", f"{OF_PLAYER}/exchanges", P.ADJUSTMENT_CREATE, json=TEN_FOR_DOLLARS, allowed=409),
    attempt("GET", f"{OF_CASINO}/debt-policy", P.PROVIDER_LIST),
    attempt("PUT", f"{OF_CASINO}/debt-policy", P.POLICY_SET, json={"stops": "nothing"}, allowed=202),
    attempt("POST", f"{OF_PLAYER}/debt-write-offs", P.DEBT_WRITE_OFF, json=ALL_OF_IT, allowed=202),
    attempt("GET", f"{OF_CASINO}/exchange-policy", P.PROVIDER_LIST),
    attempt("PUT", f"{OF_CASINO}/exchange-policy", P.POLICY_SET, json=OFFERED, allowed=202),
    attempt("GET", f"{OF_PLAYER}/balance", P.BALANCE_VIEW),
    attempt("POST", f"{OF_PLAYER}/chargeback-stop/lift", P.DISPUTE_LIFT, json={"reason": "he will pay"}),
    attempt("GET", f"{OF_PLAYER}/statement", P.STATEMENT_VIEW),
    attempt("GET", f"{OF_PLAYER}/wallets/{{currency}}/movements", P.STATEMENT_VIEW),
    attempt("GET", f"{OF_PLAYER}/wallets/{{currency}}/at", P.STATEMENT_VIEW, request=AT),
    attempt("GET", f"{OF_PLAYER}/wallets/{{currency}}/statement", P.STATEMENT_VIEW, request=JANUARY),
    attempt("GET", f"{V1}/ledger/liabilities", P.LEDGER_VIEW, hidden="shown"),
    attempt("GET", f"{V1}/adjustments", P.ADJUSTMENT_LIST, hidden="empty", request=since_ever("adjusted_at")),
    attempt("GET", f"{V1}/exchanges", P.ADJUSTMENT_LIST, hidden="empty", request=since_ever("exchanged_at")),
    attempt("GET", f"{V1}/bonuses", P.ADJUSTMENT_LIST, hidden="empty", request=since_ever("moved_at")),
    attempt("GET", f"{V1}/adjustments/{{adjustment_id}}", P.ADJUSTMENT_LIST),
    attempt("GET", f"{V1}/exchanges/{{exchange_id}}", P.ADJUSTMENT_LIST),
    attempt("GET", f"{V1}/bonuses/{{bonus_id}}", P.ADJUSTMENT_LIST),
    attempt("POST", f"{OF_PLAYER}/adjustments", P.ADJUSTMENT_CREATE, json=GOODWILL, allowed=202),
    attempt("GET", f"{V1}/ledger/entries", P.LEDGER_LIST, hidden="empty", request=since_ever("posted_at")),
    attempt("GET", f"{V1}/routing/decisions", P.ROUTING_LIST, hidden="empty", request=since_ever("decided_at")),
    attempt("GET", f"{V1}/routing/decisions/{{decision_id}}", P.ROUTING_LIST),
    attempt("GET", f"{OF_CASINO}/routing-strategy", P.ROUTING_LIST),
    attempt("PUT", f"{OF_CASINO}/routing-strategy", P.ROUTING_PUBLISH, json=SIMULATION["strategy"], allowed=202),
    attempt("POST", f"{OF_CASINO}/routing-simulations", P.ROUTING_SIMULATE, json=SIMULATION),
    export_attempt(f"{V1}/routing/decisions", P.ROUTING_LIST, P.ROUTING_EXPORT, None, since="decided_at"),
    attempt("GET", f"{V1}/floats", P.FLOAT_LIST, hidden="empty"),
    export_attempt(f"{V1}/floats", P.FLOAT_LIST, P.RECONCILIATION_EXPORT, None),
    attempt(
        "POST",
        f"{OF_CASINO}/floats/{{provider}}",
        P.FLOAT_SET,
        json={"currency": "EUR", "balance_minor": 1, "reason": "read there"},
        allowed=422,  # Nothing goes out through Stripe.
    ),
    attempt("GET", f"{V1}/provider-attempts", P.ATTEMPT_LIST, hidden="empty", request=since_ever("attempted_at")),
    attempt(
        "GET", f"{V1}/provider-notifications", P.NOTIFICATION_LIST, hidden="empty", request=since_ever("received_at")
    ),
    attempt("GET", NOTIFICATION, P.NOTIFICATION_VIEW),
    attempt("POST", f"{NOTIFICATION}/replay", P.NOTIFICATION_REPLAY, json=WHY, allowed=200),
    attempt("POST", f"{NOTIFICATION}/resolve", P.NOTIFICATION_RESOLVE, json=WHY, allowed=200),
    attempt("GET", f"{V1}/refunds", P.REFUND_LIST, hidden="empty", request=SINCE),
    attempt("GET", f"{V1}/refunds/{{refund_id}}", P.REFUND_LIST),
    export_attempt(f"{V1}/refunds", P.REFUND_LIST, P.REFUND_EXPORT, None, since="created_at"),
    attempt("POST", f"{V1}/deposits/{{deposit_id}}/refunds", P.REFUND_CREATE, json=REFUND, allowed=409),
    attempt("POST", f"{WITHDRAWAL}/outcome", P.OUTCOME_RESOLVE, json=FOUND, allowed=409),
    attempt("POST", f"{V1}/deposits/{{deposit_id}}/outcome", P.OUTCOME_RESOLVE, json=FOUND, allowed=202),
    attempt("POST", f"{V1}/refunds/{{refund_id}}/reject", P.REFUND_APPROVE, json=WHY, allowed=404),
    attempt("POST", f"{V1}/refunds/{{refund_id}}/outcome", P.OUTCOME_RESOLVE, json=FOUND, allowed=404),
    attempt("GET", f"{V1}/disputes", P.DISPUTE_LIST, hidden="empty", request=since_ever("opened_at")),
    export_attempt(f"{V1}/disputes", P.DISPUTE_LIST, P.DISPUTE_EXPORT, None, since="opened_at"),
    attempt("GET", DISPUTE, P.DISPUTE_LIST),
    attempt(
        "POST",
        f"{DISPUTE}/accept",
        P.DISPUTE_ACCEPT,
        json={"reason": "it was he"},
        amount=(50_00, "EUR"),
        allowed=202,
    ),
    attempt("GET", f"{DISPUTE}/defences", P.DISPUTE_SUBMIT),
    attempt("POST", f"{DISPUTE}/submit", P.DISPUTE_SUBMIT, json=SUBMISSION, allowed=422),
    attempt("POST", f"{DISPUTE}/challenge", P.DISPUTE_CHALLENGE, json={"reason": "he played"}),
    attempt("POST", f"{DISPUTE}/evidence", P.DISPUTE_CHALLENGE, json=FILE, allowed=201),
    attempt("GET", f"{DISPUTE}/evidence/{{evidence_id}}", P.DISPUTE_VIEW_EVIDENCE),
    attempt("GET", f"{FRAUD}/decisions", P.FRAUD_DECISION_LIST, hidden="empty", request=since_ever("decided_at")),
    attempt("GET", f"{FRAUD}/decisions/{{decision_id}}", P.FRAUD_DECISION_LIST),
    attempt("GET", f"{FRAUD}/cases", P.FRAUD_CASE_LIST, hidden="empty", request=since_ever("opened_at")),
    attempt("GET", f"{FRAUD}/cases/{{case_id}}", P.FRAUD_CASE_LIST),
    attempt("POST", f"{FRAUD}/cases/{{case_id}}/assign", P.FRAUD_CASE_DECIDE, json={"assignee": None}),
    attempt("POST", f"{FRAUD}/cases/{{case_id}}/notes", P.FRAUD_CASE_DECIDE, json={"text": "called him"}, allowed=201),
    attempt("POST", f"{FRAUD}/cases/{{case_id}}/decide", P.FRAUD_CASE_DECIDE, json={"outcome": "unclear"}),
    attempt("GET", f"{FRAUD}/rules", P.FRAUD_RULE_LIST, hidden="empty"),
    attempt("GET", f"{FRAUD_AT}/rules", P.FRAUD_RULE_LIST),
    attempt("GET", f"{FRAUD_AT}/draft", P.FRAUD_RULE_LIST),
    attempt("PUT", f"{FRAUD_AT}/draft", P.FRAUD_RULE_EDIT, json=RULES),
    attempt("POST", f"{FRAUD_AT}/draft/backtest", P.FRAUD_RULE_LIST, json={"sha256": RULES_SHA}),
    attempt(
        "POST",
        f"{FRAUD_AT}/draft/publish",
        P.FRAUD_RULE_PUBLISH,
        json={"sha256": RULES_SHA, "reason": "tried for a month"},
        allowed=202,
    ),
    attempt("POST", f"{FRAUD_AT}/rules/{{rule}}/switch", P.FRAUD_RULE_SWITCH, json={"off": True, "reason": "it errs"}),
    attempt("GET", f"{FRAUD_AT}/performance", P.FRAUD_RULE_LIST),
    attempt("GET", f"{FRAUD}/entries", P.FRAUD_ENTRY_LIST, hidden="empty"),
    attempt("POST", f"{FRAUD_AT}/entries", P.FRAUD_ENTRY_CHANGE, json=ENTRY, allowed=201),
    attempt("POST", f"{FRAUD_AT}/allowed", P.FRAUD_ENTRY_EASE, json=ALLOWED, allowed=202),
    attempt(
        "POST",
        f"{FRAUD}/entries/{{entry_id}}/remove",
        P.FRAUD_ENTRY_EASE,
        json={"reason": "his mother paid"},
        allowed=202,
    ),
    attempt("POST", f"{FRAUD}/entries/{{entry_id}}/disallow", P.FRAUD_ENTRY_CHANGE, json={"reason": "not his"}),
    attempt("GET", f"{FRAUD}/players/{{player_id}}/cluster", P.FRAUD_DECISION_LIST),
    export_attempt(f"{FRAUD}/decisions", P.FRAUD_DECISION_LIST, P.FRAUD_DECISION_EXPORT, None, since="decided_at"),
    export_attempt(f"{FRAUD}/cases", P.FRAUD_CASE_LIST, P.FRAUD_CASE_EXPORT, None, since="opened_at"),
    export_attempt(f"{V1}/adjustments", P.ADJUSTMENT_LIST, P.ADJUSTMENT_EXPORT, None, since="adjusted_at"),
    export_attempt(f"{V1}/exchanges", P.ADJUSTMENT_LIST, P.ADJUSTMENT_EXPORT, None, since="exchanged_at"),
    export_attempt(f"{V1}/bonuses", P.ADJUSTMENT_LIST, P.ADJUSTMENT_EXPORT, None, since="moved_at"),
    export_attempt(f"{V1}/ledger/entries", P.LEDGER_LIST, P.LEDGER_EXPORT, None, since="posted_at"),
    attempt("GET", f"{V1}/ledger/summary", P.LEDGER_VIEW, hidden="shown"),
    *approval_attempts("payments", None),
    export_attempt(f"{V1}/approvals", P.APPROVAL_LIST, P.APPROVAL_EXPORT, None),
    export_attempt(f"{V1}/provider-attempts", P.ATTEMPT_LIST, P.ATTEMPT_EXPORT, None, since="attempted_at"),
    export_attempt(
        f"{V1}/provider-notifications", P.NOTIFICATION_LIST, P.NOTIFICATION_EXPORT, None, since="received_at"
    ),
    export_attempt(
        f"{OF_PLAYER}/wallets/{{currency}}/movements", P.STATEMENT_VIEW, P.STATEMENT_EXPORT, None, hidden="not found"
    ),
    export_attempt(f"{V1}/deposits", P.DEPOSIT_LIST, P.DEPOSIT_EXPORT, None, since="created_at"),
    export_attempt(f"{V1}/withdrawals", P.WITHDRAWAL_LIST, P.WITHDRAWAL_EXPORT, None, since="created_at"),
    *(
        freeze_attempt(f"{V1}/withdrawals/bulk-{name}", P.WITHDRAWAL_LIST, permission, None, since="created_at")
        for name, permission in (
            ("approve", P.WITHDRAWAL_APPROVE),
            ("reject", P.WITHDRAWAL_REJECT),
            ("release", P.WITHDRAWAL_APPROVE),
        )
    ),
    *RECONCILIATION,
    replace(run_attempt("payments", None, P.WITHDRAWAL_APPROVE), allowed=202),
]


async def proposed(world: World) -> Any:
    path = f"{V1}/casinos/{world.casino}/withdrawal-policy"
    return await world.client.put(path, json=POLICY, headers=world.staff())


async def disputed(world: World) -> dict[str, Any]:
    """A dispute with a file; the deposit of the other routes stays unpaid."""
    intent = await paid_in(world)
    await charged_back(world, intent)
    (row,) = await disputes(world)
    added = await world.post(f"/disputes/{row['id']}/evidence", FILE, as_=world.staff())
    return {"dispute_id": row["id"], "evidence_id": added.json()["evidence_id"]}


@pytest.fixture
def rates_file(tmp_path: Path) -> str:
    return rates_of_today(tmp_path)


async def moved_by_hand(world: World, path: str) -> dict[str, Any]:
    """What two people agreed to, where the route shows one of such things."""
    if "/adjustments/" in path:
        return {"adjustment_id": await adjust(world)}
    if "/bonuses/" in path:
        return {"bonus_id": await give_bonus(world)}
    if "/exchanges/" in path:
        await offer(world)
        return {"exchange_id": await exchange(world)}
    if "/refunds/" in path:
        return {"refund_id": await refund(world, await paid_in(world))}
    return {}


@pytest.mark.parametrize("attempt", ATTEMPTS, ids=str)
async def test_every_route_lets_in_whom_it_should(world: World, attempt: Attempt) -> None:
    await world.give(500_00)
    ids = {
        "currency": "EUR",
        "casino_id": world.casino,
        "player_id": world.player,
        "provider": "stripe",
        "refund_id": uuid4(),
        "part_id": uuid4(),
        "deposit_id": (await world.deposit()).json()["deposit_id"],
        "approval_id": (await proposed(world)).json()["approval_id"],
        "withdrawal_id": (await world.withdraw()).json()["withdrawal_id"],
        "instrument_id": (await world.instruments())[0]["instrument_id"],
    }
    if attempt.method == "GET" and attempt.path.endswith("_id}"):
        ids |= await moved_by_hand(world, attempt.path)
    if "/disputes/" in attempt.path:
        ids |= await disputed(world)
    if "/fraud/" in attempt.path:
        ids |= await alarming(world)
    if "/provider-notifications/{" in attempt.path:
        await world.webhook("payment_intent.succeeded", {})
        (ids["notification_id"],) = [row["id"] for row in await world.rows("SELECT id FROM provider_notification")]
    if attempt.path.endswith("/debt-write-offs"):
        await in_debt(world)
    if attempt.path.endswith("/disallow"):
        ids["entry_id"] = ids["allowed_id"]
    if "/reconciliation/" in attempt.path:
        ids |= await reconciled(world, held="open" if attempt.path.endswith("/accept-fees") else None)
    if "/routing/decisions/{" in attempt.path:
        ids["decision_id"] = await decision_of(world)
    for caller in attempt.callers:
        job = await frozen_job(world.service, "withdrawals.approve", world.casino)
        filled = attempt.at(**ids, job_id=job)
        await assert_caller(caller, world.client, replace(filled, casino_id=world.casino))


def test_every_route_is_in_the_matrix(world: World) -> None:
    assert_every_route(http_application(world.service), ATTEMPTS, public={"ANY /partner/payments"})


async def test_routes_without_a_permission_keep_strangers_out(world: World) -> None:
    await assert_doors(world.client, http_application(world.service))
