"""How many lives the machines live, and which: the same ones every day, others each time when more are asked for."""

import os
from typing import Final

from hypothesis import HealthCheck, Phase, settings

ASKED: Final = os.environ.get("MACHINE")
"""How many lives are lived, where that is said: new ones are drawn then, and one that fails is printed step by step."""


def plan(lives: int) -> settings:
    """Of a machine that lives so many lives where nothing is said."""
    return settings(
        max_examples=int(ASKED or lives),
        stateful_step_count=25,
        deadline=None,
        derandomize=ASKED is None,
        database=None,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
