"""What a text somebody searches for can be: an id or its beginning, a reference, an e-mail, a phone number, a name.

It is told from its form alone, and it can be several things at once: digits are a reference, a phone number and the
beginning of an id.
"""

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from backoffice.domain.player.identity import name_words, plain
from backoffice.domain.search.errors import SearchTooLong, SearchTooShort, SearchUnreadable, SearchWildcard

SHORTEST, LONGEST = 3, 64

_ID_LAYOUT = re.compile(r"[0-9a-f]{8}(-?[0-9a-f]{0,4}){3}-?[0-9a-f]{0,12}", re.ASCII)
_PHONE = re.compile(r"(?:\+|00)?([0-9]{6,15})", re.ASCII)
_BETWEEN_DIGITS = re.compile(r"[ ()./-]")
_IN_NAMES = frozenset(" -.,'`\u00b4\u02b9\u02bb\u02bc\u2018\u2019\u2032\u2010\u2011\u00b7")
_JOINERS = frozenset("\u200c\u200d")


By = Literal["email", "phone", "name"]
"""What a person is called, by which players are compared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is searched for, as everything it can be; None where its form says that it is not that.

    Attributes:
        ids: the first and the last id that begin like it.
        reference: an outside party's id, letter by letter.
        phone: with its country code: `+35612345678`.
        name: of a person, as `name_words` tells it.
        title: of a casino, or its beginning, as `plain` tells it.
    """

    ids: tuple[UUID, UUID] | None = None
    reference: str | None = None
    email: str | None = None
    phone: str | None = None
    name: str | None = None
    title: str | None = None

    @property
    def personal(self) -> tuple[By, ...]:
        """What about a person it may be."""
        parts: dict[By, str | None] = {"email": self.email, "phone": self.phone, "name": self.name}
        return tuple(by for by, part in parts.items() if part is not None)

    @property
    def may_be_personal(self) -> bool:
        """Whether it may be something about a person, which has no place in an address."""
        return bool(self.personal)

    @property
    def is_personal(self) -> bool:
        """Whether it can be nothing else."""
        return self.may_be_personal and self.ids is None and self.reference is None and self.title is None


def asked(text: str) -> Asked:
    """What the text can be.

    >>> asked("Ann@Mail.Example.com").email, asked("(00356) 12-34-56").phone, asked("O'Neil  ANN").name
    ('Ann@Mail.Example.com', '+356123456', 'ann oneil')
    >>> asked("pi_3Nx").reference, asked("0190F5FE").ids[0]
    ('pi_3Nx', UUID('0190f5fe-0000-0000-0000-000000000000'))

    Raises:
        SearchTooShort, SearchTooLong, SearchWildcard, SearchUnreadable: it is nothing that can be found.
    """
    sought = _acceptable(text)
    if "@" in sought:
        return Asked(email=sought)
    name = _name(sought)
    found = Asked(
        ids=_ids(sought),
        reference=None if _has_blanks(sought) else sought,
        phone=_phone(sought),
        name=name,
        title=" ".join(plain(sought).split()) if name else None,
    )
    if found == Asked():
        raise SearchUnreadable("Nothing is found by this.", field="q")
    return found


def _acceptable(text: str) -> str:
    """The text in one Unicode form, without blanks around it."""
    if len(text) > LONGEST:
        raise SearchTooLong(f"At most {LONGEST} characters are searched for.", field="q")
    sought = unicodedata.normalize("NFKC", text).strip()
    if len(sought) > LONGEST:
        raise SearchTooLong(f"At most {LONGEST} characters are searched for.", field="q")
    if len(sought) < SHORTEST:
        raise SearchTooShort(f"At least {SHORTEST} characters are searched for.", field="q")
    if any(_is_unseen(one) for one in sought):
        raise SearchUnreadable("There is a character in it that nobody sees.", field="q")
    if "*" in sought or "%" in sought:
        raise SearchWildcard("Write all of it; only a casino's name and an id are found by their beginning.", field="q")
    return sought


def _is_unseen(one: str) -> bool:
    category = unicodedata.category(one)
    return (category[0] == "C" and one not in _JOINERS) or category in ("Zl", "Zp")


def _has_blanks(sought: str) -> bool:
    return any(one.isspace() for one in sought)


def _ids(sought: str) -> tuple[UUID, UUID] | None:
    written = sought.lower()
    if not _ID_LAYOUT.fullmatch(written):
        return None
    digits = written.replace("-", "")
    if len(digits) > 32 or ("-" in written and not _laid_out(digits).startswith(written)):
        return None
    return UUID(digits.ljust(32, "0")), UUID(digits.ljust(32, "f"))


def _laid_out(digits: str) -> str:
    return str(UUID(digits.ljust(32, "0")))[: len(digits) + 4]


def _phone(sought: str) -> str | None:
    if (found := _PHONE.fullmatch(_BETWEEN_DIGITS.sub("", sought))) is None:
        return None
    return f"+{found[1]}"


def _name(sought: str) -> str | None:
    """The words of a name: of letters and what stands between them, or of anything that has letters and blanks."""
    if not any(one.isalpha() for one in sought):
        return None
    if not _has_blanks(sought) and not all(_is_of_names(one) for one in sought):
        return None
    return name_words(sought) or None


def _is_of_names(one: str) -> bool:
    return one in _IN_NAMES or one in _JOINERS or unicodedata.category(one)[0] in ("L", "M")
