"""A rebuilt read model is the live one: what was folded event by event is what a rebuild makes of all of them.

async def test_rebuilt_read_models_are_the_live_ones(service):
    await hear(service, *consumed_by("reports"))
    ...  # what the service itself does
    await assert_rebuilt_as_live(service)
"""

from collections.abc import Collection
from typing import Any

from chassis.runtime import Service
from chassis.store import ReadModel, rebuild
from chassis.store.rebuild import index_definitions, rows_of


async def assert_rebuilt_as_live(service: Service, *, empty: Collection[str] = ()) -> None:
    """Rebuild every read model there is, of the service's own events and of others', and compare rows and indexes.

    Each must have rows, as what nothing was folded into proves nothing; but for those named as `empty`: models of the
    chassis, which its own tests rebuild, and of which this service has rows only in large numbers.
    """
    assert service.rebuildable(), f"{service.name} has no read models"
    for model, log in service.rebuildable().values():
        live, indexes = await _as_it_is(service, model)
        assert live or model.name in empty, f"nothing was folded into {model.name}"
        await rebuild(service.db, model, log)
        rebuilt, indexes_after = await _as_it_is(service, model)
        assert rebuilt == live, f"{model.name} is rebuilt as something else"
        assert indexes_after == indexes, f"{model.name} has other indexes after a rebuild"


async def _as_it_is(service: Service, model: ReadModel) -> tuple[list[dict[str, Any]], dict[str, str]]:
    async with service.db.read() as connection:
        return await rows_of(connection, model.table.name), await index_definitions(connection, model.table.name)
