"""Idempotency keys: a request that is sent twice has one effect and one answer."""

import hashlib
import json
import re
from collections.abc import Awaitable, Callable
from contextlib import nullcontext
from typing import Annotated, Final

from fastapi import Depends
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from chassis.auth.caller import Caller
from chassis.http.problems import FieldError, RequestProblem
from chassis.store import Reply, UnitOfWork
from chassis.telemetry.record import RequestRecord

HEADER: Final = "Idempotency-Key"
REPLAYED: Final = "Idempotency-Replayed"

_KEY: Final = re.compile(r"^[A-Za-z0-9._:-]{8,128}$")
PARAMETER: Final = {
    "name": HEADER,
    "in": "header",
    "required": True,
    "schema": {"type": "string", "minLength": 8, "maxLength": 128, "pattern": _KEY.pattern},
    "description": "Chosen by the caller, new for each thing to be done; a repeat with the same key has no effect",
}
"""The header as OpenAPI describes it."""

_WHAT_IT_IS: Final = "8 to 128 characters of A-Z a-z 0-9 . _ : -"


class OnceOnly:
    """What an endpoint gets as `once: Once`. Calling it does the work once per key, caller and service."""

    def __init__(self, request: Request, key: str) -> None:
        self._request = request
        self.key = key

    async def __call__(
        self,
        caller: Caller,
        work: Callable[[UnitOfWork], Awaitable[BaseModel | None]],
        *,
        status: int = 201,
        reason: str | None = None,
        fingerprint: bytes | None = None,
    ) -> Response:
        """Do the work in one transaction with the record of the key, and answer with what it returns.

        Args:
            caller: whose key it is; two callers may use the same key without knowing of each other.
            work: runs at most once to its end; what it returns becomes the JSON body (None: an empty object).
            status: of the first answer and of every repeat.
            reason: why, for the metadata of what happens.
            fingerprint: what makes two requests the same, where the bytes of the body do not say so (uploads).

        Raises:
            IdempotencyKeyReused: the key came before with another method, path or body.
            RequestProblem: 429, where a player has more under way than anybody has use for.
        """
        request = self._request

        async def reply(uow: UnitOfWork) -> Reply:
            made = await work(uow)
            return Reply(status, made.model_dump(mode="json") if made is not None else {})

        key, seen = self._scoped_to(caller), fingerprint_of(request, fingerprint)
        async with request.app.state.turns.of(caller.id) if caller.is_player else nullcontext():
            answer: Reply = await request.app.state.application.once(
                key, seen, caller.context(request, reason=reason), reply
            )
        return _response(answer)

    async def earlier(self, caller: Caller, *, fingerprint: bytes | None = None) -> Response | None:
        """The answer given before, for an endpoint that must call elsewhere before its transaction.

        Raises:
            IdempotencyKeyReused: the key came before with another method, path or body.
        """
        answer: Reply | None = await self._request.app.state.application.earlier(
            self._scoped_to(caller), fingerprint_of(self._request, fingerprint)
        )
        return None if answer is None else _response(answer)

    def _scoped_to(self, caller: Caller) -> str:
        return f"{caller.kind}:{caller.id}:{self.key}"


def _response(answer: Reply) -> Response:
    response = Response(
        json.dumps(answer.body, ensure_ascii=False, separators=(",", ":")),
        status_code=answer.status,
        media_type="application/json",
    )
    if answer.replayed:
        response.headers[REPLAYED] = "true"
    return response


def made_anew(answer: Response, remembered: Response) -> Response:
    """An answer that is made anew for each repeat, with the status of the remembered one and whether it is a repeat."""
    answer.status_code = remembered.status_code
    if REPLAYED in remembered.headers:
        answer.headers[REPLAYED] = remembered.headers[REPLAYED]
    return answer


def fingerprint_of(request: Request, content: bytes | None = None) -> bytes:
    """SHA-256 over method, target and body: what must be equal for a repeat to be one."""
    record = RequestRecord.find(request.scope)
    query = request.scope["query_string"].decode("latin-1")
    digest = hashlib.sha256(f"{request.method}\n{request.scope['path']}\n{query}\n".encode())
    digest.update(content if content is not None else record.body_digest if record else b"")
    return digest.digest()


async def require_key(request: Request) -> OnceOnly:
    """The dependency behind `Once`: 400 when the header is missing, ill-formed or given twice."""
    given = request.headers.getlist(HEADER)
    if not given:
        raise _refused("idempotency_key_missing", f"The header {HEADER} is required: {_WHAT_IT_IS}.")
    if len(given) > 1 or not _KEY.fullmatch(given[0]):
        raise _refused("idempotency_key_invalid", f"{HEADER} must be {_WHAT_IT_IS}.")
    return OnceOnly(request, given[0])


def _refused(code: str, detail: str) -> RequestProblem:
    return RequestProblem(400, code, detail, errors=[FieldError(field=f"header.{HEADER}", code=code, message=detail)])


Once = Annotated[OnceOnly, Depends(require_key)]
"""Declare it after `caller`, so that a stranger is told to identify himself before anything else."""
