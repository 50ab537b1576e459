"""Raw ASGI applications beside the routes: partners' protocols and the hot path, where every microsecond is counted."""

from collections.abc import Mapping

from fastapi.params import Depends
from starlette.exceptions import HTTPException
from starlette.routing import Mount
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis.auth.markers import Guarded, Internal, Public, guarded
from chassis.domain import DomainError
from chassis.http.problems import RequestProblem, domain_problem, problem_response


class RawApplications:
    """Sends requests for raw applications straight to them.

    Finding a route among dozens costs FastAPI several times what a whole partner's request may cost, so these paths
    are looked up first. The walk over the routes sees them as mounts and refuses a route that one of them would hide.
    """

    def __init__(self, app: ASGIApp, *, applications: Mapping[str, Guarded]) -> None:
        self.app = app
        self._by_path = sorted(applications.items(), key=lambda pair: len(pair[0]), reverse=True)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path: str = scope["path"] if scope["type"] == "http" else ""
        for prefix, application in self._by_path:
            if path.startswith(prefix) and (len(path) == len(prefix) or path[len(prefix)] == "/"):
                scope["endpoint"] = application
                scope["root_path"] = scope.get("root_path", "") + prefix
                await _in_problems(application, scope, receive, send)
                return
        await self.app(scope, receive, send)


def raw_application(path: str, app: ASGIApp) -> ASGIApp:
    """The application with the marker its path implies, when it brings none.

    Beneath `/partner` the partner's signature is the application's own affair; beneath `/internal` a service token is
    asked for. Elsewhere nothing is implied, and the walk over the routes will refuse what is not `guarded`.
    """
    if isinstance(app, Guarded) or getattr(app, "routes", None):
        return app
    marker = _default_marker(path)
    return app if marker is None else guarded(app, marker)


def mounts_of(mounts: Mapping[str, ASGIApp]) -> tuple[list[Mount], dict[str, Guarded]]:
    """All of them as mounts for the walk, and those of them that are served directly."""
    marked = {path.rstrip("/"): raw_application(path, app) for path, app in mounts.items()}
    return (
        [Mount(path, app) for path, app in marked.items()],
        {path: app for path, app in marked.items() if isinstance(app, Guarded)},
    )


def _default_marker(path: str) -> Depends | None:
    if path == "/partner" or path.startswith("/partner/"):
        return Public("the partner's own signature is checked behind it")
    if path == "/internal" or path.startswith("/internal/"):
        return Internal()
    return None


async def _in_problems(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    """Call it; what it raises before it answers becomes a problem document, as for any route."""
    started = False

    async def watched(message: Message) -> None:
        nonlocal started
        started = True
        await send(message)

    try:
        await app(scope, receive, watched)
    except DomainError as error:
        if started:
            raise
        await domain_problem(scope, error)(scope, receive, send)
    except HTTPException as error:
        if started:
            raise
        code, errors = (error.code, error.errors) if isinstance(error, RequestProblem) else (None, [])
        answer = problem_response(scope, error.status_code, code, error.detail, errors=errors, headers=error.headers)
        await answer(scope, receive, send)
