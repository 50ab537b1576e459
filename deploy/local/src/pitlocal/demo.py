"""`make demo`: everything started with progress lines, then a scenario plays on it until Ctrl-C.

The scenario is what makes it a casino: it opens casinos, configures partners, lets players live. It is a function named
on the command line (`--scenario module:function`, looked up beside the end-to-end tests too):

    async def play(stack: Stack, *, once: bool, say: Callable[[str], None], ready: Callable[[], None]) -> int

It returns the exit status, calls `ready()` when the addresses and log-ins it said are usable (`make up` returns then),
and with `once` ends by itself. It is cancelled by Ctrl-C, SIGTERM and the death of a program. Without `once` a program
that dies is started again, and only its third death within a minute is the end. What the scenario started through
`stack.launch` is stopped with everything else.
"""

import argparse
import asyncio
import importlib
import os
import signal
import sys
import time
from collections.abc import Awaitable, Callable
from typing import Protocol, cast, get_args

from pitlocal.children import ProgramDied
from pitlocal.paths import REPOSITORY
from pitlocal.services import PROGRAMS
from pitlocal.stack import EventBus, RunFolderInUse, Stack

CASINOS = "journey.demo:play"
"""The scenario that makes it a casino."""

SETTINGS = {"gateway": {"LOG_INS_PER_MINUTE_PER_IP": "1000"}}
"""Everybody of the scenario comes from one address, many of them at once."""

INTERRUPTED = 130


class Scenario(Protocol):
    """What plays on a running stack; see the module's docstring."""

    def __call__(
        self, stack: Stack, *, once: bool, say: Callable[[str], None], ready: Callable[[], None]
    ) -> Awaitable[int]:
        """Play; the result is the exit status."""


async def addresses(stack: Stack, *, once: bool, say: Callable[[str], None], ready: Callable[[], None]) -> int:
    """The scenario without a casino: say where everything is, and wait."""
    for name in stack.running():
        say(f"  {name:<14} {stack.url(name)}")
    ready()
    if not once:
        await asyncio.Event().wait()
    return 0


async def perform(scenario: Scenario, stack: Stack, *, once: bool, ready: Callable[[], None]) -> int:
    """Start the stack, play the scenario, stop everything.

    Returns:
        The scenario's status; 130 after Ctrl-C or SIGTERM; 1 when a program died or did not start.
    """
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    play = asyncio.create_task(_play(scenario, stack, once=once, ready=ready))
    asked = asyncio.create_task(stop.wait())
    await asyncio.wait({play, asked}, return_when=asyncio.FIRST_COMPLETED)
    asked.cancel()
    for number in (signal.SIGINT, signal.SIGTERM):
        # A second Ctrl-C ends this process at once; the kernel then ends its children.
        asyncio.get_running_loop().remove_signal_handler(number)
    if not play.done():
        say("\nStopping ...")
        play.cancel()
    try:
        return await play
    except asyncio.CancelledError:
        return INTERRUPTED
    except (ProgramDied, RunFolderInUse) as problem:
        print(f"\n{problem}", file=sys.stderr, flush=True)
        return 1


async def _play(scenario: Scenario, stack: Stack, *, once: bool, ready: Callable[[], None]) -> int:
    async with stack:
        story = asyncio.ensure_future(scenario(stack, once=once, say=say, ready=ready))
        death = asyncio.create_task(stack.wait_for_death())
        try:
            await asyncio.wait({story, death}, return_when=asyncio.FIRST_COMPLETED)
            if death.done():
                stack.check()
            return await story
        finally:
            story.cancel()
            death.cancel()
            await asyncio.gather(story, death, return_exceptions=True)


def say(line: str) -> None:
    """Print a line at once, also into a pipe."""
    print(line, flush=True)


def timed(started: float) -> Callable[[str], None]:
    """Progress lines with the seconds since the start."""
    return lambda line: say(f"{time.monotonic() - started:6.1f} s  {line}")


def find(name: str) -> Scenario:
    """The function of `module:function`."""
    module, _, function = name.partition(":")
    sys.path.insert(0, str(REPOSITORY / "tests-e2e"))
    return cast("Scenario", getattr(importlib.import_module(module), function))


def main() -> int:
    """Read the command line and the environment (ONCE, EVENT_BUS, PORT), and perform."""
    parser = argparse.ArgumentParser(prog="python -m pitlocal.demo")
    parser.add_argument("--run", default="demo", help="names the folder below .local")
    parser.add_argument("--scenario", help="module:function; two casinos with players unless --only leaves out a part")
    parser.add_argument("--only", metavar="NAME[,NAME]", help="run only these programs")
    options = parser.parse_args()
    chosen = [program for program in PROGRAMS if options.only is None or program.name in options.only.split(",")]
    scenario = options.scenario or (CASINOS if len(chosen) == len(PROGRAMS) else f"{__name__}:addresses")
    event_bus = os.environ.get("EVENT_BUS") or "postgres"
    if event_bus not in get_args(EventBus):
        parser.error(f"EVENT_BUS is {event_bus!r}. Allowed: {' or '.join(get_args(EventBus))}.")
    port = os.environ.get("PORT") or None
    if port is not None and not (port.isdecimal() and 0 < int(port) < 65_536):
        parser.error(f"PORT is {port!r}. Allowed: 1 to 65535.")
    once = bool(os.environ.get("ONCE"))
    stack = Stack(
        options.run,
        event_bus=cast("EventBus", event_bus),
        programs=chosen,
        settings=SETTINGS,
        port=int(port) if port else None,
        use_external=True,
        revive=not once,
        progress=timed(time.monotonic()),
    )
    ready_file = stack.folder.with_suffix(".ready")
    ready_file.unlink(missing_ok=True)
    try:
        return asyncio.run(perform(find(scenario), stack, once=once, ready=ready_file.touch))
    finally:
        ready_file.unlink(missing_ok=True)


if __name__ == "__main__":
    sys.exit(main())
