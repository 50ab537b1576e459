"""What can be asked about a role.

`known` are the permissions the services declared; `held` is what whoever asks holds for the whole operator, permissions
and patterns, or None for the installation itself.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class DefineRole:
    name: str
    permissions: frozenset[str]
    known: frozenset[str]
    held: frozenset[str] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangePermissions:
    permissions: frozenset[str]
    known: frozenset[str]
    held: frozenset[str] | None


RoleCommand = DefineRole | ChangePermissions
"""All of them."""
