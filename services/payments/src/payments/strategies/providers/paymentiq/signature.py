"""How a call is known to be PaymentIQ's. It signs nothing itself, so a proxy beside it does, as we say.

Header `X-Signature: t=<unix>,v1=<hex>`: HMAC-SHA256 over `<t>.<casino_id>.<step>.` and the body as it is sent. Beside
that, only addresses of the account's `allowed_networks` are heard.
"""

import hashlib
import hmac
import re
from datetime import datetime
from uuid import UUID

TOLERANCE_S = 300
_HEADER = re.compile(r"t=([0-9]{1,11}),v1=([0-9a-f]{64})", re.ASCII)


def sign(secret: str, at: int, casino_id: UUID, step: str, raw: bytes) -> str:
    """The header for a call at this second since 1970."""
    text = f"{at}.{casino_id}.{step}.".encode() + raw
    return f"t={at},v1={hmac.new(secret.encode(), text, hashlib.sha256).hexdigest()}"


def is_signed(secrets: tuple[str, ...], casino_id: UUID, step: str, raw: bytes, header: str, now: datetime) -> bool:
    """Whether one of our secrets signed it, for this casino and step, not long ago and not long ahead."""
    found = _HEADER.fullmatch(header)
    if found is None or abs(now.timestamp() - int(found[1])) > TOLERANCE_S:
        return False
    given = header.encode()
    return any(hmac.compare_digest(sign(one, int(found[1]), casino_id, step, raw).encode(), given) for one in secrets)
