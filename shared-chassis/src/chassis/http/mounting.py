"""Raw ASGI applications beside the routes: partners' protocols and the hot path, where every microsecond is counted."""

from fastapi.params import Depends
from starlette.routing import Match, Mount
from starlette.types import ASGIApp, Scope

from chassis.auth.markers import Guarded, Internal, Public, guarded


class RawMount(Mount):
    """A mount that also answers at its own path, without a slash behind it."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        match, child = super().matches(scope)
        root = scope.get("root_path", "")
        if match is Match.NONE and scope["type"] == "http" and scope["path"] == root + self.path:
            child = {"root_path": root + self.path, "app_root_path": scope.get("app_root_path", root)}
            return Match.FULL, {**child, "endpoint": self.app, "path_params": dict(scope.get("path_params", {}))}
        return match, child


def raw_mount(path: str, app: ASGIApp) -> Mount:
    """The mount of `app`, with the marker its path implies when it brings none.

    Beneath `/partner` the partner's signature is the application's own affair; beneath `/internal` a service token is
    asked for. Elsewhere nothing is implied, and the walk over the routes will refuse what is not `guarded`.
    """
    if isinstance(app, Guarded) or getattr(app, "routes", None):
        return RawMount(path, app)
    marker = _default_marker(path)
    return RawMount(path, app if marker is None else guarded(app, marker))


def _default_marker(path: str) -> Depends | None:
    if path == "/partner" or path.startswith("/partner/"):
        return Public("the partner's own signature is checked behind it")
    if path == "/internal" or path.startswith("/internal/"):
        return Internal()
    return None
