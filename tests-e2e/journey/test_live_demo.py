"""What `make demo` says there is to see comes within minutes, and the lines it prints show it."""

import asyncio
import json

import pytest
from pitlocal.demo import SETTINGS
from pitlocal.stack import Stack

from journey.demo import play
from journey.shown import SHOWN

DEADLINE_S = 480


@pytest.mark.journey
async def test_what_there_is_to_see_comes_and_the_printed_lines_show_it() -> None:
    said: list[str] = []
    async with asyncio.timeout(DEADLINE_S), Stack("live-demo", settings=SETTINGS) as stack:
        living = asyncio.create_task(play(stack, once=False, say=said.append, ready=lambda: None))
        try:
            while not all(any(f"  {one.what}: " in line for line in said) for one in SHOWN):
                if living.done():
                    living.result()
                await asyncio.sleep(0.5)
            shell = await asyncio.create_subprocess_exec("/bin/sh", stdin=-1, stdout=-1, stderr=-1)
            shown, errors = await shell.communicate("\n".join(printed(said)).encode())
        finally:
            living.cancel()
            await asyncio.gather(living, return_exceptions=True)
    assert errors == b""
    answers = [json.loads(line) for line in shown.splitlines()]
    assert len(answers) == len(SHOWN)
    for one, rows in zip(SHOWN, answers, strict=True):
        assert isinstance(rows, list), (one.what, rows)
        assert rows, one.what


def printed(said: list[str]) -> list[str]:
    """The lines to paste, from the names to the last list, each answer on a line of its own."""
    lines = [line.removeprefix("    ") for line in "\n".join(said).splitlines()]
    begin = next(place for place, line in enumerate(lines) if line.startswith("API="))
    end = next(place for place, line in enumerate(lines) if line.startswith("  Try "))
    return [f"{line}; echo" if line.startswith("curl") else line for line in lines[begin:end] if line[:5] != "  In "]
