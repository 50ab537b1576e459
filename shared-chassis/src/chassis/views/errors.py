"""Why something about a view is refused."""

from chassis.domain import DomainError, NotFound


class ViewUnknown(NotFound):
    """There is no such view, or the caller may not know that there is."""


class ViewChanged(DomainError):
    """Somebody changed it meanwhile: read it again."""

    code = "view_changed"
    status = 412


class TooManyViews(DomainError):
    """One person keeps so many views of a list, and no more."""

    code = "view_too_many"


class DefaultTaken(DomainError):
    """Those who hold the role begin with another view of this list already."""

    code = "view_default_taken"
