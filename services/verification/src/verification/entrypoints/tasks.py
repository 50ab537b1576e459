"""The background tasks of verification by kind."""

from chassis.tasks import Handler
from verification.application.documents import DELETE_FILES, Documents
from verification.application.lists import RESCREEN
from verification.application.profiles import REASSESS, Reassessment
from verification.application.screening import SCREEN, Screening


def tasks(screening: Screening, reassessment: Reassessment, documents: Documents) -> dict[str, Handler]:
    """Each may run twice for the same id, and does nothing the second time."""
    return {
        SCREEN: screening.screen,
        RESCREEN: screening.rescreen,
        REASSESS: reassessment.run,
        DELETE_FILES: documents.delete_files,
    }
