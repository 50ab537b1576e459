"""Verification put together; the only file that sees everything."""

from httpx import AsyncBaseTransport

from chassis.db import Database
from chassis.domain import Clock
from chassis.privacy import SubjectVault
from chassis.runtime import Service
from chassis.service_client import ServiceClient
from chassis.settings import load
from chassis.store import Application, EventTypes
from verification.adapters.backoffice import BackofficeDirectory
from verification.adapters.document_files import FileTable
from verification.adapters.files import EncryptedFiles
from verification.adapters.lists import ListStore, fingerprint
from verification.adapters.profiles import CasinoProfiles
from verification.adapters.screening import MemoryScreener, SweepTable
from verification.application.decisions import Decisions
from verification.application.documents import Documents
from verification.application.lists import ListImport
from verification.application.names import NameComparison
from verification.application.profiles import Reassessment
from verification.application.publishing import publish
from verification.application.screening import Screening
from verification.domain.case.events import CaseEvent
from verification.domain.hit.events import HitEvent
from verification.entrypoints.bulk import bulk_actions
from verification.entrypoints.commands import COMMANDS
from verification.entrypoints.consumers import consumer
from verification.entrypoints.http.routers import routers
from verification.entrypoints.permissions import PERMISSIONS
from verification.entrypoints.tasks import tasks
from verification.read_models.case_list import Caseload, case_list
from verification.read_models.document_list import document_list
from verification.read_models.hit_list import hit_list
from verification.settings import Settings
from verification.strategies.files.registry import inspect
from verification.strategies.lists.registry import FORMATS
from verification.strategies.matching.registry import HOLDERS, MATCHERS

NAME = "verification"
READ_MODELS = (case_list, document_list, hit_list)


def build(
    settings: Settings | None = None, *, clock: Clock | None = None, backoffice: AsyncBaseTransport | None = None
) -> Service:
    """The service, from the environment unless settings are given; tests bring their own time and backoffice."""
    settings = settings or load(Settings)
    db = Database(settings.database_url, application_name=NAME, pool_size=settings.database_pool_size)
    types = EventTypes(*CaseEvent.__args__, *HitEvent.__args__)
    application = Application(db, types, source=NAME, publish=publish, inline=READ_MODELS, clock=clock)
    vault, profiles, files = SubjectVault(settings.master_key), CasinoProfiles(settings.required_documents), FileTable()
    client = ServiceClient(
        settings.backoffice_url, "backoffice", settings.internal_key, caller=NAME, transport=backoffice
    )
    lists, caseload = ListStore(), Caseload()
    screener = MemoryScreener(db, lists, MATCHERS[settings.screening_matcher](settings.screening_threshold_permille))
    documents = Documents(application, EncryptedFiles(settings.files_url), files, vault, inspect)
    directory = BackofficeDirectory(client)
    screening = Screening(application, screener, directory, vault, profiles, caseload, SweepTable())
    importing = ListImport(application, lists, FORMATS, fingerprint)
    decisions = Decisions(profiles, files)
    return Service(
        name=NAME, settings=settings, db=db, application=application, permissions=PERMISSIONS, commands=COMMANDS,
        routers=routers(settings.document_max_bytes, settings.uploads_at_once),
        consumer=consumer(profiles, documents),
        tasks=tasks(screening, Reassessment(application, profiles, caseload), documents),
        read_models=READ_MODELS, bulk=bulk_actions(decisions), on_stop=[client.close],
        state={
            "documents": documents, "decisions": decisions, "vault": vault, "profiles": profiles,
            "list_import": importing, "screener": screener,
            "comparison": NameComparison(application, directory, HOLDERS),
        },
    )  # fmt: skip
