"""A service's commands as people and cron jobs run them: in processes of their own, with their settings around them."""

import asyncio
import os
import sys
from dataclasses import dataclass

from pydantic import SecretStr

from chassis.settings import ServiceSettings

_LONGEST_S = 120


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended.

    Attributes:
        out: what it wrote to standard output.
        err: what it wrote to standard error.
    """

    status: int
    out: str
    err: str


async def run_command(service: str, settings: ServiceSettings, *arguments: str, given: str = "") -> Ended:
    """Run `python -m <service> <arguments>`, with what was set in `settings`, and `given` on standard input."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", service, *arguments, env={**os.environ, **_environment(settings)},
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        out, err = await asyncio.wait_for(process.communicate(given.encode()), _LONGEST_S)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode is not None, "it was waited for"
    return Ended(process.returncode, out.decode(), err.decode())


def _environment(settings: ServiceSettings) -> dict[str, str]:
    values = {name: getattr(settings, name) for name in settings.model_fields_set}
    return {
        name.upper(): value.get_secret_value() if isinstance(value, SecretStr) else str(value)
        for name, value in values.items()
        if value is not None
    }
