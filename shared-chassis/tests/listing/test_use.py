"""What is merely offered or masked is no use of a permission; what is shown because of it is."""

from dataclasses import replace
from uuid import UUID

from sqlalchemy import Column, Text

from chassis.auth import Caller
from chassis.http.listing import Field
from chassis.http.listing.events import told
from chassis.http.listing.masking import known_to, masked, mode_of
from chassis.http.listing.sight import sight_of
from chassis.testing.tokens import make_token
from chassis.testing.tokens import test_verifier as verifier
from contracts.data_classes import WORDS

A = UUID(int=1)
KNOWS, CLEARS, FINDS = "example.note.read", "example.name.clear", "example.name.find"
NOTE = Field(Column("note", Text), permission=KNOWS)
NAME = Field(
    Column("name", Text), data_class="pii_basic", clear_with=CLEARS, blind=Column("index", Text), blind_permission=FINDS
)
FIELDS = {"note": NOTE, "name": NAME}
TOLD = min(WORDS)


async def counted(casino: UUID | str) -> tuple[Caller, list[str]]:
    """Somebody who holds all of it, and what counts as used."""
    used: list[str] = []
    held = [KNOWS, CLEARS, FINDS, str(WORDS[TOLD][1])]
    caller = (await verifier().verify(make_token(permissions=held, casinos=[casino]))).by(None)
    return replace(caller, counter=lambda permission, _casino: used.append(permission)), used


async def test_a_row_uses_the_permission_of_the_field_it_shows_and_no_other() -> None:
    caller, used = await counted(A)
    assert masked({"note": "n", "name": "Ann"}, FIELDS, caller, A, b"key") == {"note": "n", "name": "Ann"}
    assert mode_of(caller, NAME) == "clear"
    assert used == [KNOWS]


async def test_a_row_without_the_field_uses_nothing() -> None:
    caller, used = await counted(A)
    assert masked({"name": "Ann"}, FIELDS, caller, A, b"key") == {"name": "Ann"}
    assert used == []


async def test_fields_that_are_offered_use_nothing() -> None:
    caller, used = await counted(A)
    assert known_to(caller, NOTE)
    sight = sight_of(caller, FIELDS)
    assert (set(sight.known), sight.blind) == (set(FIELDS), frozenset({"name"}))
    assert used == []


async def test_an_event_uses_the_permission_to_read_its_words() -> None:
    caller, used = await counted(A)
    assert told({"type": TOLD, "reason": "because", "casino_id": A}, caller)["reason"] == "because"
    assert used == [str(WORDS[TOLD][1])]
