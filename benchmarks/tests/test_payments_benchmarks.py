"""Deposits, fraud, settlement files and lists are measured.

Each benchmark runs through on tiny sizes. How fast anything is, is nobody's test.
"""

from collections.abc import Callable
from typing import Any

Run = Callable[..., dict[str, Any]]
FIND_NOBODY: dict[str, str] = {}
"""By shipped fraud rule that finds nobody in the population: which fact it needs, and who does not tell it yet."""


def test_deposits_are_measured_from_the_wish_to_the_webhook(run: Run) -> None:
    told = run("deposit", "--seconds", "1", "--callers", "2")
    assert told["value"] > 0
    assert set(told["measured"]["cpus_busy"]) >= {"payments", "players and provider"}


def test_decisions_about_fraud_are_timed_and_rules_told_apart_by_how_well_they_do(run: Run) -> None:
    told = run("fraud", "--players", "12", "--decisions", "10")
    rules, honest = told["measured"]["rules"], told["measured"]["honest"]
    assert set(told["extra"]["rules_without_anybody"]) == set(FIND_NOBODY), "a rule is dead, or no longer"
    amiss = [name for name, one in rules.items() if name not in FIND_NOBODY and one.get("recall") == 0]
    assert amiss == [], "these find nobody of those they are meant to find"
    assert {told["measured"]["labels"][label]["found"] > 0 for label in ("launderer", "mule", "bonus_ring")} == {True}
    bothered = {who: honest[who]["found"] for who in ("outage", "lodgers", "undecided")}
    assert set(bothered.values()) == {0}, f"who pays after an outage, or leaves a page, tests no cards: {bothered}"


def test_settlement_files_are_measured_against_copy(run: Run) -> None:
    told = run("reconciliation", "--rows", "2000")
    assert told["baseline_name"] == "COPY of the same file into a bare table, rows/s"
    assert told["measured"]["rows_per_s"] > 0


def test_a_list_is_asked_in_every_way_it_declares(run: Run) -> None:
    told = run("lists", "--rows", "3000", "--times", "1", "--scopes", "two casinos")
    assert told["measured"]["rows"] == 3000
    assert told["measured"]["cases"] > 200
    assert set(told["measured"]["parse_ms"]) == {"50 conditions 5 deep", "1000 values", "8 KiB of text"}
    assert told["measured"]["deepest_over_page_1"] > 0
