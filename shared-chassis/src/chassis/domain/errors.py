"""Refusals of the domain: sentences with a stable code that becomes part of the API."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Blame:
    """One field of the request, what is wrong with it (a stable code), and the same as a sentence."""

    field: str
    code: str
    detail: str


class DomainError(Exception):
    """A command was understood and refused.

    Attributes:
        code: stable, snake_case; clients branch on it, so it never changes meaning.
        status: the HTTP status an endpoint answers with.
        detail: one sentence for a person.
        field: the name of the offending field, when one field is to blame.
        blames: all that are to blame, where several are or the reason has a code of its own.
    """

    code: ClassVar[str] = "refused"
    status: ClassVar[int] = 409

    def __init__(self, detail: str = "", *, field: str | None = None, blames: Sequence[Blame] = ()) -> None:
        self.detail = detail or self.default_detail()
        self.field = field or next((one.field for one in blames), None)
        self.blames = tuple(blames) or ((Blame(field, self.code, self.detail),) if field else ())
        super().__init__(self.detail)

    @classmethod
    def default_detail(cls) -> str:
        """The code read as a sentence, for errors that need no more words."""
        return cls.code.replace("_", " ").capitalize() + "."


class NotFound(DomainError):
    """There is no such thing, or the caller may not know that there is."""

    code = "not_found"
    status = 404


class Invalid(DomainError):
    """A value has the right type and still makes no sense."""

    code = "invalid"
    status = 422
