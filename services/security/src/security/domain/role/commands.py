"""What can be asked about a role. `known` are the permissions the services declared."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class DefineRole:
    name: str
    permissions: frozenset[str]
    known: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangePermissions:
    permissions: frozenset[str]
    known: frozenset[str]


RoleCommand = DefineRole | ChangePermissions
"""All of them."""
