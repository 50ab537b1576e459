"""Following a list from page to page in tests."""

import httpx


def after_of(answer: httpx.Response, rel: str = "next") -> str | None:
    """The cursor of the neighbouring page, as `Link` gives it; None when there is none."""
    link = answer.links.get(rel)
    if link is None:
        return None
    cursor: str = httpx.URL(link["url"]).params["after" if rel == "next" else "before"]
    return cursor
