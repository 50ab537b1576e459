"""Games, put together."""

from datetime import timedelta

from chassis.auth import ServiceTokens
from chassis.db import Database
from chassis.domain import Clock, SystemClock
from chassis.partners import PartnerHosts
from chassis.privacy import SecretBox
from chassis.privacy.keys import derive
from chassis.runtime import Service
from chassis.settings import load
from chassis.store import Application, EventTypes
from games.adapters.catalogue import SqlCatalogue, game_by_code
from games.adapters.changes import announce
from games.adapters.directory import CachedDirectory
from games.adapters.supplier_client import HttpSupplierClient
from games.adapters.suppliers import SqlAccounts
from games.adapters.wallet_hop import HttpWalletHop
from games.application.ports import Lookups
from games.application.publishing import publish
from games.application.tokens import PURPOSE, SessionTokens
from games.application.use_cases import Ports, UseCases
from games.application.wallet import WalletService
from games.domain.session import LaunchLeftUnanswered, SessionClosed, SessionLaunched, SessionOpened
from games.entrypoints.consumers import consumer
from games.entrypoints.http import ROUTERS
from games.entrypoints.http.suppliers.guarded import guarded_commands
from games.entrypoints.partner import PartnerApi
from games.entrypoints.permissions import PERMISSIONS
from games.entrypoints.tasks import handlers
from games.read_models.casinos import casino_by_id
from games.read_models.players import player_by_id
from games.read_models.session_list import running_sessions_of, session_by_token, session_list
from games.settings import Settings
from games.strategies.suppliers.registry import SUPPLIERS

TYPES = EventTypes(SessionOpened, SessionLaunched, LaunchLeftUnanswered, SessionClosed)


def build(settings: Settings | None = None, *, clock: Clock | None = None) -> Service:
    """The service, from the environment or from the settings given."""
    settings, clock = settings or load(Settings), clock or SystemClock()
    db = Database(settings.database_url, application_name="games", pool_size=settings.database_pool_size)
    app = Application(db, TYPES, source="games", publish=publish, inline=[session_list], clock=clock)
    accounts = SqlAccounts(SecretBox(settings.master_key_bytes))
    services = ServiceTokens("games", settings.internal_key)
    partner_hosts = PartnerHosts.parsed(settings.partner_hosts)
    ports = Ports(
        accounts=accounts,
        catalogue=SqlCatalogue(),
        lookups=Lookups(accounts.find, session_by_token, running_sessions_of, player_by_id, game_by_code, casino_by_id),
        suppliers=SUPPLIERS,
        partner_hosts=partner_hosts,
        client=HttpSupplierClient(partner_hosts, timeout_s=settings.supplier_timeout_ms / 1000),
        tokens=SessionTokens(derive(settings.master_key_bytes, PURPOSE)),
        announce=announce,
    )
    lifetime, patience = timedelta(hours=settings.session_hours), timedelta(seconds=settings.launch_patience_s)
    games = UseCases(app, ports, lifetime=lifetime, patience=patience)
    directory = CachedDirectory(db, ports.lookups, SUPPLIERS, clock)
    deadline_s = settings.wallet_deadline_ms / 1000
    hop = HttpWalletHop(settings.wallet_writers, token=lambda: services.mint("payments"), deadline_s=deadline_s)
    return Service(
        name="games",
        settings=settings,
        db=db,
        application=app,
        routers=ROUTERS,
        mounts={"/partner": PartnerApi(SUPPLIERS, directory, WalletService(directory, hop, clock))},
        consumer=consumer(games.sessions, announce),
        tasks=handlers(games),
        read_models=[session_list],
        permissions=PERMISSIONS,
        four_eyes=guarded_commands(games),
        on_start=[directory.start, hop.start],
        on_stop=[hop.close, directory.stop, ports.client.close],
        state={"games": games, "clock": clock, "directory": directory},
    )
