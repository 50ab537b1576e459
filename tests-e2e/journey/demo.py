"""What `make demo` shows: the journey once, or two casinos with people in them until Ctrl-C."""

import asyncio
import json
import sys
import textwrap
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx
from pitlocal.paths import REPOSITORY
from pitlocal.stack import Stack

from journey import sight
from journey.client import Api, NotInTime, Person, Refused
from journey.opening import ROLES, add_staff, configure, define_role, first_log_in, open_one, permissions_known
from journey.playbook import Played
from journey.playbook import play as play_journey
from journey.tale import Tale, money, start_world

FIGURES_EVERY_S = 5.0
LEFT_TO_VISITOR = 4
"""One document in so many waits for a person."""

STAFF_LOOKS_EVERY_S = 3.0
CASINOS = (("Bernstein", "MT", "EUR", "Europe/Malta"), ("Albion", "GB", "GBP", "Europe/London"))


async def play(stack: Stack, *, once: bool, say: Callable[[str], None], ready: Callable[[], None]) -> int:
    """The scenario of `pitlocal.demo`."""
    if once:
        return await _once(stack, say, ready)
    await _live(stack, say, ready)
    return 0


# -- once ----------------------------------------------------------------------------------------------------------


async def _once(stack: Stack, say: Callable[[str], None], ready: Callable[[], None]) -> int:
    ready()
    say("")
    try:
        tale, played = await play_journey(stack, say=say)
    except (AssertionError, NotInTime, Refused, httpx.HTTPError) as problem:
        say(f"\nNOT HELD: {str(problem)[:1000] or repr(problem)}")
        for note in getattr(problem, "__notes__", []):
            say(f"          {note}")
        return 1
    for line in closing_table(stack, tale, played):
        say(line)
    return 0


def closing_table(stack: Stack, tale: Tale, played: list[Played]) -> list[str]:
    """What was held: steps, the ledger's sum, the report files."""
    width = max(len(one.title) for one in played)
    rows = [f"  {number:2}  {one.title:<{width}}  {one.seconds:5.1f} s  held" for number, one in enumerate(played, 1)]
    rule = "  " + "-" * (width + 20)
    files = [f"  report      {path} ({path.stat().st_size} bytes)" for path in tale.files]
    return [
        "",
        rule,
        *rows,
        rule,
        f"  steps       {len(played)} of {len(played)} held on the {stack.event_bus} bus",
        f"  ledger sum  {tale.findings['ledger sum']}",
        *files,
    ]


# -- until Ctrl-C --------------------------------------------------------------------------------------------------


async def _live(stack: Stack, say: Callable[[str], None], ready: Callable[[], None]) -> None:
    say("\nCasinos, partners and staff ...")
    world, api = await start_world(stack), Api(stack.url("gateway"))
    tale = Tale(stack=stack, api=api, world=world)
    try:
        casinos = await _set_up(tale)
        for line in _welcome(tale, casinos):
            say(line)
        population = await _let_players_in(stack, casinos)
        ready()
        async with httpx.AsyncClient(timeout=10, trust_env=False) as client:
            await asyncio.gather(_show_figures(tale, casinos, client, population, say), _staff_at_work(tale))
    finally:
        await api.close()
        await world.close()


async def _set_up(tale: Tale) -> dict[str, tuple[str, str]]:
    """Two casinos with everything in them; name -> id and currency."""
    await first_log_in(tale)
    await tale.stack.run("verification", "import-list", "ofac-sdn", "demo")
    admin, casinos = tale.staff["admin"], {}
    await permissions_known(admin)
    roles = {name: await define_role(admin, name, list(permissions)) for name, permissions in ROLES.items()}
    everywhere = ["*"]
    manager = tale.staff["manager"] = await add_staff(tale, "manager", roles["casino_manager"], everywhere)
    for name, jurisdiction, currency, zone in CASINOS:
        casinos[name] = (await open_one(admin, manager, name, jurisdiction, currency, zone), currency)
    bernstein = [casinos["Bernstein"][0]]
    for name, role, where in (
        ("agent", "document_agent", everywhere),
        ("second_manager", "casino_manager", everywhere),
        ("officer", "payments_officer", everywhere),
        ("second_officer", "payments_officer", everywhere),
        ("support", "support_agent", bernstein),
        ("analyst", "analyst", everywhere),
    ):
        tale.staff[name] = await add_staff(tale, name, roles[role], where)
    # The people above are yours; these two do the routine work, under log-ins of their own.
    for name, role in (("robot_agent", "document_agent"), ("robot_officer", "payments_officer")):
        tale.staff[name] = await add_staff(tale, name, roles[role], everywhere)
    await sight.hire(tale, everywhere)
    for casino_id, currency in casinos.values():
        await configure(tale, casino_id, currency)
    tale.casino_id, tale.currency = casinos["Bernstein"]
    await sight.proposal_waits(tale)
    await sight.emergency(tale)
    return casinos


async def _let_players_in(stack: Stack, casinos: dict[str, tuple[str, str]]) -> str:
    countries = {"EUR": "MT", "GBP": "GB"}
    told = [
        {"casino_id": casino_id, "currency": currency, "country": countries[currency]}
        for casino_id, currency in casinos.values()
    ]
    settings = {
        "PYTHONPATH": str(REPOSITORY / "tests-e2e"),
        "CASINOS": json.dumps(told),
        "SIMULATORS_URL": stack.url("simulators"),
    }
    return await stack.launch("population", [sys.executable, "-m", "simulators.population"], settings=settings)


def _welcome(tale: Tale, casinos: dict[str, tuple[str, str]]) -> list[str]:
    """Addresses, log-ins, and what to try."""
    stack, gateway = tale.stack, tale.stack.url("gateway")
    lines = ["", f"  gateway     {gateway}", f"  API, live   {gateway}/docs", ""]
    lines += [f"  {name:<11} {currency}  casino {casino_id}" for name, (casino_id, currency) in casinos.items()]
    lines += ["", "  Log-ins, made for this run (support sees Bernstein only):"]
    for name, person in tale.staff.items():
        if not name.startswith("robot"):
            lines.append(f"    {person.credentials['login']:<30} {person.credentials['password']}")
    bernstein = casinos["Bernstein"][0]
    lines += ["", "  Try (copy one line after the other):"]
    log_in = json.dumps(tale.staff["officer"].credentials)
    second = json.dumps(tale.staff["second_officer"].credentials)
    admin, agent = (json.dumps(tale.staff[name].credentials) for name in ("admin", "agent"))
    other = json.dumps(tale.staff["second_manager"].credentials)
    looks = "\n        ".join(
        f"look '{json.dumps(tale.staff[name].credentials)}'    # {role}" for name, role in sight.EYES.items()
    )
    tries = f"""
        G={gateway}
        log_in() {{ curl -s $G/api/security/v1/staff-sessions -H 'content-type: application/json' -d "$1" | python3 -c 'import json,sys; print(json.load(sys.stdin)["access_token"])'; }}
        # A token is good for five minutes. Answers with 401? These lines again.
        ADMIN=$(log_in '{admin}'); AGENT=$(log_in '{agent}')
        FIRST=$(log_in '{log_in}'); SECOND=$(log_in '{second}')
        curl -s "$G/api/backoffice/v1/players?limit=3" -H "authorization: Bearer $ADMIN"
        P=PLAYER_ID    # one of those
        curl -s "$G/api/backoffice/v1/players/$P/overview" -H "authorization: Bearer $ADMIN"
        curl -s "$G/api/backoffice/v1/players/$P/timeline?order=happened_at.asc" -H "authorization: Bearer $ADMIN"
        curl -s "$G/api/payments/v1/players/$P/statement?currency=EUR" -H "authorization: Bearer $ADMIN"
        # Some documents are left to you: accept DOCUMENT_ID. The player's level follows.
        curl -s "$G/api/verification/v1/documents?status=eq.pending" -H "authorization: Bearer $AGENT"
        accept() {{ curl -s -X POST $G/api/verification/v1/documents/$1/accept -H "authorization: Bearer $AGENT" -H 'content-type: application/json' -d '{{}}'; }}
        curl -s "$G/api/payments/v1/ledger/summary?casino_id={bernstein}" -H "authorization: Bearer $ADMIN"
        # Withdrawals above 100.00 wait for two people: these two.
        curl -s "$G/api/payments/v1/withdrawals?status=eq.awaiting_approval" -H "authorization: Bearer $FIRST"
        approve() {{ curl -s $G/api/payments/v1/withdrawals/$1/approve -H "authorization: Bearer $2" -H "idempotency-key: $(date +%s%N)" -H 'content-type: application/json' -d '{{"payload_sha256":"'$3'"}}'; }}
        # The second one names what he saw, both have logged in a moment ago; SHA is the payload_sha256 of the list.
        # approve WITHDRAWAL_ID $FIRST SHA;  approve WITHDRAWAL_ID $FIRST SHA (refused);  approve WITHDRAWAL_ID $SECOND SHA
        curl -s "$G/api/security/v1/audit?happened_at=gte.now-1d&limit=3" -H "authorization: Bearer $ADMIN"
        # A report: asked for, made in the background, fetched as CSV or XLSX.
        D=$(date -u +%F); J=$(curl -s $G/api/reports/v1/jobs -H "authorization: Bearer $ADMIN" -H "idempotency-key: $(date +%s%N)" -H 'content-type: application/json' -d '{{"report":"revenue","casino_ids":["{bernstein}"],"from":"'$D'","to":"'$D'","formats":["csv","xlsx"]}}' | python3 -c 'import json,sys; print(json.load(sys.stdin)["job_id"])')
        curl -sN $G/api/reports/v1/jobs/$J/progress -H "authorization: Bearer $ADMIN"
        curl -s $G/api/reports/v1/jobs/$J/files/csv -H "authorization: Bearer $ADMIN"
        # The same player in the eyes of six roles: masked, by name, with what is suspected, as a mark, not at all.
        look() {{ curl -s "$G/api/backoffice/v1/players?player_id=eq.$P" -H "authorization: Bearer $(log_in "$1")"; echo; }}
        {looks}
        # A proposal of one manager waits for the other; emergency access that was given back waits for its review.
        curl -s "$G/api/backoffice/v1/approvals/awaiting-me" -H "authorization: Bearer $(log_in '{other}')"
        curl -s "$G/api/security/v1/break-glass?reviewed_at=is.null" -H "authorization: Bearer $ADMIN"
        curl -s "$G/api/security/v1/explain?subject={tale.staff["officer"].id}&permission=backoffice.player.reveal" -H "authorization: Bearer $ADMIN"
        # Behave badly: duplicates, disorder, lost answers (back to normal with {{}}).
        curl -s -X PUT {stack.url("simulators")}/control/chaos -d '{{"duplicates":0.2,"reordering":0.2,"lost_answers":0.05,"delay_ms":400}}'
    """  # noqa: E501
    lines += ["    " + line for line in textwrap.dedent(tries).strip().splitlines()]
    return [*lines, "", "  Players arrive. Ctrl-C stops everything, after `make up` it is `make down`.", ""]


async def _staff_at_work(tale: Tale) -> None:
    """Most documents are looked at, and withdrawals that one person may approve; the others are left to the visitor."""
    agent, officer = tale.staff["robot_agent"], tale.staff["robot_officer"]
    while True:
        try:
            pending = await agent.get("/api/verification/v1/documents", status="eq.pending", limit=100)
            for document in pending:
                if UUID(document["id"]).int % LEFT_TO_VISITOR:
                    await agent.post(f"/api/verification/v1/documents/{document['id']}/accept", {})
            waiting = await officer.get("/api/payments/v1/withdrawals", status="eq.awaiting_approval", limit=50)
            for one in waiting:
                if one["approvals_needed"] == 1:
                    await officer.post(f"/api/payments/v1/withdrawals/{one['withdrawal_id']}/approve", {})
        except (Refused, httpx.HTTPError):
            pass  # Somebody else was quicker, the visitor at the keyboard; or a program is just being started again.
        await asyncio.sleep(STAFF_LOOKS_EVERY_S)


async def _show_figures(
    tale: Tale,
    casinos: dict[str, tuple[str, str]],
    client: httpx.AsyncClient,
    population: str,
    say: Callable[[str], None],
) -> None:
    names = {casino_id: name for name, (casino_id, _) in casinos.items()}
    bets_before = 0
    while True:
        await asyncio.sleep(FIGURES_EVERY_S)
        try:
            lived = (await client.get(f"{population}/figures")).json()
            ledger = await tale.staff["analyst"].get("/api/payments/v1/ledger/summary")
            large = await _waiting_for_two(tale.staff["robot_officer"])
        except (Refused, httpx.HTTPError) as problem:
            say(f"  {datetime.now(UTC):%H:%M:%S}  no figures: {problem}")
            continue
        bets = lived.get("bets", 0)
        rate, bets_before = (bets - bets_before) / FIGURES_EVERY_S, bets
        won = "  ".join(_ggr(names, book) for book in ledger["books"])
        say(
            f"  {datetime.now(UTC):%H:%M:%S}  players {lived.get('players', 0)} ({lived['at play']} now)  "
            f"bets {bets} ({rate:.1f}/s)  GGR {won}  deposits {lived.get('deposits succeeded', 0)}  "
            f"withdrawals {lived.get('withdrawals', 0)} ({large} wait for two people)  "
            f"ledger {'balanced' if ledger['balanced'] else 'NOT BALANCED'}"
        )


async def _waiting_for_two(officer: Person) -> int:
    page = await officer.get("/api/payments/v1/withdrawals", status="eq.awaiting_approval", limit=500)
    return sum(one["approvals_needed"] > 1 for one in page)


def _ggr(names: dict[str, str], book: dict[str, Any]) -> str:
    house = sum(line["balance_minor"] for line in book["accounts"] if line["type"] == "game_house")
    amount = money(abs(house), book["currency"])
    return f"{names.get(book['casino_id'], '?')} {'-' if house < 0 else ''}{amount}"
