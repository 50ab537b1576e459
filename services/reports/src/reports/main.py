"""Reports, put together."""

from datetime import timedelta

from chassis.auth.tokens import Verifier
from chassis.db import Database
from chassis.domain import Clock, SystemClock
from chassis.files import FileStore
from chassis.runtime import Service
from chassis.settings import load
from chassis.store import Application, EventTypes
from reports.adapters.making import MAKE, ReportMaker
from reports.application.publishing import publish
from reports.domain.job.events import ReportCompleted, ReportFailed, ReportRequested
from reports.entrypoints.consumers import consumer
from reports.entrypoints.http import ROUTERS
from reports.entrypoints.jobs import expiry
from reports.entrypoints.permissions import PERMISSIONS
from reports.read_models.job_list import job_list
from reports.settings import Settings

TYPES = EventTypes(ReportRequested, ReportCompleted, ReportFailed)
READ_MODELS = [job_list]


def build(settings: Settings | None = None, *, clock: Clock | None = None, verifier: Verifier | None = None) -> Service:
    """The service, from the environment or from what is given."""
    settings, clock = settings or load(Settings), clock or SystemClock()
    db = Database(settings.database_url, application_name="reports", pool_size=settings.database_pool_size)
    application = Application(db, TYPES, source="reports", publish=publish, inline=READ_MODELS, clock=clock)
    files = FileStore(settings.files_url, "reports")
    maker = ReportMaker(application, files, clock, timedelta(hours=settings.report_hours))
    return Service(
        name="reports",
        settings=settings,
        db=db,
        application=application,
        routers=ROUTERS,
        consumer=consumer(),
        tasks={MAKE: maker.make},
        read_models=READ_MODELS,
        background=[expiry(db, files, clock)],
        permissions=PERMISSIONS,
        state={"files": files},
        verifier=verifier,
    )
