"""One question to a service: which instance, how long, and whether it may be asked again."""

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass

from chassis.http import RequestProblem
from chassis.http.observed import UNWELL
from gateway.bodies import Body, Upload
from gateway.breaker import Pass
from gateway.client import BrokeOff, NotReached, UpstreamAnswer, UpstreamClient
from gateway.upstreams import Instance, Upstream, Upstreams, unavailable

_LONGEST_PAUSE_S = 0.05
_CANNOT = frozenset({502, 503, 504})
_UNWELL = UNWELL.lower().encode()


@dataclass(slots=True, kw_only=True)
class Asked:
    """What is sent.

    Attributes:
        target: path and query, as they go on the wire.
        repeatable: whether asking twice has the effect of asking once.
        patience_s: how long the client waits for the head of the answer.
        fair: whether a service is given as long as otherwise; a client in a hurry says nothing about it.
    """

    service: str
    method: str
    target: str
    headers: list[tuple[str, str]]
    body: Body
    repeatable: bool
    patience_s: float
    fair: bool = True


@dataclass(slots=True)
class Exchange:
    """An answer, and the place in the service's bulkhead that it holds until `close`."""

    answer: UpstreamAnswer
    upstream: Upstream
    _held: bool = True

    def leave(self) -> None:
        """Give the place back before the answer has ended, as streams do."""
        if self._held:
            self._held = False
            self.upstream.leave()

    def close(self) -> None:
        """Done with the answer."""
        try:
            self.answer.close()
        finally:
            self.leave()


class Exchanges:
    """Asks services.

    Args:
        jitter: seconds before something is asked again, so that not all ask again at once.
    """

    def __init__(
        self,
        upstreams: Upstreams,
        client: UpstreamClient,
        *,
        jitter: Callable[[], float] = lambda: random.uniform(0, _LONGEST_PAUSE_S),
    ) -> None:
        self._upstreams = upstreams
        self._client = client
        self._jitter = jitter

    async def ask(self, asked: Asked) -> Exchange:
        """The answer, of a second try where the first gave none and the question may be repeated.

        Raises:
            RequestProblem: 503 nothing happened; 502, 504 it may have happened.
        """
        upstream = self._upstreams[asked.service]
        upstream.enter()
        try:
            until = asyncio.get_running_loop().time() + asked.patience_s
            instance, leave = upstream.choose()
            try:
                answer = await self._try(asked, instance, leave, until)
            except (NotReached, BrokeOff) as failure:
                if not asked.repeatable or not upstream.budget.take():
                    raise _problem(upstream, failure) from failure
                await asyncio.sleep(self._jitter())
                instance, leave = upstream.choose(besides=instance)
                try:
                    answer = await self._try(asked, instance, leave, until)
                except (NotReached, BrokeOff) as again:
                    raise _problem(upstream, again) from again
        except BaseException:
            upstream.leave()
            raise
        return Exchange(answer, upstream)

    async def _try(self, asked: Asked, instance: Instance, leave: Pass, until: float) -> UpstreamAnswer:
        loop = asyncio.get_running_loop()
        left_s = until - loop.time()
        if left_s <= 0:
            leave.unknown()
            raise _too_late(asked)
        instance.in_flight += 1
        try:
            headers = [*asked.headers, ("X-Deadline-Ms", str(max(1, int(left_s * 1000))))]
            async with asyncio.timeout_at(until) as limit:
                if isinstance(asked.body, Upload):
                    asked.body.each_part(lambda: limit.reschedule(loop.time() + asked.patience_s))
                answer = await self._client.send(asked.method, instance.url + asked.target, headers, asked.body)
        except TimeoutError as error:
            if asked.fair and not isinstance(asked.body, Upload):
                leave.bad()  # An upload may have waited for others to end; whoever sends them decides how long.
            raise _too_late(asked) from error
        except (NotReached, BrokeOff) as error:
            if isinstance(asked.body, Upload) and asked.body.problem is not None:
                raise asked.body.problem from error
            leave.bad()
            raise
        else:
            if _unwell(answer):
                leave.bad()
            else:
                leave.good()
            return answer
        finally:
            instance.in_flight -= 1
            leave.unknown()  # Unless it has been said above.


def _unwell(answer: UpstreamAnswer) -> bool:
    """Whether an instance said that it cannot work: with our mark, or by something that is not our service's words.

    A problem document is an answer about what was asked (a supplier is away, a list has too many readers), and 500 is
    a mistake in one route: neither says anything about other routes of the instance.
    """
    if answer.status not in _CANNOT:
        return False
    told = {name.lower(): value.lower() for name, value in answer.headers}
    return _UNWELL in told or b"json" not in told.get(b"content-type", b"").partition(b";")[0]


def _too_late(asked: Asked) -> RequestProblem:
    detail = f"{asked.service} did not answer in time; what you asked may have happened."
    return RequestProblem(504, "service_timeout", detail)


def _problem(upstream: Upstream, failure: NotReached | BrokeOff) -> RequestProblem:
    if isinstance(failure, NotReached):
        return unavailable(f"{upstream.name} cannot be reached just now.", 1.0)
    detail = f"{upstream.name} broke off; what you asked may have happened. Repeat it with the same key."
    return RequestProblem(502, "service_failed", detail)
