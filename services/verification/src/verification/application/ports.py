"""What the use cases need from outside, as protocols. Strategies and adapters implement them."""

from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal, Protocol
from uuid import UUID

from chassis.domain import DomainError
from contracts.verification.names import NameLikeness
from verification.application.files import Inspected
from verification.application.listed import ListedEntity, ListedName

BirthVerdict = Literal["agrees", "near", "disagrees", "unknown"]


@dataclass(frozen=True, slots=True)
class ListFormat:
    """How one kind of list is read, and of whose entities it speaks.

    Attributes:
        source: kinds of one source add to the same entities.
        parse: path -> entities, streaming. Raises BadList.
        files: path -> all the files the list consists of. Raises BadList when one is not there.
    """

    source: str
    parse: Callable[[Path], Iterator[ListedEntity]]
    files: Callable[[Path], Iterable[Path]] = lambda path: (path,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Whom backoffice says a player is. Lives in memory only, as long as one screening lasts."""

    player_id: UUID
    first_name: str
    last_name: str
    date_of_birth: date | None
    country: str

    @property
    def name(self) -> str:
        """The full name."""
        return f"{self.first_name} {self.last_name}".strip()


class PersonUnknown(Exception):
    """Backoffice answers, and knows no such player (any more)."""


class PlayerDirectory(Protocol):
    """Who a player is, asked of backoffice each time it is needed."""

    async def person(self, player_id: UUID) -> Person:
        """Who it is.

        Raises:
            PersonUnknown: backoffice knows no such player, or erased what it knew.
            Exception: backoffice cannot be reached; the task is tried again, for ever.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A listed entity that looks like the person, with the name of it that does so most.

    Attributes:
        source: whose list it is (`ofac`, `uk`, `un`).
        score_permille: 1000 for the same name; dates of birth are counted in.
        name_permille: the likeness of the names alone.
        birth: what the dates of birth say about it.
        pairs: which word of the person's name went with which word of the listed one, and how alike they are.
    """

    source: str
    entity: ListedEntity
    matched: ListedName
    score_permille: int
    name_permille: int
    birth: BirthVerdict
    pairs: tuple[tuple[str, str, int], ...]


class NameMatcher(Protocol):
    """Finds the listed entities a person may be."""

    @property
    def algorithm(self) -> str:
        """Name and version of the way of matching; stored with every hit."""
        ...

    def match(self, name: str, born: date | None) -> list[Match]:
        """Entities at or above the threshold, the best first; one per entity."""
        ...


MatcherBuilder = Callable[[Iterable[tuple[str, ListedEntity]]], NameMatcher]
"""(source, entity) pairs -> a matcher over them. Runs in a thread."""


HolderMatcher = Callable[[str, str, str], NameLikeness]
"""(the player's given name, his family name, a name that was told) -> how that goes with them."""


@dataclass(frozen=True, slots=True)
class ScreeningIndex:
    """A matcher over the lists that were in force when it was built.

    Attributes:
        revision: grows with every import; two processes that hold the same revision find the same.
        lists: (`kind@version`, ...) of those lists; empty when none was ever imported.
        entries: (source, entity id) of everybody who is listed.
    """

    matcher: NameMatcher
    revision: int
    lists: tuple[str, ...]
    versions: dict[str, str]
    entries: frozenset[tuple[str, str]]


class Screener(Protocol):
    """Holds the index of this process and renews it when another process imported a list."""

    async def current(self) -> ScreeningIndex:
        """The index over the lists in force now."""
        ...


FileInspector = Callable[[bytes], Inspected]
"""Bytes that begin with its type's mark -> what is kept of them. Raises FileRefused. Runs in a thread."""


class FileStore(Protocol):
    """Documents' contents, encrypted before they leave the process."""

    async def write(self, path: str, content: bytes, key: bytes) -> None:
        """Encrypt and store; a file half written is removed."""
        ...

    def read(self, path: str, key: bytes) -> AsyncIterator[bytes]:
        """The content in pieces. Raises FileDamaged when a byte of it is not what was written."""
        ...

    async def delete(self, path: str) -> None:
        """Remove the file; one that is not there is no error."""
        ...


class FileDamaged(DomainError):
    """A stored file is gone or is not what was written. Somebody must look into the store; the caller may ask again."""

    code = "file_damaged"
    status = 503


class Vault(Protocol):
    """Texts sealed under a player's key (chassis.privacy.SubjectVault)."""

    async def encrypt(self, conn: Any, subject_id: UUID, text: str) -> str:
        """Seal a text; the subject's key is made when there is none."""
        ...

    async def decrypt(self, conn: Any, subject_id: UUID, token: str) -> str | None:
        """Open it; None once the key was erased."""
        ...

    async def erase(self, conn: Any, subject_id: UUID) -> None:
        """Destroy the key."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFile:
    """Where a document's content lies. `key_token` is its key sealed under the player's; None once erased."""

    document_id: UUID
    player_id: UUID
    casino_id: UUID
    kind: str
    media_type: str
    size_bytes: int
    path: str
    key_token: str | None


class DocumentFiles(Protocol):
    """Which file belongs to which document."""

    async def add(self, conn: Any, file: StoredFile, now: datetime) -> None:
        """Remember a file."""
        ...

    async def find(self, conn: Any, document_id: UUID) -> StoredFile | None:
        """The file of a document."""
        ...

    async def forget_keys(self, conn: Any, player_id: UUID) -> list[str]:
        """Destroy the keys of all files of a player; returns where the files are."""
        ...


class Profiles(Protocol):
    """What each casino asks of its players."""

    async def required(self, conn: Any, casino_id: UUID, now: datetime) -> tuple[str, ...]:
        """What must be proved to be `verified` at `now`."""
        ...


class Caseload(Protocol):
    """Which cases there are, in the order of their players' ids."""

    async def after(self, conn: Any, player_id: UUID | None, limit: int) -> list[UUID]:
        """The next cases, over all casinos, that are not erased."""
        ...

    async def of_casino(self, conn: Any, casino_id: UUID, after: UUID | None, limit: int) -> list[UUID]:
        """The next cases of one casino that are not erased."""
        ...


class Sweeps(Protocol):
    """How far the comparison of every player with a new list has come."""

    async def newest_revision(self, conn: Any) -> int:
        """The revision in force."""
        ...

    async def advance(
        self, conn: Any, revision: int, *, after: UUID | None, players: int, unknown: int, finished: bool, now: datetime
    ) -> None:
        """One page more is done."""
        ...
