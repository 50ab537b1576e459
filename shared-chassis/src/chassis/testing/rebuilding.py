"""A rebuilt read model is the live one: what was folded event by event is what a rebuild makes of all of them.

async def test_rebuilt_read_models_are_the_live_ones(service):
    await hear(service, *consumed_by("reports"))
    ...  # what the service itself does
    await assert_rebuilt_as_live(service)
"""

from typing import Any

from chassis.runtime import Service
from chassis.store import Log, ReadModel, rebuild
from chassis.store.rebuild import index_definitions, rows_of


async def assert_rebuilt_as_live(service: Service) -> None:
    """Rebuild every read model there is, of the service's own events and of others', and compare rows and indexes.

    Each must have rows: what nothing was folded into proves nothing.
    """
    assert models_of(service), f"{service.name} has no read models"
    for model, log in models_of(service):
        live, indexes = await _as_it_is(service, model)
        assert live, f"nothing was folded into {model.name}"
        await rebuild(service.db, model, log)
        rebuilt, indexes_after = await _as_it_is(service, model)
        assert rebuilt == live, f"{model.name} is rebuilt as something else"
        assert indexes_after == indexes, f"{model.name} has other indexes after a rebuild"


def models_of(service: Service) -> list[tuple[ReadModel, Log]]:
    """The read models of a service, each with the events it is made of."""
    own: list[tuple[ReadModel, Log]] = [(model, service.application.log_of(model)) for model in service.read_models]
    if service.consumer is None:
        return own
    return [*own, *((model, service.consumer.log_of(model)) for model in service.consumer.read_models)]


async def _as_it_is(service: Service, model: ReadModel) -> tuple[list[dict[str, Any]], dict[str, str]]:
    async with service.db.read() as connection:
        return await rows_of(connection, model.table.name), await index_definitions(connection, model.table.name)
