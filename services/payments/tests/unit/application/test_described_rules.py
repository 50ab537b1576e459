"""What the API says a rule against fraud looks like is what the rules are."""

from typing import Any

import pytest
from jsonschema import Draft202012Validator

from payments.domain.fraud.catalogue import CATALOGUE
from payments.entrypoints.http.fraud.schemas import RulesBody, RulesView
from payments.entrypoints.http.fraud.shapes import FraudRules

RULES = Draft202012Validator(FraudRules.model_json_schema(mode="serialization"))
LARGE: dict[str, Any] = {
    "id": "LARGE",
    "trigger": "deposit",
    "when": {"gte": [{"feature": "deposits", "of": "player", "in": "24h"}, 10]},
    "action": "review",
    "mode": "live",
}


def test_the_catalogue_is_as_described() -> None:
    assert [error.message for error in RULES.iter_errors(CATALOGUE)] == []


@pytest.mark.parametrize(
    "changed",
    [
        {"when": None},
        {"when": {"more_than": [1, 2]}},
        {"when": {"gte": [{"feature": "deposits", "of": "player", "in": "2h"}, 10]}},
        {"mode": "on"},
        {"block": {"of": ["player"]}},
    ],
    ids=str,
)
def test_what_is_no_rule_is_described_as_none(changed: dict[str, Any]) -> None:
    assert RULES.is_valid({"rules": [LARGE]})
    assert not RULES.is_valid({"rules": [{**LARGE, **changed}]})


@pytest.mark.parametrize("model", [RulesBody, RulesView])
def test_requests_and_answers_are_described_by_it(model: Any) -> None:
    described = model.model_json_schema(mode="serialization")["$defs"]["FraudRule"]
    assert {"id", "trigger", "when", "action", "mode"} == set(described["required"])
