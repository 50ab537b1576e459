"""The alert rules: what they ask for is there, they can be read, and whoever is woken is told where to look."""

import re
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, Final

import promql_parser
import pytest
import yaml
from pitlocal.paths import REPOSITORY
from promql_parser import AggregateExpr, Call, Expr, VectorSelector

from chassis.auth.policy import metrics as of_the_policy
from chassis.messaging import metrics as of_events
from chassis.telemetry.metrics import REGISTRY
from contracts.payments.errors import SetAside
from payments.application.outcomes import AttemptOutcome
from payments.application.routing.ports import RoutingOutcome
from payments.main import build

ALERTS = REPOSITORY / "deploy" / "alerts"
GROUPS: list[dict[str, Any]] = yaml.safe_load((ALERTS / "pitboss.rules.yaml").read_text())["groups"]
RULES: list[dict[str, Any]] = [rule for group in GROUPS for rule in group["rules"]]
EACH = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
TABLE = re.findall(r"^\| (`.+?) \|", (REPOSITORY / "docs" / "metrics.md").read_text(), re.MULTILINE)
"""The first column of what is documented: one or more metrics in each row."""

# They are registered by whoever is imported: everything that payments consists of.
assert all((build, of_events, of_the_policy))
COLLECTORS: Final[Mapping[str, Any]] = REGISTRY._names_to_collectors

VALUES: Final[Mapping[tuple[str, str], Collection[str]]] = {
    ("deposits_ended_total", "outcome"): set(RoutingOutcome),
    ("fraud_rule_hits_total", "mode"): {"live", "shadow"},
    ("payments_set_aside_total", "code"): set(SetAside),
    ("provider_call_seconds_count", "outcome"): set(AttemptOutcome),
    ("provider_floats", "state"): {"known", "stale", "unknown", "low"},
    ("provider_notifications_total", "outcome"): {"not_genuine"},
}
"""What a label may say, of those that rules look at."""
OF_THE_SCRAPE: Final = {"job", "le"}


def parts(rule: dict[str, Any]) -> list[Expr]:
    """Everything an expression is made of; ValueError when it is none."""
    found: list[Expr] = []
    promql_parser.walk(promql_parser.parse(rule["expr"]), found.append)
    return found


def selectors(rule: dict[str, Any]) -> list[VectorSelector]:
    """What it asks for."""
    return [part for part in parts(rule) if isinstance(part, VectorSelector)]


def metrics(rule: dict[str, Any]) -> set[str]:
    return {str(one.name) for one in selectors(rule)}


@EACH
def test_a_rule_asks_for_metrics_that_there_are_by_labels_they_have(rule: dict[str, Any]) -> None:
    asked = selectors(rule)
    assert asked
    assert metrics(rule) <= set(COLLECTORS), "no such metric"
    labels = {label for name in metrics(rule) for label in COLLECTORS[name]._labelnames} | OF_THE_SCRAPE
    grouped = {
        label
        for part in parts(rule)
        if isinstance(part, AggregateExpr) and part.modifier
        for label in part.modifier.labels
    }
    named = set(re.findall(r"\$labels\.(\w+)", rule["annotations"]["summary"]))
    assert grouped <= labels
    assert named <= grouped, "the summary names what the sum does not keep"


@EACH
def test_a_rule_looks_at_values_that_a_label_can_have(rule: dict[str, Any]) -> None:
    for one in selectors(rule):
        for matcher in one.matchers.matchers:
            known = set(VALUES[str(one.name), matcher.name])
            assert set(matcher.value.split("|")) <= known, matcher


@EACH
def test_a_gauge_is_not_summed_over_processes_and_a_counter_is_looked_at_as_it_grows(rule: dict[str, Any]) -> None:
    """Each process shows what it read from the one database."""
    for part in parts(rule):
        if isinstance(part, AggregateExpr) and str(part.op) == "max":
            assert not any(name.endswith(("_total", "_bucket", "_count", "_sum")) for name in _below(part)), rule
        if isinstance(part, AggregateExpr) and str(part.op) == "sum":
            assert all(name.endswith(("_total", "_bucket", "_count", "_sum")) for name in _below(part)), rule
        if isinstance(part, Call) and part.func.name in ("rate", "increase"):
            assert all(name.endswith(("_total", "_bucket", "_count", "_sum")) for name in _below(part)), rule


def _below(part: Expr) -> set[str]:
    return {name for name in re.findall(r"[a-z_]+", str(part)) if name in COLLECTORS}


@EACH
def test_whoever_is_woken_is_told_what_to_do_and_where_it_is_explained(rule: dict[str, Any]) -> None:
    assert set(rule) <= {"alert", "expr", "for", "labels", "annotations"}
    assert rule["labels"]["severity"] in ("page", "ticket")
    assert set(rule["annotations"]) == {"summary", "docs"}
    file, _, heading = rule["annotations"]["docs"].partition("#")
    text = (REPOSITORY / file).read_text()
    assert not heading or heading in {_anchor(line) for line in re.findall(r"^#+ (.+)$", text, re.MULTILINE)}


def _anchor(heading: str) -> str:
    """As it is linked to."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def test_every_documented_row_that_wakes_somebody_has_a_rule() -> None:
    watched = {name for rule in RULES for name in metrics(rule)}
    families = {re.sub(r"_(bucket|count|sum)$", "", name) for name in watched}
    for row in TABLE:
        names = set(re.findall(r"`(\w+)", row))
        assert names & families, row


def test_every_metric_of_a_rule_is_documented() -> None:
    text = (REPOSITORY / "docs" / "metrics.md").read_text()
    for rule in RULES:
        for name in metrics(rule):
            assert f"`{re.sub('_(bucket|count|sum)$', '', name)}" in text, name


def test_alerts_are_named_once_and_handed_to_prometheus() -> None:
    names = [rule["alert"] for rule in RULES]
    assert len(names) == len(set(names))
    kustomization = yaml.safe_load((ALERTS / "kustomization.yaml").read_text())
    (made,) = kustomization["configMapGenerator"]
    assert [Path(name).name for name in made["files"]] == ["pitboss.rules.yaml"]
    assert all((ALERTS / name).exists() for name in made["files"])
