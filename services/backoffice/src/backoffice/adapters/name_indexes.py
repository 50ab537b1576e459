"""The keyed indexes by which a player's name is found."""

from collections.abc import Mapping
from typing import TypedDict

from backoffice.domain.player.identity import name_words
from chassis.privacy import SubjectVault


class NameIndexes(TypedDict):
    """Of the whole name, and of the last name alone."""

    name_index: str
    last_name_index: str


def name_indexes(vault: SubjectVault, personal: Mapping[str, str]) -> NameIndexes:
    """What is kept of `first_name` and `last_name`, so that somebody of this name is found and the name is not."""
    first, last = personal["first_name"], personal["last_name"]
    return {"name_index": name_index(vault, first, last), "last_name_index": last_name_index(vault, last)}


def name_index(vault: SubjectVault, *names: str) -> str:
    """Of a whole name, in whatever order its parts stand."""
    return vault.blind_index(f"name:{name_words(*names)}")


def last_name_index(vault: SubjectVault, name: str) -> str:
    """Of a last name. It is told from a whole name that reads the same: nobody learns from one index of the other."""
    return vault.blind_index(f"last name:{name_words(name)}")
