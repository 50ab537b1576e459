"""The OpenAPI document over all services and a page to explore it, served from here: nothing is fetched elsewhere."""

from importlib.resources import files

from fastapi import APIRouter, Response

from chassis.auth import Public
from gateway.routes import load_openapi

router = APIRouter(include_in_schema=False)

_DOCUMENT = load_openapi()
_POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; frame-ancestors 'none'"
_STATIC = {"explorer.js": "text/javascript", "explorer.css": "text/css"}


@router.get("/openapi.json", dependencies=[Public("the API's description holds nothing secret")])
async def openapi() -> Response:
    """Every address a client may use."""
    return Response(_DOCUMENT, media_type="application/json")


@router.get("/docs", dependencies=[Public("the explorer shows what /openapi.json says")])
async def explorer() -> Response:
    """A page that lists every address, shows what it takes and gives, and calls it."""
    page = (files("gateway") / "static" / "explorer.html").read_bytes()
    return Response(page, media_type="text/html", headers={"Content-Security-Policy": _POLICY})


@router.get("/docs/{name}", dependencies=[Public("the explorer's own script and style")])
async def asset(name: str) -> Response:
    """The explorer's script and style."""
    if name not in _STATIC:
        return Response(status_code=404)
    return Response((files("gateway") / "static" / name).read_bytes(), media_type=_STATIC[name])
