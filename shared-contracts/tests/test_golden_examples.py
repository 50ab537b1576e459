"""The golden examples: what was once sent must be understood for ever."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

import contracts
from contracts.envelope import Envelope
from contracts.registry import EVENTS

HOME = Path(contracts.__file__).parent
EXAMPLES = sorted((HOME / "examples").glob("*.json"))


def names(paths: list[Path]) -> list[str]:
    return [path.stem for path in paths]


def test_every_event_has_an_example_and_every_example_an_event() -> None:
    assert sorted(cls.label() for cls in EVENTS.values()) == names(EXAMPLES)


def says(whole: Any, part: Any) -> bool:
    """Whether everything of `part` is in `whole`; what was added since the example was written may be there besides."""
    match whole, part:
        case dict(), dict():
            return all(name in whole and says(whole[name], value) for name, value in part.items())
        case list(), list():
            return len(whole) == len(part) and all(map(says, whole, part))
    return bool(whole == part)


@pytest.mark.parametrize("path", EXAMPLES, ids=names(EXAMPLES))
def test_an_example_is_read_and_written_back_without_loss(path: Path) -> None:
    sent = json.loads(path.read_text("utf-8"))
    envelope = Envelope.from_json(path.read_bytes())
    fact = envelope.event()
    assert json.loads(envelope.to_json()) == sent
    assert says(fact.model_dump(mode="json"), sent["data"])


@pytest.mark.parametrize("path", EXAMPLES, ids=names(EXAMPLES))
def test_an_example_agrees_with_the_catalogue(path: Path) -> None:
    envelope = Envelope.from_json(path.read_bytes())
    fact = envelope.event()
    assert fact.label() == path.stem
    assert envelope.service in fact.producers()
    assert envelope.partitionkey == fact.key_value()
    assert envelope.casinoid == getattr(fact, "casino_id", None) or envelope.casinoid is None


@pytest.mark.parametrize("path", EXAMPLES, ids=names(EXAMPLES))
def test_an_example_satisfies_the_published_schemas(path: Path) -> None:
    sent = json.loads(path.read_text("utf-8"))
    schemas = HOME / "generated" / "schemas"
    for schema, instance in (("envelope.json", sent), (path.name, sent["data"])):
        validator = Draft7Validator(json.loads((schemas / schema).read_text("utf-8")))
        assert [error.message for error in validator.iter_errors(instance)] == []


@pytest.mark.parametrize("path", EXAMPLES, ids=names(EXAMPLES))
def test_a_field_added_later_does_not_disturb_an_older_reader(path: Path) -> None:
    sent = json.loads(path.read_text("utf-8"))
    grown = {**sent, "attributeoflater": 1, "data": {**sent["data"], "field_of_later": {"deep": [1]}}}
    assert Envelope.from_json(json.dumps(grown)).event() == Envelope.from_json(path.read_bytes()).event()
