"""Calling another of our services: short timeouts, a service token, the trace, and problems as exceptions.

The one hot hop (games to payments) does not go through here; httpx is too slow for it.
"""

import asyncio
import random
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, ClassVar, Final, Self

import httpx
from pydantic import SecretStr

from chassis.auth.service_tokens import ServiceTokens
from chassis.domain import DomainError
from chassis.telemetry.tracing import current_traceparent, span
from chassis.tls import believed

_IDEMPOTENT: Final = frozenset({"GET", "HEAD", "PUT", "DELETE"})
_MOST_TRIES: Final = 3
_PAUSE_S: Final = 0.05
_PASSING: Final = frozenset({502, 503, 504})


class UpstreamProblem(DomainError):
    """The other service answered with a problem. `upstream_status` and `upstream_code` are its own words.

    Left to itself it becomes a 502 here: what another service refuses us is not the caller's fault. Catch it where
    the refusal means something.
    """

    code: ClassVar[str] = "upstream_problem"
    status: ClassVar[int] = 502

    def __init__(self, status: int, code: str, detail: str = "", errors: list[dict[str, Any]] | None = None) -> None:
        self.upstream_status = status
        self.upstream_code = code
        self.upstream_errors = errors or []
        super().__init__("Another service refused this request.")
        self.add_note(f"upstream answered {status} {code}: {detail}")


class UpstreamUnavailable(DomainError):
    """The other service was not reached, or said it cannot: nothing happened there."""

    code: ClassVar[str] = "upstream_unavailable"
    status: ClassVar[int] = 503


class UpstreamUnknown(DomainError):
    """The request went out and no answer came: it may have happened or not. Ask, before trying again."""

    code: ClassVar[str] = "upstream_outcome_unknown"
    status: ClassVar[int] = 504


class ServiceClient:
    """A client of one other service.

    Args:
        base_url: where it is.
        audience: its name; the service token is good there only.
        internal_key: the key all services share.
        caller: our own name.
        timeout_s: for an answer; connecting has 2 seconds of its own.
        transport: instead of the network, for tests.
    """

    def __init__(
        self,
        base_url: str,
        audience: str,
        internal_key: SecretStr,
        *,
        caller: str,
        timeout_s: float = 5.0,
        transport: httpx.AsyncBaseTransport | None = None,
        pause: Callable[[int], float] = lambda attempt: random.uniform(0.5, 1.0) * _PAUSE_S * 2**attempt,
    ) -> None:
        self.audience = audience
        self._tokens = ServiceTokens(caller, internal_key)
        self._pause = pause
        self._client = httpx.AsyncClient(
            base_url=base_url,
            timeout=httpx.Timeout(timeout_s, connect=2.0, pool=2.0),
            limits=httpx.Limits(max_connections=100, max_keepalive_connections=20),
            transport=transport,
            verify=believed(),
            trust_env=False,
            follow_redirects=False,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close its connections."""
        await self._client.aclose()

    async def get(self, path: str, *, params: Mapping[str, Any] | None = None) -> Any:
        """GET, as JSON. Tried three times."""
        return (await self.request("GET", path, params=params)).json()

    async def put(self, path: str, json: Any) -> Any:
        """PUT, as JSON (None when there is no body). Tried three times."""
        return _body(await self.request("PUT", path, json=json))

    async def delete(self, path: str) -> Any:
        """DELETE, as JSON (None when there is no body). Tried three times."""
        return _body(await self.request("DELETE", path))

    async def post(self, path: str, json: Any, *, idempotency_key: str | None = None) -> Any:
        """POST, as JSON (None when there is no body). Tried once, or three times with an idempotency key."""
        return _body(await self.request("POST", path, json=json, idempotency_key=idempotency_key))

    async def request(
        self,
        method: str,
        path: str,
        *,
        json: Any = None,
        params: Mapping[str, Any] | None = None,
        idempotency_key: str | None = None,
    ) -> httpx.Response:
        """Any request.

        Raises:
            UpstreamProblem: it was refused.
            UpstreamUnavailable: the service was not reached or cannot work now; nothing happened.
            UpstreamUnknown: no answer came.
        """
        tries = _MOST_TRIES if method in _IDEMPOTENT or idempotency_key is not None else 1
        headers = {"Idempotency-Key": idempotency_key} if idempotency_key else {}
        with span(f"{method} {self.audience}"):
            traceparent = current_traceparent()
            if traceparent:
                headers["traceparent"] = traceparent
            for attempt in range(tries):
                headers["Authorization"] = f"Bearer {self._tokens.mint(self.audience)}"
                try:
                    return await self._once(method, path, json=json, params=params, headers=headers)
                except (UpstreamUnavailable, UpstreamUnknown):
                    if attempt == tries - 1:
                        raise
                    await asyncio.sleep(self._pause(attempt))
        raise AssertionError("the last try returns or raises")

    async def _once(self, method: str, path: str, **options: Any) -> httpx.Response:
        try:
            answer = await self._client.request(method, path, **options)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise UpstreamUnavailable(f"{self.audience} cannot be reached.") from error
        except httpx.TransportError as error:
            raise UpstreamUnknown(f"{self.audience} did not answer.") from error
        if answer.is_success:
            return answer
        if answer.status_code in _PASSING:
            raise UpstreamUnavailable(f"{self.audience} cannot answer now.")
        if answer.status_code >= 500:
            raise UpstreamUnknown(f"{self.audience} failed.")
        raise _problem(answer)


def _problem(answer: httpx.Response) -> UpstreamProblem:
    try:
        document = answer.json()
    except ValueError:
        document = None
    if not isinstance(document, dict):
        return UpstreamProblem(answer.status_code, f"http_{answer.status_code}")
    errors = document.get("errors")
    return UpstreamProblem(
        answer.status_code,
        str(document.get("code", f"http_{answer.status_code}")),
        str(document.get("detail", "")),
        [one for one in errors if isinstance(one, dict)] if isinstance(errors, list) else [],
    )


def _body(answer: httpx.Response) -> Any:
    return answer.json() if answer.content else None
