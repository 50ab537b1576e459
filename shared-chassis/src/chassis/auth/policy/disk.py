"""The copy of the policy on disk, for a start without security and without the bus."""

import hashlib
import hmac
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import msgspec
import structlog
from pydantic import SecretStr

from chassis.auth.policy.metrics import IGNORED
from chassis.auth.policy.model import Policy
from chassis.auth.policy.wire import NotAPolicy, decode, encode

log = structlog.get_logger(__name__)

_PURPOSE: Final = b"chassis/policy-copy"


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """What a process knew when it last wrote: the policy, when it was confirmed, whom to believe, what is over."""

    policy: Policy
    confirmed_at: datetime
    keys: Mapping[str, Any]
    ended: Mapping[UUID, float] = field(default_factory=dict)


class _File(msgspec.Struct):
    policy: str
    confirmed_at: datetime
    keys: dict[str, Any]
    ended: dict[str, float]


class DiskCopy:
    """Reads and writes the copy; a file that was changed by somebody without the internal key is no copy.

    Args:
        path: the file; its folder is made when it is missing.
        internal_key: the key all services share, from which that of the copy is made.
    """

    def __init__(self, path: Path, internal_key: SecretStr) -> None:
        self._path = path
        self._key = hmac.digest(internal_key.get_secret_value().encode(), _PURPOSE, hashlib.sha256)

    def load(self) -> Copy | None:
        """The copy; None when there is none that can be believed."""
        try:
            mac, _, body = self._path.read_bytes().partition(b"\n")
        except OSError:
            return None
        if not hmac.compare_digest(mac, self._mac(body)):
            IGNORED.labels("signature").inc()
            log.warning("policy_copy_not_believed", path=str(self._path))
            return None
        try:
            found = msgspec.json.decode(body, type=_File)
            ended = {UUID(one): until for one, until in found.ended.items()}
            policy = decode(found.policy)
        except (msgspec.MsgspecError, NotAPolicy, ValueError):
            IGNORED.labels("unreadable").inc()
            return None
        return Copy(policy=policy, confirmed_at=found.confirmed_at, keys=found.keys, ended=ended)

    def save(self, copy: Copy) -> None:
        """Replace the file in one step, so that a process that dies leaves the old copy or the new one."""
        ended = {str(one): until for one, until in copy.ended.items()}
        body = msgspec.json.encode(_File(encode(copy.policy).decode(), copy.confirmed_at, dict(copy.keys), ended))
        self._path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=self._path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(self._mac(body) + b"\n" + body)
            Path(name).replace(self._path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise

    def _mac(self, body: bytes) -> bytes:
        return hmac.digest(self._key, body, hashlib.sha256).hex().encode()
