"""What `python -m <service> rebuild NAME` is given is called the same everywhere."""

import re
from collections import Counter
from importlib import import_module

import pytest

from chassis.store import ReadModel
from chassis.testing.environment import make_settings
from contracts.registry import SERVICES

NAME = re.compile(r"[a-z]+(_[a-z]+)*")
ELSEWHERE = {f"{name}_url": f"http://{name}.invalid" for name in SERVICES}


def read_models(name: str) -> list[ReadModel]:
    settings = import_module(f"{name}.settings").Settings
    known = {field: value for field, value in ELSEWHERE.items() if field in settings.model_fields}
    service = import_module(f"{name}.main").build(make_settings(settings, **known))
    return [*service.read_models, *(service.consumer.read_models if service.consumer else ())]


@pytest.mark.parametrize("service", SERVICES)
def test_a_read_model_is_named_as_its_table_without_the_prefix(service: str) -> None:
    models = read_models(service)
    assert models
    assert {model.name: model.table.name for model in models} == {model.name: f"rm_{model.name}" for model in models}
    assert [model.name for model in models if not NAME.fullmatch(model.name)] == []


@pytest.mark.parametrize("service", SERVICES)
def test_no_two_read_models_of_a_service_share_a_name(service: str) -> None:
    """The second would hide the first from `rebuild`, and two projectors would keep their places under one name."""
    names = Counter(model.name for model in read_models(service))
    assert [name for name, times in names.items() if times > 1] == []
