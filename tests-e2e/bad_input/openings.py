"""How each service is opened: started on a database of its own, told what it must know, and asked for a few things."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, redirect_stdout
from datetime import UTC, date, datetime
from io import StringIO
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
from fastapi import FastAPI
from services.backoffice.tests.component import api as backoffice_api
from services.games.tests.component.casino import Casino
from services.games.tests.support import facts as games_facts
from services.games.tests.support.facts import PROFILE
from services.games.tests.support.hub88 import secrets as hub88_secrets
from services.games.tests.support.hub88 import settings as hub88_settings
from services.games.tests.support.hub88_server import Hub88Server
from services.games.tests.support.payments import Payments
from services.payments.tests.component.payment.fakes import FakeWire
from services.payments.tests.component.payment.world import World as PaymentsWorld
from services.reports.tests.component import world as reports_world
from services.security.tests.component import api as security_api
from services.verification.tests.component import world as verification_world
from sqlalchemy import insert

import backoffice.main
import backoffice.settings
import games.main
import games.settings
import payments.main
import payments.settings
import reports.main
import reports.settings
import security.main
import security.settings
import verification.main
import verification.settings
from bad_input import managers, under_way
from bad_input.alarms import alarmed
from bad_input.houses import House
from chassis.db.tables import parked_message
from chassis.domain import FixedClock
from chassis.http.listing.registry import served_lists
from chassis.runtime import Service, http_application
from chassis.tasks import TaskRunner
from chassis.testing.bulk import frozen_job, payload_of, proposed_job
from chassis.testing.client import client as talking
from chassis.testing.environment import make_settings
from chassis.testing.feed import Feed
from chassis.testing.postgres import Databases
from chassis.testing.tokens import TokenMaker, bearer, make_token, test_authority, test_verifier
from contracts.backoffice.events import CasinoOpened, PlayerRegistered
from contracts.backoffice.permissions import BackofficePermission
from contracts.games.permissions import GamesPermission
from contracts.verification.permissions import VerificationPermission

Opened = AbstractAsyncContextManager[House]


class Openings:
    """Opens services; each time a new one that knows only what is said here."""

    def __init__(self, databases: Databases, folder: Path) -> None:
        self._databases = databases
        self._folder = folder

    @asynccontextmanager
    async def open(self, service: str) -> AsyncIterator[House]:
        """The service by its name, with a message that was set aside at each of its casinos, a saved view of whoever
        makes the requests, and one of somebody else.
        """
        opening: Callable[[], Opened] = getattr(self, service)
        async with opening() as house:
            for facts in (house.facts, house.elsewhere):
                if facts:
                    facts["parked_id"] = str(await _set_aside(house.service, UUID(facts["casino_id"])))
            house.facts.setdefault("admin_id", str(uuid4()))
            house.facts["view_list"] = next(one.path for one in served_lists(house.app) if "{" not in one.path)
            house.facts["view_id"] = await _view(house, house.token("operator"))
            if house.elsewhere:
                house.elsewhere["view_id"] = await _view(house, house.token("operator", subject=uuid4()))
            yield house

    async def _settings(self, cls: Any, **overrides: Any) -> Any:
        service = cls.__module__.partition(".")[0]
        return make_settings(cls, database_url=await self._databases.create(service), **overrides)

    def _files(self) -> str:
        return f"file://{self._folder / uuid4().hex}"

    @asynccontextmanager
    async def security(self) -> AsyncIterator[House]:
        """An administrator, a colleague with a role, a player."""
        settings = await self._settings(security.settings.Settings, password_memory_kib=8192, password_rounds=1)
        service = security.main.build(settings)
        async with _served(service) as (app, client):
            yield await _staffed(service, app, client)

    @asynccontextmanager
    async def backoffice(self) -> AsyncIterator[House]:
        """Two casinos with a player each."""
        settings = await self._settings(backoffice.settings.Settings)
        clock, verifier = FixedClock(datetime(2026, 6, 1, 12, tzinfo=UTC)), test_verifier()
        service = backoffice.main.build(settings, clock=clock, credentials=_KeepsNothing(), verifier=verifier)
        service.authority = test_authority()
        async with _served(service) as (app, client):
            casinos = [await backoffice_api.open_casino(client, name=name) for name in ("Here", "There")]
            here, there = [await _registered_and_proposed(client, one) for one in casinos]
            for facts in (here, there):
                facts.update(await _frozen(service, "players.block", facts))
            yield House(service=service, app=app, client=client, facts=here, elsewhere=there)

    @asynccontextmanager
    async def verification(self) -> AsyncIterator[House]:
        """Two casinos, at each a player with a document and a hit to decide."""
        neighbour, clock = verification_world.Backoffice(), FixedClock(datetime(2026, 3, 1, 12, tzinfo=UTC))
        files = self._files()
        settings = await self._settings(
            verification.settings.Settings, files_url=files, backoffice_url="http://backoffice.test"
        )
        service = verification.main.build(settings, clock=clock, backoffice=neighbour.transport())
        service.verifier, service.authority = test_verifier(), test_authority()
        async with _served(service) as (app, client):
            world = verification_world.World(service, client, neighbour, clock, Path(files.removeprefix("file://")))
            await world.import_list("ofac-sdn", "demo")
            casinos = verification_world.CASINO, verification_world.ELSEWHERE
            here, there = [await _case(world, one) for one in casinos]
            for facts in (here, there):
                facts.update(await _large(client, service, facts))
                facts.update(await _frozen(service, "hits.clear", facts))
            yield House(service=service, app=app, client=client, facts=here, elsewhere=there)

    @asynccontextmanager
    async def payments(self) -> AsyncIterator[House]:
        """Two casinos with providers, at each a player with money and a withdrawal that waits."""
        settings = await self._settings(payments.settings.Settings)
        clock, wire = FixedClock(datetime.now(UTC)), FakeWire()
        service = payments.main.build(settings, clock=clock, wire=wire)
        service.verifier, service.authority = test_verifier(), test_authority()
        async with _served(service) as (app, client):
            world = PaymentsWorld(service, client, clock, wire)
            here, there = await _wallet(world), await _wallet(world)
            for facts in (here, there):
                facts.update(await _frozen(service, "withdrawals.approve", facts))
            yield House(service=service, app=app, client=client, facts=here, elsewhere=there)

    @asynccontextmanager
    async def games(self) -> AsyncIterator[House]:
        """Two casinos with a supplier and a game that is on."""
        async with Payments().served() as wallet, Hub88Server().served() as hub88:
            settings = await self._settings(
                games.settings.Settings, payments_url=wallet.url, partner_hosts="http://127.0.0.1:*"
            )
            clock = FixedClock(datetime.now(UTC).replace(microsecond=0))
            service = games.main.build(settings, clock=clock)
            service.verifier, service.authority = test_verifier(), test_authority()
            async with _served(service) as (app, client):
                yield await _playing(service, app, client, hub88)

    @asynccontextmanager
    async def reports(self) -> AsyncIterator[House]:
        """Two casinos."""
        settings = await self._settings(reports.settings.Settings, files_url=self._files())
        clock = FixedClock(datetime(2026, 6, 10, 12, tzinfo=UTC))
        service = reports.main.build(settings, clock=clock, verifier=test_verifier())
        async with _served(service) as (app, client):
            await reports_world.tell(service, *reports_world.WORLD)
            here, there = {"casino_id": str(reports_world.MALTA)}, {"casino_id": str(reports_world.LONDON)}
            yield House(service=service, app=app, client=client, facts=here, elsewhere=there)


async def _set_aside(service: Service, casino: UUID) -> UUID:
    """A message that the service's consumer could not handle."""
    values = {"consumer": service.name, "topic": "platform.setting.events", "key": "k", "envelope": b"{}"}
    why = {"reason": "ValueError: it does not fit", "code": "ValueError", "attempts": 3}
    statement = insert(parked_message).values(**values, **why, type="platform.setting_changed", casino_id=casino)
    async with service.db.write() as connection:
        return UUID(str((await connection.execute(statement.returning(parked_message.c.message_id))).scalar_one()))


class _KeepsNothing:
    """Stands in for security, which keeps passwords."""

    async def keep(
        self, player_id: UUID, casino_id: UUID, email_index: str, password: str, *, try_only: bool = False
    ) -> bool:
        assert password
        return not try_only


@asynccontextmanager
async def _served(service: Service) -> AsyncIterator[tuple[FastAPI, httpx.AsyncClient]]:
    app = http_application(service)
    async with talking(app) as client:
        yield app, client


async def _registered_and_proposed(client: httpx.AsyncClient, casino_id: str) -> dict[str, Any]:
    """A player, and three proposals of new rules that wait: the first of whoever makes the requests."""
    admin, path = uuid4(), f"{backoffice_api.V1}/casinos/{casino_id}/profile"
    player_id = await backoffice_api.a_player(client, casino_id)
    facts: dict[str, Any] = {"casino_id": casino_id, "player_id": player_id}
    rules, day = backoffice_api.PROFILE, "2031-01-01T00:00:00Z"
    facts |= {"admin_id": str(admin), "another_profile": _profile(casino_id, rules, day)}
    for name, who, age in (("", admin, 19), ("second_", uuid4(), 20), ("third_", uuid4(), 21)):
        body = {"profile": {**rules, "minimum_age": age}, "effective_from": day, "reason": "a new licence"}
        token = make_token(subject=who, permissions=tuple(BackofficePermission))
        made = (await client.put(path, json=body, headers=bearer(token))).json()
        facts |= {f"{name}approval_id": made["approval_id"], f"{name}payload_sha256": made["payload_sha256"]}
    return facts


def _profile(casino_id: str, rules: Any, day: str) -> dict[str, Any]:
    return {"casino_id": casino_id, "effective_from": day, "profile": {**rules, "one_account_per_person": True}}


async def _view(house: House, token: str | None) -> str:
    body = {"list": house.facts["view_list"], "name": "A view"}
    headers = {**bearer(token or ""), "Idempotency-Key": uuid4().hex}
    kept = await house.client.post(f"/api/{house.service.name}/v1/views", json=body, headers=headers)
    assert kept.status_code == 201, kept.text
    return str(kept.json()["id"])


async def _staffed(service: Service, app: FastAPI, client: httpx.AsyncClient) -> House:
    """Security with an administrator who has logged in, a colleague with a role, a player, and what is under way."""
    kid, key = await service.state["keys"].current()
    maker, casino, player = TokenMaker(kid), uuid4(), uuid4()
    maker.key = key
    printed, password = StringIO(), security_api.PASSWORD
    with redirect_stdout(printed):
        await service.commands["create-admin"](service, ["admin@example.com"])
    admin = await security_api.enter(client, "admin@example.com", printed.getvalue().strip())
    facts = {
        "casino_id": str(casino),
        "player_id": str(player),
        "admin_id": admin["subject_id"],
        "password": password,
        "staff_refresh_token": admin["refresh_token"],
    }
    house = House(service=service, app=app, client=client, facts=facts, maker=maker)
    token = house.token("operator") or ""
    colleague = (await security_api.add_colleague(client, token))["staff_id"]
    role = await security_api.define_role(client, token, "people", ["security.staff.list"])
    assigned = await security_api.assign(client, token, colleague, role, [str(casino)])
    facts |= {"staff_id": colleague, "role_id": role, "assignment_id": assigned.json()["assignment_id"]}
    facts |= await _frozen(service, "sessions.end", facts, casino_id=None)
    facts["player_refresh_token"] = await _logged_in_player(house, casino, player)
    facts |= await under_way.begun(house)
    facts |= await managers.two_casinos(house, facts["on_call_role_id"])
    await _set_aside(service, UUID(facts["other_casino_id"]))
    return house


async def _logged_in_player(house: House, casino: UUID, player: UUID) -> str:
    email, password = "ann@mail.example.com", security_api.PASSWORD
    index = house.service.state["blind_index"].of(email)
    kept = await house.client.put(
        f"/internal/v1/player-credentials/{player}",
        json={"casino_id": str(casino), "email_index": index, "password": password},
        headers=bearer(house.token("backoffice") or ""),
    )
    assert kept.status_code == 200, kept.text
    await Feed(house.service)(_registered(house.service, casino, player))
    who = {"casino_id": str(casino), "email": email, "password": password}
    entered = await house.client.post(f"{security_api.V1}/player-sessions", json=who)
    assert entered.status_code == 200, entered.text
    return str(entered.json()["refresh_token"])


def _registered(service: Service, casino: UUID, player: UUID) -> PlayerRegistered:
    now = service.application.clock.now()
    return PlayerRegistered(player_id=player, casino_id=casino, country="MT", currency="EUR", registered_at=now)


async def _frozen(service: Service, action: str, facts: dict[str, Any], **options: Any) -> dict[str, str]:
    """Two bulk jobs of whoever makes the requests."""
    about: dict[str, Any] = {"casino_id": UUID(facts["casino_id"]), "by": UUID(facts["admin_id"]), **options}
    return {name: str(await frozen_job(service, action, **about)) for name in ("job_id", "second_job_id")}


async def _large(client: httpx.AsyncClient, service: Service, facts: dict[str, Any]) -> dict[str, Any]:
    """Three bulk jobs that wait for a second person: the first of whoever makes the requests."""
    made: dict[str, Any] = {}
    casino_id = UUID(facts["casino_id"])
    for name, by in (("", UUID(facts["admin_id"])), ("second_", uuid4()), ("third_", uuid4())):
        told = await proposed_job(client, service, "hits.clear", casino_id, VerificationPermission.HIT_DECIDE, by=by)
        made |= {f"{name}{one}": told[one] for one in ("approval_id", "payload_sha256")}
        if not name:
            made["same_job"] = await payload_of(service, told["subject_id"])
    return made


async def _case(world: verification_world.World, casino: UUID) -> dict[str, Any]:
    await world.open_casino("identity", casino_id=casino)
    player = await world.register("Erasmus Quillon", "Nightshade", born=date(1971, 10, 13), casino_id=casino)
    await world.work()
    token = verification_world.staff(casinos=(casino,))
    uploaded = await world.upload(player, verification_world.png(), casino_id=casino)
    assert uploaded.status_code == 201, uploaded.text
    [hit] = await world.get(f"/hits?player_id=eq.{player}", token)
    document = uploaded.json()["document_id"]
    facts = {"casino_id": str(casino), "player_id": str(player), "document_id": document, "hit_id": hit["id"]}
    return {**facts, "admin_id": str(uuid4())}


async def _wallet(world: PaymentsWorld) -> dict[str, Any]:
    world.casino, world.player = uuid4(), uuid4()
    await world.set_up(withdrawal_cancellation_allowed=True)
    await world.give()
    deposited, withdrawn, another = await world.deposit(), await world.withdraw(), await world.withdraw(50_00)
    assert [one.status_code for one in (deposited, withdrawn, another)] == [201] * 3, another.text
    return {
        "casino_id": str(world.casino),
        "player_id": str(world.player),
        "currency": "EUR",
        "deposit_id": deposited.json()["deposit_id"],
        "withdrawal_id": withdrawn.json()["withdrawal_id"],
        "second_withdrawal_id": another.json()["withdrawal_id"],
        "instrument_id": (await world.instruments())[0]["instrument_id"],
        **await alarmed(world),
        **await _proposed(world),
    }


async def _proposed(world: PaymentsWorld) -> dict[str, Any]:
    """Three proposals that wait: the first of whoever makes the requests, the others of somebody else."""
    admin = uuid4()
    facts: dict[str, Any] = {"admin_id": str(admin)}
    for name, who, currency in (("", admin, "EUR"), ("second_", uuid4(), "GBP"), ("third_", uuid4(), "USD")):
        policy = {"currency": currency, "second_person_above_minor": 500_00}
        path = f"/api/payments/v1/casinos/{world.casino}/withdrawal-policy"
        made = (await world.client.put(path, json=policy, headers=world.staff(who))).json()
        facts |= {f"{name}approval_id": made["approval_id"], f"{name}payload_sha256": made["payload_sha256"]}
    facts["another_policy"] = {
        "casino_id": str(world.casino),
        "currency": "EUR",
        "second_person_above_minor": 400_00,
        "automatic_up_to_minor": None,
        "minimum_minor": None,
        "maximum_minor": None,
    }
    return facts


async def _playing(service: Service, app: FastAPI, client: httpx.AsyncClient, hub88: Hub88Server) -> House:
    feed, tasks = Feed(service), TaskRunner(service.db, service.tasks, clock=service.application.clock)
    places = {games_facts.CASINO: games_facts.PLAYER, games_facts.OTHER_CASINO: games_facts.OTHER_PLAYER}
    houses: list[Any] = []
    for casino_id, player_id in places.items():
        opened = CasinoOpened(
            casino_id=casino_id,
            name="Casino",
            jurisdiction="MGA",
            currency="EUR",
            time_zone="Europe/Malta",
            profile=PROFILE,
        )
        await feed(opened, _registered(service, casino_id, player_id))
        casino = Casino(client, hub88, tasks, service, casino_id, player_id)
        await casino.configure_hub88()
        await casino.switch_on()
        ids = {"casino_id": str(casino_id), "player_id": str(player_id)}
        houses.append({**ids, **await _proposed_accounts(casino)})
    facts: Any = {"game_code": games_facts.GAME}
    facts |= {"supplier_settings": hub88_settings(hub88.url), "supplier_secrets": hub88_secrets()}
    here, there = houses
    return House(service=service, app=app, client=client, facts={**facts, **here}, elsewhere=there)


async def _proposed_accounts(casino: Casino) -> dict[str, Any]:
    """Three proposals that wait: the first of whoever makes the requests, the others of somebody else."""
    admin = uuid4()
    account: dict[str, Any] = {"enabled": True, "settings": hub88_settings(casino.hub88.url), "secrets": {}}
    facts: dict[str, Any] = {"admin_id": str(admin)}
    path = f"/api/games/v1/casinos/{casino.id}/suppliers/hub88"
    for name, who, operator in (("", admin, 8), ("second_", uuid4(), 9), ("third_", uuid4(), 10)):
        body = {**account, "settings": {**account["settings"], "operator_id": operator}}
        token = make_token(subject=who, permissions=[GamesPermission.SUPPLIER_CONFIGURE], casinos=[casino.id])
        made = (await casino.client.put(path, json=body, headers=bearer(token))).json()
        facts |= {f"{name}approval_id": made["approval_id"], f"{name}payload_sha256": made["payload_sha256"]}
    facts["another_account"] = {**account, "casino_id": str(casino.id), "supplier": "hub88"}
    return facts
