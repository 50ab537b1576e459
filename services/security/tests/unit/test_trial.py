"""What another version of a role would take from somebody, and whether they used it."""

from uuid import UUID

import pytest

from security.domain.grants import Declared, Grant, lines
from security.domain.trial import Used, shifts

WHO = UUID(int=1)
LISTS = "payments.deposit.list"
KNOWN = {LISTS: Declared(risk="low")}


def used(casino: str, *, allowed: bool = True) -> Used:
    return Used(permission=LISTS, casino=casino, allowed=allowed, count=7)


@pytest.mark.parametrize(
    ("casino", "count"), [("*", 7), ("gozo", 7), ("malta", 0)], ids=["anywhere", "where lost", "where kept"]
)
def test_what_is_kept_at_one_casino_was_used_where_it_is_lost_if_nobody_knows_where(casino: str, count: int) -> None:
    before, after = lines([Grant(pattern=LISTS)]), lines([Grant(pattern=LISTS)], ("malta",))
    [lost], got = shifts(
        WHO, before, after, [used("malta"), used(casino)] if casino != "malta" else [used(casino)], KNOWN
    )
    assert (lost.permission, lost.used, got) == (LISTS, count, [])


def test_what_was_refused_is_no_use() -> None:
    [lost], _ = shifts(WHO, lines([Grant(pattern=LISTS)]), [], [used("*", allowed=False), used("*")], KNOWN)
    assert lost.used == 7
