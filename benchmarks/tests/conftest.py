"""How a benchmark is run on tiny sizes."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

BENCHMARKS = Path(__file__).resolve().parents[1]
KEYS = {"bench", "value", "unit", "better", "goal", "measured", "baseline", "baseline_name"}


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., dict[str, Any]]:
    """Runs a benchmark by its name with these arguments, and gives the last line of its output; what it kept must say
    the same, with commit and machine.
    """

    def ran(name: str, *arguments: str) -> dict[str, Any]:
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

    return ran
