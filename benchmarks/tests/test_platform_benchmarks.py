"""The gateway, projections and permissions are measured.

Each benchmark runs through on tiny sizes. How fast anything is, is nobody's test.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

BENCHMARKS = Path(__file__).resolve().parents[1]
Run = Callable[..., dict[str, Any]]


def test_the_gateway_is_measured_against_nginx(run: Run) -> None:
    if not shutil.which("nginx"):
        pytest.skip("nginx is not installed")
    told = run("gateway_proxy", "--seconds", "0.5", "--rounds", "1", "--clients", "4", "--beside")
    assert told["baseline_name"] == "nginx without a token check"
    assert told["measured"] > 0
    assert told["extra"]["light"]["beside"]["per_s"] > 0


def test_projections_are_measured_on_the_log_in_postgresql_and_rebuilt(run: Run) -> None:
    told = run("projection", "--bus", "postgres", "--rate", "20", "--seconds", "2", "--events", "3000")
    assert told["value"] == told["measured"]["postgres"]["p99_ms"] > 0
    assert told["measured"]["rebuild"]["events"] >= 3000


@pytest.mark.kafka
def test_projections_are_measured_on_kafka(run: Run) -> None:
    told = run("projection", "--bus", "kafka", "--rate", "20", "--seconds", "2", "--events", "0")
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


def test_permission_checks_are_measured_against_cedar(run: Run) -> None:
    told = run("permission", "--staff", "5", "--roles", "4", "--checks", "1000", "--slow", "100")
    assert told["baseline"] > told["value"] > 0
    assert told["measured"]["compile_ms"] > 0


def test_roles_that_are_taken_away_are_timed_at_five_services(run: Run) -> None:
    told = run("revocation", "--toggles", "2")
    assert (told["measured"]["toggles"], told["measured"]["services"]) == (2, 5)
    assert told["measured"]["max_s"] >= told["measured"]["p50_s"] > 0
