"""The migrations make what the code expects."""

import verification.adapters.tables
import verification.read_models.case_list
import verification.read_models.document_list
import verification.read_models.hit_list  # noqa: F401
from chassis.db.migrations import drift
from chassis.testing.postgres import Databases
from verification.application.schema import metadata


async def test_the_migrated_database_is_the_one_in_the_code(databases: Databases) -> None:
    assert await drift(await databases.create("verification"), metadata) == []
