"""What Stripe's answers and deliveries look like, apart from what they are about."""

import hashlib
import hmac
from typing import Any

from aiohttp import web


def signature(secret: str, body: bytes, moment: int) -> str:
    """The header Stripe-Signature of a delivery at this second."""
    digest = hmac.new(secret.encode(), str(moment).encode() + b"." + body, hashlib.sha256).hexdigest()
    return f"t={moment},v1={digest}"


def error(status: int, kind: str, code: str | None, message: str) -> web.Response:
    return web.json_response(error_body(kind, code, message), status=status)


def error_body(kind: str, code: str | None, message: str) -> dict[str, Any]:
    return {"error": {"type": kind, "code": code, "message": message}}
