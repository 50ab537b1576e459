"""A policy as JSON, always the same bytes for the same policy, and the difference between two as data."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

import msgspec

from chassis.auth.policy.model import PermissionMeta, Policy, PolicyRole, PolicySubject

K = TypeVar("K")
V = TypeVar("V")


class NotAPolicy(ValueError):
    """The bytes are not what they should be."""


class WrongBase(ValueError):
    """The difference is one to another version than the one that is held."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delta:
    """What makes one version of a policy out of another: what is new or changed, and the keys of what is gone."""

    base: int
    version: int
    issued_at: datetime
    permissions: Mapping[str, PermissionMeta] = field(default_factory=dict)
    roles: Mapping[UUID, PolicyRole] = field(default_factory=dict)
    subjects: Mapping[UUID, PolicySubject] = field(default_factory=dict)
    gone_permissions: tuple[str, ...] = ()
    gone_roles: tuple[UUID, ...] = ()
    gone_subjects: tuple[UUID, ...] = ()


_encoder = msgspec.json.Encoder(order="sorted")
_policies = msgspec.json.Decoder(Policy)
_deltas = msgspec.json.Decoder(Delta)


def encode(what: Policy | Delta) -> bytes:
    """Canonical JSON: keys and sets in order, no spaces."""
    return _encoder.encode({part.name: _keyed(getattr(what, part.name)) for part in fields(what)})


def decode(data: bytes | str) -> Policy:
    """The policy; NotAPolicy when it is none."""
    return _decoded(_policies, data)


def decode_delta(data: bytes | str) -> Delta:
    """The difference; NotAPolicy when it is none."""
    return _decoded(_deltas, data)


def delta(old: Policy, new: Policy) -> Delta:
    """What turns `old` into `new`."""
    return Delta(
        base=old.version,
        version=new.version,
        issued_at=new.issued_at,
        permissions=_changed(old.permissions, new.permissions),
        roles=_changed(old.roles, new.roles),
        subjects=_changed(old.subjects, new.subjects),
        gone_permissions=_gone(old.permissions, new.permissions),
        gone_roles=_gone(old.roles, new.roles),
        gone_subjects=_gone(old.subjects, new.subjects),
    )


def apply(policy: Policy, change: Delta) -> Policy:
    """The policy after the change; WrongBase when it is a change to another version."""
    if change.base != policy.version:
        raise WrongBase(f"a change to version {change.base}, not to {policy.version}")
    return Policy(
        version=change.version,
        issued_at=change.issued_at,
        permissions=_applied(policy.permissions, change.permissions, change.gone_permissions),
        roles=_applied(policy.roles, change.roles, change.gone_roles),
        subjects=_applied(policy.subjects, change.subjects, change.gone_subjects),
    )


def same_rules(one: Policy, other: Policy) -> bool:
    """Whether two policies say the same, whatever their versions."""
    return (one.permissions, one.roles, one.subjects) == (other.permissions, other.roles, other.subjects)


def _keyed(value: Any) -> Any:
    return {str(key): one for key, one in value.items()} if isinstance(value, Mapping) else value


def _decoded(decoder: "msgspec.json.Decoder[V]", data: bytes | str) -> V:
    try:
        return decoder.decode(data)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise NotAPolicy(str(error)) from error


def _changed(old: Mapping[K, V], new: Mapping[K, V]) -> dict[K, V]:
    return {key: value for key, value in new.items() if old.get(key) != value}


def _gone(old: Mapping[K, V], new: Mapping[K, V]) -> tuple[Any, ...]:
    return tuple(sorted(old.keys() - new.keys(), key=str))


def _applied(old: Mapping[K, V], changed: Mapping[K, V], gone: tuple[K, ...]) -> dict[K, V]:
    return {key: value for key, value in old.items() if key not in gone} | dict(changed)
