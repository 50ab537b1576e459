"""Security, put together."""

from datetime import timedelta

from chassis.auth.tokens import TokenVerifier
from chassis.db import Database
from chassis.domain import Clock, SystemClock
from chassis.privacy import BlindIndex, SecretBox
from chassis.privacy.keys import derive
from chassis.runtime import Service
from chassis.settings import load
from chassis.store import Application
from security.adapters.audit_chain import AuditChain, Published
from security.adapters.audit_witness import on_the_bus
from security.adapters.keys import SigningKeys
from security.adapters.policy_keys import PolicyKeys
from security.adapters.policy_store import PolicyStore
from security.application.door import door_keeper
from security.application.events import TYPES
from security.application.publishing import publish
from security.entrypoints import duties
from security.entrypoints.bulk import BULK
from security.entrypoints.client_jobs import forgotten_clients
from security.entrypoints.commands import COMMANDS
from security.entrypoints.consumers import consumer
from security.entrypoints.guarded import GUARDED
from security.entrypoints.http import ROUTERS
from security.entrypoints.jobs import nightly, rotation
from security.entrypoints.permissions import PERMISSIONS
from security.entrypoints.policy import policy_now, stamp_now
from security.read_models.audit_log import audit_log
from security.read_models.inline import READ_MODELS
from security.settings import Settings


def build(
    settings: Settings | None = None, *, clock: Clock | None = None, published: Published | None = None
) -> Service:
    """The service, from the environment or from what is given."""
    settings, clock = settings or load(Settings), clock or SystemClock()
    db = Database(settings.database_url, application_name="security", pool_size=settings.database_pool_size)
    application = Application(db, TYPES, source="security", publish=publish, inline=READ_MODELS, clock=clock)
    box = SecretBox(settings.master_key_bytes)
    signing, policy_keys = SigningKeys(db, box, clock), PolicyKeys(db, box, clock)
    policies = PolicyStore(application, policy_now, stamp_now, duties.look_soon, policy_keys, clock)
    application.on_decided = policies.wake
    door = door_keeper(settings, signing, policies, clock)
    listening = consumer()
    key, published = derive(settings.master_key, "audit-chain"), published or on_the_bus(settings)
    chain = AuditChain(application, listening.log_of(audit_log), audit_log, key, published)
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
            rotation(signing, policy_keys, timedelta(days=settings.key_rotation_days)),
            nightly(application, policies),
            chain.run,
            forgotten_clients(application),
            policies.keep,
        ],
        tasks={duties.LOOK: duties.looking(application)},
        commands=COMMANDS,
        four_eyes=GUARDED,
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
