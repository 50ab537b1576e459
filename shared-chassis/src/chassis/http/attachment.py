"""Files of others, handed out: a browser stores them, and neither shows nor runs what is in them."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

ATTACHED: Final[Mapping[str, str]] = MappingProxyType(
    {
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Content-Disposition": "attachment",
    }
)
"""The headers of such an answer."""
