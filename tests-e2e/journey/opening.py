"""From an empty installation to a casino with partners, games and staff."""

import asyncio
import secrets
from collections.abc import Mapping
from typing import Any

import httpx

from journey.client import Person, Refused, eventually, refusal
from journey.tale import STAFF_DOOR, Step, Tale

# Patterns never reach critical permissions: these are named in full.
ROLES: dict[str, tuple[str, ...]] = {
    "casino_manager": (
        "backoffice.casino.*",
        "backoffice.approval.*",
        "backoffice.profile.*",
        "games.*",
        "payments.provider.*",
        "payments.policy.*",
        "payments.approval.*",
        "backoffice.casino.open",
        "backoffice.casino.approve",
        "backoffice.profile.adopt",
        "backoffice.profile.approve",
        "backoffice.erasure.approve",
        "games.supplier.configure",
        "games.supplier.approve",
        "payments.provider.configure",
        "payments.policy.set",
        "payments.provider.approve",
        "payments.policy.approve",
    ),
    "document_agent": (
        "verification.*",
        "verification.hit.decide",
        "backoffice.player.list",
        "backoffice.player.view",
        "payments.instrument.list",
        "payments.instrument.verify",
        "payments.instrument.claim",
    ),
    "document_head": ("payments.approval.list", "payments.instrument.list", "payments.instrument.approve"),
    "payments_officer": (
        "payments.withdrawal.*",
        "payments.withdrawal.approve",
        "payments.deposit.list",
        "payments.attempt.list",
        "payments.dispute.*",
        "payments.fraud_case.*",
        "payments.fraud_rule.list",
        "payments.instrument.list",
        "payments.balance.view",
    ),
    "settlement_clerk": (
        "payments.reconciliation.list",
        "payments.float.list",
        "payments.reconciliation.upload",
        "payments.reconciliation.resolve",
        "payments.adjustment.create",
    ),
    "settlement_head": (
        "payments.reconciliation.list",
        "payments.reconciliation.approve",
        "payments.adjustment.approve",
    ),
    "support_agent": (
        "backoffice.player.list",
        "backoffice.player.search_identity",
        "backoffice.player.view",
        "backoffice.player.view_reason",
        "backoffice.player.reveal",
        "backoffice.player.change",
        "backoffice.player.block",
        "backoffice.player.tag",
        "backoffice.player.note",
        "backoffice.player.erase",
        "backoffice.timeline.view",
        "payments.balance.view",
        "payments.statement.view",
        "games.round.list",
    ),
    "analyst": ("reports.*", "payments.ledger.view", "verification.case.list"),
}

SEES = {"pii_basic": "mask", "pii_sensitive": "mask", "financial": "clear", "rg": "clear"}
"""How much of which data a role shows."""

SEE_MORE = {"document_agent": {"aml": "clear", "pii_sensitive": "clear"}, "payments_officer": {"aml": "clear"}}
"""Who decides about hits and documents, and who about payouts. Support, who talk to players, hear of no suspicion."""

STAFF = {
    "manager": "casino_manager",
    "agent": "document_agent",
    "head_agent": "document_head",
    "second_manager": "casino_manager",
    "officer": "payments_officer",
    "second_officer": "payments_officer",
    "clerk": "settlement_clerk",
    "head": "settlement_head",
    "support": "support_agent",
    "analyst": "analyst",
}
"""Who works here, and in which role."""

PROFILES: dict[str, dict[str, Any]] = {
    "MT": {
        "minimum_age": 18,
        "limit_loosening_hours": 24,
        "exclusion_months_min": 1,
        "exclusion_months_max": None,
        "withdrawal_requires_level": "verified",
        "withdrawal_cancellation_allowed": True,
        "required_documents": ["identity"],
        "one_account_per_person": True,
    },
    "GB": {
        "minimum_age": 18,
        "limit_loosening_hours": 24,
        "exclusion_months_min": 6,
        "exclusion_months_max": 60,
        "withdrawal_requires_level": "basic",
        "withdrawal_cancellation_allowed": False,
        "required_documents": ["identity", "address"],
        "one_account_per_person": True,
    },
}
"""Like an MGA and a UKGC licence."""

PARTNERS: dict[str, dict[str, Any]] = {
    "adyen": {"card": {"fee_bps": 90}},
    "stripe": {"card": {"fee_bps": 140, "fee_fixed_minor": {"EUR": 25, "GBP": 20}}},
    "trustly": {
        "bank": {
            "fee_bps": 60,
            "payout_fee_bps": 30,
            "details": ["first_name", "last_name", "email", "country", "locale"],
        }
    },
    "skrill": {"wallet": {"fee_bps": 190, "payout_fee_bps": 100, "details": ["email"]}},
    "coingate": {"crypto": {"fee_bps": 100}},
}
"""The payment providers of a casino, and the methods of paying by which each may be chosen."""

SECOND_PERSON_ABOVE_MINOR = 100_00


async def first_log_in(tale: Tale) -> str:
    """The first two administrators come from a command and have to change the password: one alone gives nobody what is
    critical.
    """

    async def begin(name: str, login: str) -> Person:
        password = (await tale.stack.run("security", "create-admin", login)).split()[-1]
        person = Person(tale.api, name, STAFF_DOOR, {"login": login, "password": password})
        await settle_in(person)
        return person

    logins = {"admin": "ada@pitboss.example", "second_admin": "grace@pitboss.example"}
    tale.staff |= zip(logins, await asyncio.gather(*(begin(*one) for one in logins.items())), strict=True)
    return "one-time passwords opened nothing but the password change; logged in with new ones, two of them"


async def settle_in(person: Person) -> None:
    """First log-in with a one-time password, and the password change it demands."""
    first = await person.log_in()
    assert first["must_change_password"], "a one-time password must be changed"
    early = await refusal(person.get("/api/security/v1/roles"))
    assert early.status == 403, early
    chosen = secrets.token_urlsafe(15)
    change = {"current_password": person.credentials["password"], "new_password": chosen}
    await person.post("/api/security/v1/staff/me/password", change)
    person.credentials["password"] = chosen
    again = await person.log_in()
    assert not again["must_change_password"]


async def give_roles(tale: Tale) -> str:
    """Roles are made from the services' own permissions, and given to people."""
    admin = tale.staff["admin"]
    await permissions_known(admin)
    roles = await define_roles(admin)
    await hire(tale, {name: roles[role] for name, role in STAFF.items()})
    own = await refusal(
        admin.post(
            f"/api/security/v1/staff/{admin.id}/assignments",
            {"role_id": roles["analyst"], "casinos": ["*"], "reason": "for myself"},
        )
    )
    assert own.code == "own_access", own
    officer = await refusal(tale.staff["officer"].get("/api/reports/v1/jobs"))
    assert officer.status == 403, officer
    return f"{len(roles)} roles, {len(STAFF)} people; giving oneself a role: {own.code}; an officer at reports: 403"


async def permissions_known(admin: Person) -> None:
    """Wait until every service has told which permissions it asks for.

    Each is waited for by itself: they have all just started, and on a busy machine one after the other.
    """
    for service in ("security", "backoffice", "verification", "payments", "games", "reports"):

        async def declared(service: str = service) -> bool:
            known = await admin.pages("/api/security/v1/permissions")
            return any(one["service"] == service for one in known)

        await eventually(f"{service} declares its permissions", declared)


async def define_roles(admin: Person) -> dict[str, str]:
    """The roles of this story; name -> id."""

    async def define(name: str, permissions: tuple[str, ...]) -> tuple[str, str]:
        modes = {**SEES, **SEE_MORE.get(name, {})}
        grants = [{"pattern": one, "modes": modes} for one in permissions]
        answer = await admin.post("/api/security/v1/roles", {"name": name, "grants": grants})
        return name, str(answer["role_id"])

    return dict(await asyncio.gather(*(define(*one) for one in ROLES.items())))


async def hire(tale: Tale, roles: Mapping[str, str], casinos: tuple[str, ...] = ("*",)) -> None:
    """Colleagues, by name with the id of their role. Each has log-ins and passwords to wait for: they come together."""
    people = await asyncio.gather(*(add_staff(tale, name, role_id, casinos) for name, role_id in roles.items()))
    tale.staff |= zip(roles, people, strict=True)


async def add_staff(tale: Tale, name: str, role_id: str, casinos: tuple[str, ...]) -> Person:
    """A colleague with a role, who has chosen a password."""
    admin, login = tale.staff["admin"], f"{name}@pitboss.example"
    added = await admin.post("/api/security/v1/staff", {"login": login, "name": name.replace("_", " ").title()})
    given = await admin.post(
        f"/api/security/v1/staff/{added['staff_id']}/assignments",
        {"role_id": role_id, "casinos": casinos, "reason": "hired"},
    )
    if "approval_id" in given:
        await tale.staff["second_admin"].approve(given)
    person = Person(tale.api, name, STAFF_DOOR, {"login": login, "password": added["one_time_password"]})
    await settle_in(person)
    return person


async def open_casino(tale: Tale) -> str:
    """A casino under its licence's rules."""
    admin, manager = tale.staff["admin"], tale.staff["manager"]
    tale.casino_id = await open_one(admin, manager, "Bernstein", "MT", tale.currency, "Europe/Malta")
    return f"Bernstein ({tale.currency}, MGA-like), id {tale.casino_id}; proposed by one, approved by another"


async def open_one(admin: Person, second: Person, name: str, jurisdiction: str, currency: str, time_zone: str) -> str:
    """A casino, opened by two people; its id."""
    proposal = await admin.post(
        "/api/backoffice/v1/casinos",
        {
            "name": name,
            "jurisdiction": jurisdiction,
            "currency": currency,
            "time_zone": time_zone,
            "gaming_day_starts_at_hour": 6,
            "profile": PROFILES[jurisdiction],
        },
    )
    alone = await refusal(admin.approve(proposal))
    assert alone.code == "another_person_needed", alone
    await second.approve(proposal)
    return str(proposal["subject_id"])


async def configure_partners(tale: Tale) -> str:
    """Supplier and providers with freshly made keys; then the games are switched on."""
    codes = await configure(tale, tale.casino_id, tale.currency)
    tale.game_code = codes[0]
    providers = ", ".join(PARTNERS)
    return f"hub88, {providers} configured; {len(codes)} games from the supplier's catalogue enabled"


async def configure(
    tale: Tale, casino_id: str, currency: str, players_pay: Mapping[str, Mapping[str, Any]] | None = None
) -> list[str]:
    """Partners of a casino; the codes of the games that are on.

    Args:
        players_pay: for which methods the casino has its players pay, and how much; see docs/routing.md.
    """
    manager, second = tale.staff["manager"], tale.staff["second_manager"]
    contracts = await tale.direct("POST", "/control/casinos", {"casino_id": casino_id})
    await allow_withdrawals(tale, casino_id, currency)
    for provider, offered in PARTNERS.items():
        methods = {name: {**terms, **(players_pay or {}).get(name, {})} for name, terms in offered.items()}
        await take_provider(
            tale, casino_id, provider, {"currencies": [currency], "methods": methods, **contracts[provider]}
        )
    await _reached_by_partners(tale, casino_id)
    base = f"/api/games/v1/casinos/{casino_id}"

    async def known_to_games() -> Any:
        account = {"enabled": True, **contracts["hub88"]}
        return await unless(manager.put(f"{base}/suppliers/hub88", account), "casino_unknown", "not_found")

    await second.approve(await eventually("games hears of the casino", known_to_games))

    async def catalogue() -> list[dict[str, Any]] | None:
        return await manager.pages(f"{base}/games") or None

    games = await eventually("the supplier's catalogue arrives", catalogue)
    shown = await manager.get(f"{base}/suppliers")
    assert "PRIVATE KEY" not in str(shown), "a secret was shown"
    for game in games:
        await manager.put(f"{base}/games/{game['game_code']}", {"enabled": True, "blocked_countries": ["FR"]})
    return [str(game["game_code"]) for game in games]


async def allow_withdrawals(tale: Tale, casino_id: str, currency: str) -> None:
    """How the casino pays out, by two people, as soon as payments has heard of it."""
    manager = tale.staff["manager"]

    async def known_to_payments() -> Any:
        policy = {"currency": currency, "second_person_above_minor": SECOND_PERSON_ABOVE_MINOR}
        path = f"/api/payments/v1/casinos/{casino_id}/withdrawal-policy"
        return await unless(manager.put(path, policy), "casino_unknown")

    proposal = await eventually("payments hears of the casino", known_to_payments)
    alone = await refusal(manager.approve(proposal))
    assert alone.code == "another_person_needed", alone
    await tale.staff["second_manager"].approve(proposal)


async def take_provider(tale: Tale, casino_id: str, provider: str, account: Mapping[str, Any]) -> None:
    """An account at a provider, by two people."""
    path = f"/api/payments/v1/casinos/{casino_id}/providers/{provider}"
    proposal = await tale.staff["manager"].put(path, {"enabled": True, **account})
    await tale.staff["second_manager"].approve(proposal)


async def _reached_by_partners(tale: Tale, casino_id: str) -> None:
    """Where providers are asked to call, somebody looks for their signature."""
    kinds = {one["provider"]: one for one in await tale.staff["manager"].get("/api/payments/v1/providers")}
    async with httpx.AsyncClient() as outside:
        for provider in PARTNERS:
            address = kinds[provider]["notifications_url"].replace("{casino_id}", casino_id)
            answer = await outside.post(address, json={})
            assert answer.status_code == 401, (address, answer.status_code)


async def unless(asked: Any, *codes: str) -> Any:
    """The answer; None when it was refused with one of these codes, because the news has not arrived yet."""
    try:
        return await asked
    except Refused as refused:
        if refused.code in codes:
            return None
        raise


STEPS = (
    Step("The administrator's first log-in and password change", first_log_in),
    Step("Roles are made and given", give_roles),
    Step("A casino is opened", open_casino),
    Step("Supplier and providers are configured, games enabled", configure_partners),
)
