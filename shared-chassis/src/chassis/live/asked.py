"""What a request for a stream says: which lists, each with a filter if need be, and from where on."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from chassis.http.listing.errors import choice, refused
from chassis.http.listing.served import Served
from chassis.http.problems import RequestProblem

MOST_LISTS: Final = 20

NOT_LIVE: Final = "LST_NOT_LIVE"
WRONG_PLACE: Final = "LST_WRONG_PLACE"

_WORDS: Final = ("lists", "after")
_PARAMETER: Final = re.compile(r"{\w+}")
_VALUE: Final = r"[A-Za-z0-9_.\-]+"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A list as a client names it: its address beneath that of the service, and a filter (a query string) or none."""

    name: str
    served: Served
    url: str


class Offered:
    """The live lists of a service, by what clients call them."""

    def __init__(self, service: str, lists: Iterable[Served]) -> None:
        self._prefix = f"/api/{service}/v1/"
        self.by_name: Mapping[str, Served] = {one.path.removeprefix(self._prefix): one for one in lists}
        exact = sorted(self.by_name, key=lambda name: name.count("{"))
        self._patterns = [(re.compile(_pattern(name)), self.by_name[name]) for name in exact]

    def read(self, parameters: Iterable[tuple[str, str]]) -> tuple[list[Wanted], str | None]:
        """The lists, and the position to go on from. RequestProblem 400 for what is not understood."""
        given: dict[str, str] = {}
        for name, text in parameters:
            if name in given:
                raise _wrong(name, f"Give {name} once.")
            given[name] = text
        names = [name.strip() for name in given.get("lists", "").split(",") if name.strip()]
        if not names or len(names) > MOST_LISTS or len(set(names)) < len(names):
            raise _wrong("lists", f"Name 1 to {MOST_LISTS} lists, each once: {choice(self.by_name)}.")
        for name in given:
            if name not in (*_WORDS, *names):
                raise _wrong(name, f"Beside {choice(_WORDS)}, parameters are the filters of the lists that are named.")
        return [self._wanted(name, given.get(name, "")) for name in names], given.get("after")

    def _wanted(self, name: str, query: str) -> Wanted:
        for pattern, served in self._patterns:
            if pattern.fullmatch(name):
                return Wanted(name, served, f"{self._prefix}{name}" + (f"?{query}" if query else ""))
        raise _wrong("lists", f"The live lists are {choice(self.by_name)}.")


def _pattern(name: str) -> str:
    literal = _PARAMETER.split(name)
    return _VALUE.join(re.escape(part) for part in literal)


def _wrong(parameter: str, message: str) -> RequestProblem:
    return refused(NOT_LIVE, parameter, message)
