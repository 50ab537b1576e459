"""What an example of a request says."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

CallerName = Literal["staff", "operator", "player", "nobody", "backoffice", "gateway", "payments", "session", "armed"]


@dataclass(frozen=True, kw_only=True)
class Example:
    """A request that is accepted.

    Attributes:
        caller: who makes it: staff of the one casino, staff of the whole operator, a player, nobody, another service,
            an administrator whose session is open, somebody on call whose session was opened with a security key.
        body: JSON, with `$facts`.
        form: fields of a form instead; a file is bytes.
        path: parameters of the path that are no facts of that name.
        query: parameters of the address: what narrows a huge list.
        headers: what the operation wants beside who asks.
        accepted: whether it is; what a device shows at this very moment is only well formed here.
        again: whether whoever did it may still do it afterwards; an emergency takes security away from who opened it.
        remembers_refusals: that it was refused is itself recorded, as a failed log-in or a refused deposit is.
    """

    caller: CallerName = "staff"
    body: Any = None
    form: Mapping[str, str] | None = None
    path: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    accepted: bool = True
    again: bool = True
    remembers_refusals: bool = False
