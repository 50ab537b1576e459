"""Backoffice, put together."""

from typing import get_args

from backoffice.adapters.credentials import SecurityCredentials
from backoffice.adapters.reveals import REVEAL_TABLES
from backoffice.application.ports import Credentials
from backoffice.application.publishing import publish
from backoffice.domain.casino import events as casino
from backoffice.domain.player import events as player
from backoffice.domain.restriction import events as restriction
from backoffice.entrypoints.bulk import BULK
from backoffice.entrypoints.consumers import consumer
from backoffice.entrypoints.http import ROUTERS
from backoffice.entrypoints.http.casinos.guarded import COMMANDS as CASINO_COMMANDS
from backoffice.entrypoints.http.players.guarded import erasing
from backoffice.entrypoints.jobs import restriction_feed
from backoffice.entrypoints.permissions import PERMISSIONS
from backoffice.entrypoints.tasks import tasks
from backoffice.read_models.casino_list import casino_list
from backoffice.read_models.player_list import player_list
from backoffice.read_models.player_notes import player_notes
from backoffice.settings import Settings
from chassis.auth.tokens import Verifier
from chassis.db import Database
from chassis.domain import Clock, SystemClock
from chassis.messaging.casino_zones import zones_from
from chassis.privacy import SubjectVault
from chassis.reveals import Reveals
from chassis.runtime import Service
from chassis.service_client import ServiceClient
from chassis.settings import load
from chassis.store import Application, EventTypes

ALL = (casino.CasinoEvent, player.PlayerEvent, restriction.RestrictionEvent)
TYPES = EventTypes(*(one for events in ALL for one in get_args(events)))
READ_MODELS = [casino_list, player_list, player_notes]


def build(
    settings: Settings | None = None,
    *,
    clock: Clock | None = None,
    credentials: Credentials | None = None,
    verifier: Verifier | None = None,
) -> Service:
    """The service, from the environment or from what is given."""
    settings, clock = settings or load(Settings), clock or SystemClock()
    db = Database(settings.database_url, application_name="backoffice", pool_size=settings.database_pool_size)
    application = Application(db, TYPES, source="backoffice", publish=publish, inline=READ_MODELS, clock=clock)
    vault = SubjectVault(settings.master_key_bytes)
    security = ServiceClient(settings.security_url, "security", settings.internal_key, caller="backoffice")
    return Service(
        name="backoffice", settings=settings, db=db,
        application=application,
        routers=ROUTERS,
        consumer=consumer(),
        tasks=tasks(application),
        read_models=READ_MODELS,
        permissions=PERMISSIONS,
        four_eyes=[*CASINO_COMMANDS, erasing(vault)],
        bulk=BULK, approvals_listed=False,
        background=[restriction_feed(application, settings.restriction_beat_s)],
        state={
            "vault": vault,
            "reveals": Reveals(application, REVEAL_TABLES, settings.reveals_per_hour),
            "credentials": credentials or SecurityCredentials(security),
            "casino_zone": zones_from(casino_list.table.c.casino_id, casino_list.table.c.time_zone),
        },
        on_stop=[security.close], verifier=verifier,
    )  # fmt: skip
