"""What takes a second person: nobody lets somebody have what is critical alone, however it comes about."""

from collections.abc import Sequence
from typing import ClassVar
from uuid import UUID

from chassis.domain import DomainError
from security.domain.grants import Catalogue, Grant, Line, beyond, is_pattern, lines


class SecondPersonNeeded(DomainError):
    """Somebody would have a critical permission, and one person alone gives it."""

    code: ClassVar[str] = "second_person_needed"


def is_critical(name: str, catalogue: Catalogue) -> bool:
    """Whether it does great harm, or nobody knows how much because no service declares it. Patterns never reach that.

    >>> is_critical("payments.*", {}), is_critical("payments.provider.configure", {})
    (False, True)
    """
    if is_pattern(name):
        return False
    known = catalogue.get(name)
    return known is None or known.removed or known.risk in (None, "critical")


def critical_in(given: Sequence[Line], catalogue: Catalogue) -> list[str]:
    """The critical permissions that lines name, whatever else denies them."""
    named = {one.grant.pattern for one in given if one.grant.effect == "allow"}
    return sorted(one for one in named if is_critical(one, catalogue))


def newly_critical(before: Sequence[Grant], after: Sequence[Grant], catalogue: Catalogue) -> list[str]:
    """The critical permissions of which another version of a role gives more: at all, at more casinos, up to a larger
    amount, in clearer sight, or because it is denied no more.
    """
    return [one for one in beyond(lines(after), catalogue, lines(before)) if is_critical(one, catalogue)]


def require_second(critical: Sequence[str], by: UUID | None, approved_by: str | None) -> None:
    """SecondPersonNeeded when it is critical and nobody but the giver has said yes.

    Args:
        approved_by: ids, with commas between them.
    """
    seconds = {one for one in (approved_by or "").split(",") if one} - {str(by)}
    if critical and not seconds:
        raise SecondPersonNeeded(f"It gives {', '.join(critical[:5])}: a second person approves that.")
