"""A settlement file on its way in: streamed to disk, and never in memory as a whole."""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

from starlette.requests import Request

from chassis.http import RequestProblem
from payments.application.reconciliation.files import FILES_AT_ONCE

LARGEST: Final = 1024 * 1024 * 1024
OPENAPI: Final[dict[str, Any]] = {
    "x-max-body-bytes": LARGEST,
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    },
}
_SLOWEST_S: Final = 600.0
_places = asyncio.Semaphore(FILES_AT_ONCE)


@asynccontextmanager
async def on_disk(request: Request) -> AsyncIterator[Path]:
    """The body as a local file, as long as the block lasts.

    Raises:
        RequestProblem: 415 another kind of body, 408 it does not end, 503 others are on their way.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/octet-stream":
        raise RequestProblem(415, "unsupported_media_type", "Send the file itself, as application/octet-stream.")
    if _places.locked():
        detail = "Other files are on their way; nothing of this one was read."
        raise RequestProblem(503, "uploads_busy", detail, headers={"Retry-After": "5"})
    async with _places:
        with tempfile.TemporaryDirectory(prefix="settlement-") as folder:
            local = Path(folder) / "file"
            try:
                async with asyncio.timeout(_SLOWEST_S):
                    with local.open("wb") as target:
                        async for chunk in request.stream():
                            await asyncio.to_thread(target.write, chunk)
            except TimeoutError:
                raise RequestProblem(408, "request_timeout", "The file came too slowly.") from None
            yield local
