"""Streams of events of several services as one: what is asked of whom, how far each has come, whose an event is.

An `id` of the merged stream holds the last id of each service: `payments~x.games~y`. It is taken apart again when the
client comes back with it; a service that is missing in it is told of an id that is none, and has its lists read anew.
"""

from collections.abc import AsyncIterator, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlencode

from chassis.http import RequestProblem
from chassis.http.listing.errors import choice, refused
from chassis.live.asked import MOST_LISTS, NOT_LIVE, WRONG_PLACE
from gateway.client import BrokeOff, UpstreamAnswer

NOWHERE: Final = "none"
"""An id that no service has given."""

_MOST_BYTES: Final = 4 * 1024 * 1024
_LONGEST_ID: Final = 4096
_WORDS: Final = ("lists", "after")


@dataclass(slots=True)
class Part:
    """What is asked of one service.

    Attributes:
        last_id: of its stream; None: it was never followed.
        heard: how much came of it.
        begun: the client knows that it is followed.
    """

    service: str
    lists: list[str] = field(default_factory=list)
    filters: dict[str, str] = field(default_factory=dict)
    last_id: str | None = None
    heard: int = 0
    begun: bool = False

    @property
    def target(self) -> str:
        """Path and query of its stream."""
        query = urlencode([("lists", ",".join(self.lists)), *self.filters.items()])
        return f"/api/{self.service}/v1/live?{query}"

    @property
    def names(self) -> list[str]:
        """Its lists as the client calls them."""
        return [f"{self.service}.{one}" for one in self.lists]


def read_parts(
    parameters: Iterable[tuple[str, str]], services: Collection[str], last_event_id: str | None
) -> list[Part]:
    """What is asked of each service. RequestProblem 400 for what names no service, or nothing."""
    given = _once_each(parameters)
    names = [name.strip() for name in given.get("lists", "").split(",") if name.strip()]
    if not names or len(names) > MOST_LISTS or len(set(names)) < len(names):
        raise refused(NOT_LIVE, "lists", f"Name 1 to {MOST_LISTS} lists, each once, as payments.withdrawals.")
    for name in given:
        if name not in (*_WORDS, *names):
            raise refused(NOT_LIVE, name, "Beside lists and after, parameters are filters of the lists that are named.")
    parts: dict[str, Part] = {}
    for name in names:
        service, _, rest = name.partition(".")
        if service not in services or not rest:
            raise refused(NOT_LIVE, "lists", f"A list is named by its service ({choice(sorted(services))}) and a dot.")
        part = parts.setdefault(service, Part(service))
        part.lists.append(rest)
        part.filters |= {rest: given[name]} if name in given else {}
    _go_on(parts.values(), given.get("after"), last_event_id)
    return list(parts.values())


def _once_each(parameters: Iterable[tuple[str, str]]) -> dict[str, str]:
    given: dict[str, str] = {}
    for name, text in parameters:
        if name in given:
            raise refused(NOT_LIVE, name, f"Give {name} once.")
        given[name] = text
    return given


def _go_on(parts: Iterable[Part], after: str | None, last_event_id: str | None) -> None:
    if after is not None and not split(after):
        raise refused(WRONG_PLACE, "after", "after is the id of an event of this stream.")
    further = last_event_id is not None and (after is None or bool(split(last_event_id)))
    before = last_event_id if further else after
    if before is not None:
        known = split(before)
        for part in parts:
            part.last_id = known.get(part.service, NOWHERE)


def split(identity: str) -> dict[str, str]:
    """The id of each service.

    >>> split("payments~abc.games~-_9"), split("nonsense")
    ({'payments': 'abc', 'games': '-_9'}, {})
    """
    if len(identity) > _LONGEST_ID or not identity.isascii():
        return {}
    pairs = [one.partition("~") for one in identity.split(".")]
    return {name: value for name, _, value in pairs if name.isalpha() and value and value.isprintable()}


def joined(ids: Mapping[str, str]) -> str:
    """The id of the merged stream."""
    return ".".join(f"{service}~{identity}" for service, identity in sorted(ids.items()))


@dataclass(frozen=True, slots=True)
class Block:
    """What came between two empty lines of a service's stream."""

    service: str
    kind: str | None = None
    data: bytes = b""
    id: str | None = None

    def written(self, ids: Mapping[str, str]) -> bytes:
        """As it goes on: whose it is stands in its data."""
        lines = [b": beat"] if self.kind is None else [b"event: " + self.kind.encode()]
        if self.data.startswith(b"{"):
            more = b"" if self.data == b"{}" else b","
            lines.append(b'data: {"service":"' + self.service.encode() + b'"' + more + self.data[1:])
        if self.id is not None and ids:
            lines.append(b"id: " + joined(ids).encode())
        return b"\n".join(lines) + b"\n\n"


async def blocks(service: str, answer: UpstreamAnswer) -> AsyncIterator[Block]:
    """The blocks of a service's stream; BrokeOff when it breaks off, or when one of them has no end."""
    kept = bytearray()
    async for chunk in answer.chunks():
        kept += chunk
        while (at := kept.find(b"\n\n")) >= 0:
            block = _read(service, bytes(kept[:at]))
            del kept[: at + 2]
            yield block
        if len(kept) > _MOST_BYTES:
            raise BrokeOff


def _read(service: str, text: bytes) -> Block:
    fields = {}
    for line in text.split(b"\n"):
        name, _, value = line.partition(b": ")
        fields[name] = value
    kind, identity = fields.get(b"event"), fields.get(b"id")
    return Block(
        service,
        None if kind is None else kind.decode(),
        fields.get(b"data", b""),
        None if identity is None else identity.decode("latin-1"),
    )


def problem_of(status: int, document: Mapping[str, object], headers: Mapping[str, str]) -> RequestProblem:
    """What a service refuses, as the gateway's own refusal."""
    code, detail, hint = (str(document.get(name) or "") for name in ("code", "detail", "hint"))
    return RequestProblem(status, code or "refused", detail, headers=headers, hint=hint)
