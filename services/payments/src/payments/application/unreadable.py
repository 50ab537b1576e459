"""What a provider signed and we cannot read: it is taken, and kept for people. Sent again it is no better."""

import hashlib
import re
from dataclasses import replace
from datetime import datetime
from typing import Final

from payments.application.ports import Notification, Unclear

_NOT_STORABLE: Final = re.compile("[\x00\ud800-\udfff]")


def unreadable(raw: bytes, now: datetime) -> Notification:
    """A genuine notification without what we need of it, known by its bytes however often it comes."""
    return Notification(
        id=f"sha256:{hashlib.sha256(raw).hexdigest()}",
        kind="unreadable",
        said=Unclear("body_unreadable"),
        said_at=now,
        facts={"bytes": len(raw)},
    )


def storable(notification: Notification) -> Notification:
    """The same, as a table takes it: texts without what PostgreSQL cannot hold."""
    facts = {name: _text(told) if isinstance(told, str) else told for name, told in notification.facts.items()}
    return replace(notification, id=_text(notification.id), kind=_text(notification.kind), facts=facts)


def _text(text: str) -> str:
    return _NOT_STORABLE.sub("\N{REPLACEMENT CHARACTER}", text)
