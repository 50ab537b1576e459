"""Security, put together."""

from datetime import timedelta
from typing import get_args

from chassis.auth.tokens import TokenVerifier
from chassis.db import Database
from chassis.domain import Clock, SystemClock
from chassis.privacy import BlindIndex, SecretBox
from chassis.privacy.keys import derive
from chassis.runtime import Service
from chassis.settings import load
from chassis.store import Application, EventTypes
from security.adapters.audit_chain import AuditChain
from security.adapters.keys import SigningKeys
from security.adapters.policy_store import PolicyStore
from security.application.door import door_keeper
from security.application.publishing import publish
from security.domain.break_glass import events as break_glass
from security.domain.client import events as client
from security.domain.elevation import events as elevation
from security.domain.role import events as role
from security.domain.staff import events as staff
from security.entrypoints.bulk import BULK
from security.entrypoints.cli import COMMANDS
from security.entrypoints.client_jobs import forgotten_clients
from security.entrypoints.consumers import consumer
from security.entrypoints.http import ROUTERS
from security.entrypoints.jobs import nightly, rotation
from security.entrypoints.permissions import PERMISSIONS
from security.entrypoints.policy import policy_now
from security.read_models.audit_log import audit_log
from security.read_models.inline import READ_MODELS
from security.settings import Settings

ALL = (staff.StaffEvent, role.RoleEvent, client.ClientEvent, elevation.ElevationEvent, break_glass.BreakGlassEvent)
EVENTS = tuple(one for events in ALL for one in get_args(events))
TYPES = EventTypes(*EVENTS, upcasters=role.UPCASTERS)


def build(settings: Settings | None = None, *, clock: Clock | None = None) -> Service:
    """The service, from the environment or from the settings given."""
    settings, clock = settings or load(Settings), clock or SystemClock()
    db = Database(settings.database_url, application_name="security", pool_size=settings.database_pool_size)
    application = Application(db, TYPES, source="security", publish=publish, inline=READ_MODELS, clock=clock)
    signing = SigningKeys(db, SecretBox(settings.master_key_bytes), clock)
    policies = PolicyStore(application, policy_now, SecretBox(settings.master_key_bytes), clock)
    application.on_decided = policies.wake
    door = door_keeper(settings, signing, policies, clock)
    listening = consumer()
    key = derive(settings.master_key, "audit-chain")
    chain = AuditChain(application, listening.log_of(audit_log), audit_log, key)
    return Service(
        name="security",
        settings=settings,
        db=db,
        application=application,
        routers=ROUTERS,
        consumer=listening,
        read_models=READ_MODELS,
        permissions=PERMISSIONS,
        bulk=BULK,
        background=[
            rotation(signing, timedelta(days=settings.key_rotation_days)),
            nightly(application),
            chain.run,
            forgotten_clients(application),
            policies.keep,
        ],
        commands=COMMANDS,
        state={
            "door_keeper": door,
            "keys": signing,
            "policies": policies,
            "blind_index": BlindIndex(settings.master_key_bytes),
            "audit_chain": chain,
        },
        verifier=TokenVerifier(signing, now=lambda: clock.now().timestamp()),
        policy=policies,
    )
