"""The envelope keeps CloudEvents 1.0 (github.com/cloudevents/spec, v1.0.2)."""

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import pytest
from pydantic import ValidationError

from contracts.envelope import Envelope, UnknownEvent

ATTRIBUTE = re.compile(r"[a-z0-9]{1,20}")
REQUIRED = ("id", "source", "specversion", "type")
SIMPLE = (str, int, bool)

PLAYER = UUID("0190f5fe-7c00-7a00-8000-000000000002")
FACTS: dict[str, Any] = {
    "id": UUID("0190f5fe-7c00-7a00-8000-000000000010"),
    "source": "/pitboss/backoffice",
    "type": "backoffice.player_blocked",
    "typeversion": 1,
    "subject": f"player-{PLAYER}",
    "time": datetime(2026, 3, 14, 15, 9, 26, tzinfo=UTC),
    "partitionkey": str(PLAYER),
    "actorkind": "system",
    "actorid": "test",
    "correlationid": UUID("0190f5fe-7c00-7a00-8000-000000000011"),
    "data": {"player_id": str(PLAYER), "casino_id": str(PLAYER)},
}


def test_attribute_names_are_short_lower_case_and_alphanumeric() -> None:
    assert [name for name in Envelope.model_fields if not ATTRIBUTE.fullmatch(name)] == []


def test_the_required_attributes_are_always_sent() -> None:
    sent = Envelope(**FACTS).model_dump(mode="json", exclude_none=True)
    assert set(REQUIRED) <= sent.keys()
    assert sent["specversion"] == "1.0"


def test_attributes_are_values_of_the_cloudevents_type_system() -> None:
    sent = Envelope(**FACTS).model_dump(mode="json", exclude_none=True)
    assert all(isinstance(value, SIMPLE) for name, value in sent.items() if name != "data")


def test_absent_attributes_are_left_out_and_nulls_inside_the_fact_are_kept() -> None:
    envelope = Envelope(**{**FACTS, "data": {"until": None}})
    raw = envelope.to_json()
    assert b'"reason"' not in raw
    assert b'"until":null' in raw
    assert Envelope.from_json(raw) == envelope


def test_time_is_sent_in_utc_whatever_the_offset_it_came_with() -> None:
    moment = datetime(2026, 3, 14, 16, 9, 26, tzinfo=timezone(timedelta(hours=1)))
    assert b'"time":"2026-03-14T15:09:26Z"' in Envelope(**{**FACTS, "time": moment}).to_json()


@pytest.mark.parametrize("version", [2, 99])
def test_a_version_this_build_does_not_know_says_so(version: int) -> None:
    with pytest.raises(UnknownEvent, match=rf"backoffice\.player_blocked v{version}"):
        Envelope(**{**FACTS, "typeversion": version}).event()


def test_a_type_this_build_does_not_know_says_so() -> None:
    with pytest.raises(UnknownEvent, match=r"backoffice\.player_enchanted v1"):
        Envelope(**{**FACTS, "type": "backoffice.player_enchanted"}).event()


@pytest.mark.parametrize(
    ("attribute", "value"),
    [
        ("specversion", "0.3"),
        ("source", "https://elsewhere.example"),
        ("type", "PlayerBlocked"),
        ("typeversion", 0),
        ("typeversion", 2**31),
        ("time", datetime(2026, 3, 14)),  # noqa: DTZ001 (a moment without an offset is the point)
        ("partitionkey", ""),
        ("actorkind", "robot"),
        ("data", []),
    ],
)
def test_what_is_no_envelope_is_refused(attribute: str, value: Any) -> None:
    with pytest.raises(ValidationError):
        Envelope(**{**FACTS, attribute: value})


def test_the_service_that_sent_it_is_known() -> None:
    assert Envelope(**FACTS).service == "backoffice"
