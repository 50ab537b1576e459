"""The ledger is measured.

Each benchmark runs through on tiny sizes. How fast anything is, is nobody's test.
"""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

BENCHMARKS = Path(__file__).resolve().parents[1]
Run = Callable[..., dict[str, Any]]


def test_the_ledger_is_measured_against_tpcb(run: Run) -> None:
    told = run("ledger", "--seconds", "1", "--rounds", "1", "--players", "1000")
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


def test_the_ledger_with_a_long_history_is_measured_against_one_with_a_short_one(run: Run) -> None:
    sizes = ("--entries", "100", "--players", "200", "--seconds", "0.5", "--rounds", "1")
    told = run("ledger_history", *sizes)
    assert told["measured"]["entries"] == 100 * told["extra"]["short"]["entries"]
    assert told["value"] > 0


def test_one_bet_is_timed_at_half_of_the_most(run: Run) -> None:
    told = run("wallet_latency", "--seconds", "1", "--rounds", "1", "--players", "1000", "--callers", "32")
    assert told["value"] == told["measured"]["p99_ms"] > 0
    assert told["extra"]["insufficient_funds"]["share"] == 0.02


def test_bets_are_measured_against_tpcb(run: Run) -> None:
    told = run("bet", "--seconds", "1", "--rounds", "1", "--bets", "16000", "--games", "1", "--callers", "8")
    assert told["baseline_name"] == "pgbench TPC-B"
    assert told["measured"] > 0
