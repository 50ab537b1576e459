"""The keyed indexes by which a player's name is found."""

from collections.abc import Mapping
from typing import TypedDict

from backoffice.domain.player.identity import name_words
from chassis.privacy import SubjectVault


class NameIndexes(TypedDict):
    """Of the whole name, and of the first and the last name alone."""

    name_index: str
    first_name_index: str
    last_name_index: str


def name_indexes(vault: SubjectVault, personal: Mapping[str, str]) -> NameIndexes:
    """What is kept of `first_name` and `last_name`, so that somebody of this name is found and the name is not."""
    first, last = personal["first_name"], personal["last_name"]
    return {
        "name_index": name_index(vault, first, last),
        "first_name_index": first_name_index(vault, first),
        "last_name_index": last_name_index(vault, last),
    }


def name_index(vault: SubjectVault, *names: str) -> str:
    """Of a whole name, in whatever order its parts stand."""
    return vault.blind_index(f"name:{name_words(*names)}")


def first_name_index(vault: SubjectVault, name: str) -> str:
    """Of a first name, all of it. Each kind of index is told from the others of what reads the same: nobody learns from
    one of another.
    """
    return vault.blind_index(f"first name:{name_words(name)}")


def last_name_index(vault: SubjectVault, name: str) -> str:
    """Of a last name."""
    return vault.blind_index(f"last name:{name_words(name)}")
