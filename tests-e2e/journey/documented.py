"""The examples of the pages on lists and permissions, sent as they stand there.

An example is a block of `sh` with one command line for curl, and after it what is answered: `# 200`, and below it any
number of `# ... text` lines, each with a text that stands in the answer, and of `# $NAME is field` lines, which give a
field of the answer a name for the examples below. `$API` and the tokens are filled in.
"""

import asyncio
import re
import shlex
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
from pitlocal.paths import REPOSITORY

from journey.tale import Step, Tale
from journey.welcome import IDS, TOKENS

PAGES = ("docs/lists.md", "docs/permissions.md")

_BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_VARIABLE = re.compile(r"\$([A-Z_]+)")
_NAMING = re.compile(r"\$([A-Z_]+) is (\w+)")
_TAKES_VALUE = {"-H": "header", "-X": "method", "-d": "body", "--max-time": "seconds"}


@dataclass(frozen=True)
class Example:
    """One command, and what its answer is and holds."""

    page: str
    words: tuple[str, ...]
    status: int
    holds: tuple[str, ...]
    names: tuple[tuple[str, str], ...] = ()


def examples(page: str, text: str) -> list[Example]:
    """The examples of a page.

    >>> [one] = examples("a page", "```sh\\ncurl -s \\"$API/x\\" \\\\\\n  -H 'a: b'\\n# 200\\n# ... \\"id\\"\\n```\\n")
    >>> one.words, one.status, one.holds
    (('curl', '-s', '$API/x', '-H', 'a: b'), 200, ('"id"',))
    """
    found = []
    for block in _BLOCK.findall(text):
        command, _, answer = block.partition("\n# ")
        status, *lines = answer.strip().split("\n# ")
        holds = tuple(line.removeprefix("... ") for line in lines if line.startswith("... "))
        names = tuple((one[1], one[2]) for line in lines if (one := _NAMING.fullmatch(line)))
        found.append(Example(page, tuple(shlex.split(command.replace("\\\n", " "))), int(status), holds, names))
    return found


async def sent(client: httpx.AsyncClient, one: Example, known: dict[str, str]) -> httpx.Response:
    """The answer to an example's command."""
    words = [_VARIABLE.sub(lambda match: known[match[1]], word) for word in one.words]
    assert words[0] == "curl", f"{one.page}: {words[0]} is no command of an example"
    method, url, body, headers, seconds = "", "", None, {}, None
    rest = iter(words[1:])
    for word in rest:
        match _TAKES_VALUE.get(word):
            case "header":
                name, _, value = next(rest).partition(":")
                headers[name.strip()] = value.strip()
            case "method":
                method = next(rest)
            case "body":
                body = next(rest)
            case "seconds":
                seconds = float(next(rest))
            case _:
                url = word if not word.startswith("-") else url
    if body is not None:
        headers.setdefault("Content-Type", "application/x-www-form-urlencoded")  # As curl does.
    request = client.build_request(
        method or ("POST" if body is not None else "GET"), url, headers=headers, content=body
    )
    return await _within(client, request, seconds)


async def _within(client: httpx.AsyncClient, request: httpx.Request, seconds: float | None) -> httpx.Response:
    """The answer, or as much of it as came in this time."""
    if seconds is None:
        return await client.send(request)
    answer, body = await client.send(request, stream=True), bytearray()
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            async for part in answer.aiter_raw():
                body += part
    await answer.aclose()
    return httpx.Response(answer.status_code, headers=answer.headers, content=bytes(body))


async def pages_hold(tale: Tale) -> str:
    """Every example of the pages is answered as the page says."""
    if not tale.calm:
        return "not told while things are killed"
    api = tale.stack.url("gateway") + "/api"
    known = {"API": api, "CASINO": tale.casino_id}
    async with httpx.AsyncClient(timeout=30, trust_env=False) as client:
        for name, who in TOKENS.items():
            await tale.staff[who].log_in()
            known[name] = await tale.staff[who].token()
        known |= {name: tale.staff[who].id for name, who in IDS.items()}
        shown = [one for page in PAGES for one in examples(page, (Path(REPOSITORY) / page).read_text())]
        wrong = [said for one in shown if (said := differs(one, await answered(client, one, known)))]
    assert not wrong, "\n\n".join(wrong)
    return f"{len(shown)} examples of {len(PAGES)} pages are answered as they say"


async def answered(client: httpx.AsyncClient, one: Example, known: dict[str, str]) -> httpx.Response:
    """The answer to an example's command; what it names is known from then on."""
    answer = await sent(client, one, known)
    if answer.status_code == one.status:
        known |= {name: str(answer.json()[field]) for name, field in one.names}
    return answer


def differs(one: Example, answer: httpx.Response) -> str | None:
    """What is not as the page says; None when all is."""
    whole = "\n".join(f"{name}: {value}" for name, value in answer.headers.items()) + "\n" + answer.text
    missing = [text for text in one.holds if text not in whole]
    if answer.status_code == one.status and not missing:
        return None
    return f"{one.page}: {' '.join(one.words)}\nis answered {answer.status_code}, without {missing}:\n{whole[:1500]}"


STEPS = (Step("The examples of the pages on lists and permissions hold", pages_hold),)
