"""Each benchmark runs through on tiny sizes and tells what it promises. How fast anything is, is nobody's test."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

BENCHMARKS = Path(__file__).resolve().parents[1]
FIND_NOBODY: dict[str, str] = {}
"""By shipped fraud rule that finds nobody in the population: which fact it needs, and who does not tell it yet."""
KEYS = {"bench", "value", "unit", "better", "goal", "measured", "baseline", "baseline_name"}


def run(name: str, tmp_path: Path, *arguments: str) -> dict[str, Any]:
    """The last line of a benchmark's output; what it kept must say the same, with commit and machine."""
    results = tmp_path / "results.jsonl"
    done = subprocess.run(
        [sys.executable, str(BENCHMARKS / f"{name}.py"), *arguments],
        env={**os.environ, "BENCHMARK_RESULTS": str(results)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    kept = json.loads(results.read_text())
    assert {key: kept[key] for key in told} == told
    assert kept.keys() >= {"commit", "machine", "at"}
    assert told.keys() >= KEYS
    assert told["bench"] in name
    assert done.stderr, "progress is shown"
    return told


def test_the_ledger_is_measured_against_tpcb(tmp_path: Path) -> None:
    told = run("ledger", tmp_path, "--seconds", "1", "--rounds", "1", "--players", "1000")
    assert told["baseline_name"] == "pgbench TPC-B"
    assert told["measured"] > 0


@pytest.mark.skipif(not Path("/proc/self/schedstat").exists(), reason="CPU of a session is read where Linux tells it")
def test_a_transfer_is_profiled_by_statement_and_size_of_batch() -> None:
    sizes = ("--players", "200", "--batches", "6", "--sizes", "16", "4")
    done = subprocess.run(
        [sys.executable, str(BENCHMARKS / "ledger_profile.py"), *sizes],
        capture_output=True,
        text=True,
        check=True,
    )
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["batch"] for line in lines] == [16, 4]
    assert all(line["write, postgres"] > 0 and line["all, python"] >= line["write, python"] for line in lines)


def test_the_ledger_with_a_long_history_is_measured_against_one_with_a_short_one(tmp_path: Path) -> None:
    sizes = ("--entries", "100", "--players", "200", "--seconds", "0.5", "--rounds", "1")
    told = run("ledger_history", tmp_path, *sizes)
    assert told["measured"]["entries"] == 100 * told["extra"]["short"]["entries"]
    assert told["value"] > 0


def test_one_bet_is_timed_at_half_of_the_most(tmp_path: Path) -> None:
    told = run("wallet_latency", tmp_path, "--seconds", "1", "--rounds", "1", "--players", "1000", "--callers", "32")
    assert told["value"] == told["measured"]["p99_ms"] > 0
    assert told["extra"]["insufficient_funds"]["share"] == 0.02


def test_deposits_are_measured_from_the_wish_to_the_webhook(tmp_path: Path) -> None:
    told = run("deposit", tmp_path, "--seconds", "1", "--callers", "2")
    assert told["value"] > 0
    assert set(told["measured"]["cpus_busy"]) >= {"payments", "players and provider"}


def test_decisions_about_fraud_are_timed_and_rules_told_apart_by_how_well_they_do(tmp_path: Path) -> None:
    told = run("fraud", tmp_path, "--players", "12", "--decisions", "10")
    rules, honest = told["measured"]["rules"], told["measured"]["honest"]
    assert set(told["extra"]["rules_without_anybody"]) == set(FIND_NOBODY), "a rule is dead, or no longer"
    amiss = [name for name, one in rules.items() if name not in FIND_NOBODY and one.get("recall") == 0]
    assert amiss == [], "these find nobody of those they are meant to find"
    assert {told["measured"]["labels"][label]["found"] > 0 for label in ("launderer", "mule", "bonus_ring")} == {True}
    bothered = {who: honest[who]["found"] for who in ("outage", "lodgers", "undecided")}
    assert set(bothered.values()) == {0}, f"who pays after an outage, or leaves a page, tests no cards: {bothered}"


def test_settlement_files_are_measured_against_copy(tmp_path: Path) -> None:
    told = run("reconciliation", tmp_path, "--rows", "2000")
    assert told["baseline_name"] == "COPY of the same file into a bare table, rows/s"
    assert told["measured"]["rows_per_s"] > 0


def test_bets_are_measured_against_tpcb(tmp_path: Path) -> None:
    told = run("bet", tmp_path, "--seconds", "1", "--rounds", "1", "--bets", "16000", "--games", "1", "--callers", "8")
    assert told["baseline_name"] == "pgbench TPC-B"
    assert told["measured"] > 0


def test_the_gateway_is_measured_against_nginx(tmp_path: Path) -> None:
    if not shutil.which("nginx"):
        pytest.skip("nginx is not installed")
    told = run("gateway_proxy", tmp_path, "--seconds", "0.5", "--rounds", "1", "--clients", "4", "--beside")
    assert told["baseline_name"] == "nginx without a token check"
    assert told["measured"] > 0
    assert told["extra"]["light"]["beside"]["per_s"] > 0


def test_projections_are_measured_on_the_log_in_postgresql_and_rebuilt(tmp_path: Path) -> None:
    told = run("projection", tmp_path, "--bus", "postgres", "--rate", "20", "--seconds", "2", "--events", "3000")
    assert told["value"] == told["measured"]["postgres"]["p99_ms"] > 0
    assert told["measured"]["rebuild"]["events"] >= 3000


@pytest.mark.kafka
def test_projections_are_measured_on_kafka(tmp_path: Path) -> None:
    told = run("projection", tmp_path, "--bus", "kafka", "--rate", "20", "--seconds", "2", "--events", "0")
    assert told["value"] == told["measured"]["kafka"]["p99_ms"] > 0


def test_the_trend_is_shown_for_each_benchmark(tmp_path: Path) -> None:
    results = tmp_path / "results.jsonl"
    line = {"unit": "x", "better": "higher", "goal": 1.0, "commit": "abc", "machine": {"cpus": 2, "load_1min": 0.5}}
    runs = [
        {
            **line,
            "bench": "bet",
            "value": 1.0,
            "measured": 10,
            "baseline": 10,
            "baseline_name": "b",
            "at": "2026-01-01",
        },
        {
            **line,
            "bench": "bet",
            "value": 1.5,
            "measured": 15,
            "baseline": 10,
            "baseline_name": "b",
            "at": "2026-01-02",
        },
    ]
    results.write_text("".join(json.dumps(one) + "\n" for one in runs))
    done = subprocess.run(
        [sys.executable, str(BENCHMARKS / "compare.py")],
        env={**os.environ, "BENCHMARK_RESULTS": str(results)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "bet (goal 1.0 x, higher is better)" in done.stdout
    assert "+50%" in done.stdout


def test_permission_checks_are_measured_against_cedar(tmp_path: Path) -> None:
    told = run("permission", tmp_path, "--staff", "5", "--roles", "4", "--checks", "1000", "--slow", "100")
    assert told["baseline"] > told["value"] > 0
    assert told["measured"]["compile_ms"] > 0


def test_a_list_is_asked_in_every_way_it_declares(tmp_path: Path) -> None:
    told = run("lists", tmp_path, "--rows", "3000", "--times", "1")
    assert told["measured"]["rows"] == 3000
    assert told["measured"]["cases"] > 200
    assert set(told["measured"]["parse_ms"]) == {"50 conditions 5 deep", "1000 values", "8 KiB of text"}
    assert told["measured"]["deepest_over_page_1"] > 0


def test_roles_that_are_taken_away_are_timed_at_five_services(tmp_path: Path) -> None:
    told = run("revocation", tmp_path, "--toggles", "2")
    assert (told["measured"]["toggles"], told["measured"]["services"]) == (2, 5)
    assert told["measured"]["max_s"] >= told["measured"]["p50_s"] > 0
