"""The registry of events is complete and consistent, and a careless class line is refused."""

import re
from collections import defaultdict
from typing import Any
from uuid import UUID

import pytest

from contracts.event import EVENTS, SERVICES, ContractEvent
from contracts.registry import consumed_by, produced_by, topics

ALL = sorted(EVENTS.values(), key=lambda cls: cls.label())

PERSONAL = re.compile(
    r"e_?mail|phone|first_name|last_name|birth|address|iban|card|password|secret|token|document_number"
)
"""Words no field of a contract event may have in its name: a consumer that must know asks the owner."""

MARKS = {"backoffice.player_contacts_marked.v1": {"phone", "address", "email_domain"}}
"""Keyed hashes, which tell that two have the same and not what (ADR 69)."""


@pytest.mark.parametrize("cls", ALL, ids=lambda cls: cls.label())
def test_an_event_is_explained_and_holds_nothing_personal(cls: type[ContractEvent]) -> None:
    assert cls.__doc__
    assert {name for name in cls.model_fields if PERSONAL.search(name)} == MARKS.get(cls.label(), set())


@pytest.mark.parametrize("cls", ALL, ids=lambda cls: cls.label())
def test_amounts_come_with_a_currency_and_are_strict_integers(cls: type[ContractEvent]) -> None:
    amounts = [name for name in cls.model_fields if name.endswith("_minor")]
    assert not amounts or "currency" in cls.model_fields
    for name in amounts:
        strict = [getattr(one, "strict", None) for one in cls.model_fields[name].metadata]
        optional = not cls.model_fields[name].is_required()
        assert True in strict or optional, f"{name} would take a float or a string"


def test_versions_of_a_type_start_at_1_and_leave_no_gap() -> None:
    versions: dict[str, list[int]] = defaultdict(list)
    for kind, version in sorted(EVENTS):
        versions[kind].append(version)
    assert {kind: found for kind, found in versions.items() if found != list(range(1, len(found) + 1))} == {}


def test_versions_of_a_type_share_topic_and_key() -> None:
    places: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for cls in ALL:
        places[cls.type].add((cls.topic, cls.key))
    assert [kind for kind, found in places.items() if len(found) > 1] == []


def test_every_event_is_produced_and_consumed_by_somebody() -> None:
    assert {cls for service in SERVICES for cls in produced_by(service)} == set(ALL)
    assert {cls for service in SERVICES for cls in consumed_by(service)} == {cls for cls in ALL if cls.consumers}


def test_a_topic_names_its_owner_and_its_aggregate() -> None:
    assert [topic for topic in topics() if topic.split(".")[0] not in {*SERVICES, "platform"}] == []


def test_all_of_one_topic_is_keyed_by_ids_of_one_kind() -> None:
    """Order holds per key: two kinds of key on one topic would order nothing between them."""
    keys: dict[str, set[str]] = defaultdict(set)
    for cls in ALL:
        if cls.type != "backoffice.restriction_feed_beat":  # Goes to every partition, whatever the key.
            keys[cls.topic].add(cls.key)
    assert {topic: found for topic, found in keys.items() if len(found) > 1} == {}


GOOD: dict[str, Any] = {
    "type": "backoffice.thing_tried",
    "version": 1,
    "topic": "backoffice.thing.events",
    "key": "thing_id",
}


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"type": "ThingTried"}, "not `context.snake_case`"),
        ({"version": 0}, "not a positive integer"),
        ({"topic": "backoffice.things"}, "not `context.aggregate.events`"),
        ({"topic": "payments.thing.events"}, "belongs to another service"),
        ({"key": "nothing"}, "not one of its required fields"),
        ({"key": "note"}, "not one of its required fields"),
        ({"consumers": ("billing",)}, "names a consumer that is not a service"),
        ({"type": "backoffice.player_blocked"}, "declared twice"),
    ],
)
def test_a_careless_class_line_is_refused(wrong: dict[str, Any], words: str) -> None:
    before = dict(EVENTS)
    with pytest.raises(TypeError, match=words):

        class ThingTried(ContractEvent, **{**GOOD, **wrong}):
            """Never registered."""

            thing_id: UUID
            note: str = ""

    assert before == EVENTS
