"""Why a search is refused."""

from chassis.domain import Invalid


class SearchTooShort(Invalid):
    code = "search_too_short"


class SearchTooLong(Invalid):
    code = "search_too_long"


class SearchWildcard(Invalid):
    """Nothing is found by a part of it, so that nobody reads masked data letter by letter."""

    code = "search_wildcard"


class SearchUnreadable(Invalid):
    """It has characters nobody sees, or none that anything is found by."""

    code = "search_unreadable"


class SearchByPost(Invalid):
    """It may be personal data, which has no place in an address."""

    code = "search_by_post"


class SearchTookTooLong(Invalid):
    code = "search_took_too_long"
