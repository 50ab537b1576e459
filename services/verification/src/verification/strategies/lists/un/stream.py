"""XML as a stream of small trees, with the few rules that keep a hostile document harmless."""

import xml.parsers.expat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from verification.application.listed import BadList

_CHUNK_BYTES = 64 * 1024
_DEEPEST = 16
_LONGEST_TEXT = 100_000


@dataclass(slots=True)
class Element:
    """A tag, the text in it and what lies inside; attributes are of no use here."""

    tag: str
    text: list[str] = field(default_factory=list)
    inside: "list[Element]" = field(default_factory=list)

    def all(self, tag: str) -> "Iterator[Element]":
        """What lies directly inside under this tag."""
        return (element for element in self.inside if element.tag == tag)

    def first(self, tag: str) -> str:
        """The text of the first such, without space around; empty when there is none."""
        return next(("".join(element.text).strip() for element in self.all(tag)), "")


class _Builder:
    """Collects wanted elements; everything else goes by."""

    def __init__(self, root: str, wanted: frozenset[str]) -> None:
        self.ready: list[Element] = []
        self._root = root
        self._wanted = wanted
        self._depth = 0
        self._open: list[Element] = []

    def start(self, tag: str, _: dict[str, str]) -> None:
        if self._depth == 0 and tag != self._root:
            raise BadList(f"the document is a {tag[:40]}, not a {self._root}")
        self._depth += 1
        if self._depth > _DEEPEST:
            raise BadList("the document is nested deeper than any list")
        if self._open or tag in self._wanted:
            element = Element(tag)
            if self._open:
                self._open[-1].inside.append(element)
            self._open.append(element)

    def text(self, data: str) -> None:
        if self._open:
            pieces = self._open[-1].text
            pieces.append(data)
            if len(pieces) * len(data) > _LONGEST_TEXT:
                raise BadList("the document has a longer text than any list")

    def end(self, _: str) -> None:
        self._depth -= 1
        if self._open:
            element = self._open.pop()
            if not self._open:
                self.ready.append(element)


def _refuse(*_: object) -> None:
    raise BadList("the document declares a document type; a list has none")


def elements(path: Path, *, root: str, wanted: frozenset[str]) -> Iterator[Element]:
    """The elements with a wanted tag, one at a time.

    Raises:
        BadList: another root, a document type declaration, not well-formed, cut off.
    """
    builder = _Builder(root, wanted)
    parser = xml.parsers.expat.ParserCreate()
    parser.StartElementHandler = builder.start
    parser.CharacterDataHandler = builder.text
    parser.EndElementHandler = builder.end
    parser.StartDoctypeDeclHandler = _refuse
    parser.buffer_text = True
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK_BYTES):
                parser.Parse(chunk, False)  # noqa: FBT003 - expat takes no keywords
                yield from builder.ready
                builder.ready.clear()
        parser.Parse(b"", True)  # noqa: FBT003
        yield from builder.ready
    except xml.parsers.expat.ExpatError as error:
        raise BadList(f"{path.name} is not XML to its end: {error}") from error
