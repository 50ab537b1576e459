"""What `make demo` shows: the journey once, or two casinos with people in them until Ctrl-C."""

import asyncio
import json
import sys
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import httpx
from pitlocal.paths import REPOSITORY
from pitlocal.stack import Stack

from journey import routine, shown, sight
from journey.client import Api, NotInTime, Person, Refused
from journey.opening import STAFF, configure, define_roles, first_log_in, hire, open_one, permissions_known
from journey.playbook import Played
from journey.playbook import play as play_journey
from journey.shown import LOOKS_EVERY_S
from journey.tale import Tale, money, start_world
from journey.welcome import welcome

FIGURES_EVERY_S = 5.0
CASINOS = (("Bernstein", "MT", "EUR", "Europe/Malta"), ("Albion", "GB", "GBP", "Europe/London"))
PLAYERS_PAY = {
    "Albion": {"card": {"deposit_fee": {"bps": 200, "min_minor": {"GBP": 50}, "max_minor": {"GBP": 300}}}},
}
"""For which methods of which casino players pay."""


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
        for line in welcome(tale, casinos):
            say(line)
        population = await _let_players_in(stack, casinos)
        ready()
        async with httpx.AsyncClient(timeout=10, trust_env=False) as client:
            await asyncio.gather(
                _show_figures(tale, casinos, client, population, say),
                routine.goes_on(tale),
                shown.tell(tale, say),
                _takes_payments_again(tale, casinos["Albion"][0]),
            )
    finally:
        await api.close()
        await world.close()


async def _set_up(tale: Tale) -> dict[str, tuple[str, str]]:
    """Two casinos with everything in them; name -> id and currency."""
    await asyncio.gather(first_log_in(tale), tale.stack.run("verification", "import-list", "ofac-sdn", "demo"))
    admin = tale.staff["admin"]
    await permissions_known(admin)
    roles = await define_roles(admin)
    await hire(tale, {name: roles[STAFF[name]] for name in ("manager", "second_manager")})
    opened = await asyncio.gather(*(open_one(admin, tale.staff["manager"], *casino) for casino in CASINOS))
    casinos = {name: (id_, currency) for id_, (name, _, currency, _) in zip(opened, CASINOS, strict=True)}
    # The people of STAFF and those who look are yours; robots do the routine work, under log-ins of their own.
    seeded = await sight.seeded(tale, {**sight.LOOKERS, **routine.ROBOTS})
    everywhere = {name: roles[role] for name, role in STAFF.items() if name not in (*tale.staff, "support")}
    await asyncio.gather(
        hire(tale, {**everywhere, "robot_agent": roles["document_agent"], **seeded}),
        hire(tale, {"support": roles["support_agent"]}, (casinos["Bernstein"][0],)),
        *(configure(tale, *casino, PLAYERS_PAY.get(name)) for name, casino in casinos.items()),
    )
    tale.casino_id, tale.currency = casinos["Bernstein"]
    await _choose_by_rule(tale)
    await tale.direct("PUT", f"/adyen/suspended/{casinos['Albion'][0]}", {"suspended": True})
    await sight.proposal_waits(tale)
    await sight.emergency(tale)
    return casinos


async def _choose_by_rule(tale: Tale) -> None:
    """Bernstein has a routing strategy of its own; the other casino goes by what is worth most."""
    large = {"name": "large", "when": {"min_minor": 250_00}, "then": {"way": "order", "providers": ["stripe", "adyen"]}}
    strategy = {"rules": [large], "otherwise": {"way": "economic_value", "exploration_percent": 10}}
    path = f"/api/payments/v1/casinos/{tale.casino_id}/routing-strategy"
    await tale.staff["second_admin"].approve(await tale.staff["admin"].put(path, strategy))


async def _takes_payments_again(tale: Tale, casino_id: str) -> None:
    """Adyen takes nothing at this casino until somebody's deposit has gone on to the next provider."""
    passed_on = {"casino_id": f"eq.{casino_id}", "attempt": "eq.2", "decided_at": "gte.now-1d", "limit": 1}
    found: list[Any] = []
    while not found:
        await asyncio.sleep(LOOKS_EVERY_S)
        with suppress(Refused, httpx.HTTPError):
            found = await tale.staff["admin"].get("/api/payments/v1/routing/decisions", **passed_on)
    await tale.direct("PUT", f"/adyen/suspended/{casino_id}", {"suspended": False})


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
            large = await _waiting_for_two(tale.staff["robot_desk"])
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
