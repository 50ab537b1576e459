"""How a list refuses a query: with a code for the part that is wrong, and a text naming what is allowed.

The answer carries `message`, `details` and `hint` beside the members of every problem, since that is what clients of
PostgREST read, and `Proxy-Status` (RFC 9209), since the answer to a HEAD has no body.
"""

from collections.abc import Iterable

from chassis.http.problems import FieldError, RequestProblem

UNKNOWN_FIELD = "LST101"
UNKNOWN_PARAMETER = "LST102"
WRONG_OPERATOR = "LST103"
WRONG_VALUE = "LST104"
WRONG_ORDER = "LST105"
WRONG_LIMIT = "LST106"
WRONG_CURSOR = "LST107"
TOO_MANY_CONDITIONS = "LST108"
REPEATED_PARAMETER = "LST109"
CURRENCY_NEEDED = "LST110"
WRONG_SYNTAX = "LST111"
TOO_DEEP = "LST112"
WRONG_OFFSET = "LST113"
WRONG_SELECT = "LST114"
PATTERN_TOO_SHORT = "LST115"
RANGE_NEEDED = "LST116"
WRONG_TREE = "LST117"
WRONG_PREFERENCE = "LST118"
WRONG_SEARCH = "LST119"
BODY_ONLY = "LST120"
WRONG_VIEW = "LST121"
VIEW_OUTDATED = "LST122"
CURSOR_OLD = "LST123"
TIMEOUT = "LST_TIMEOUT"
COSTLY = "LST_COSTLY"
BUSY = "LST_BUSY"
NO_SUCH_VIEW = "LST_NO_SUCH_VIEW"
NOT_ONE = "LST_NOT_ONE"
NO_SUCH_FORM = "LST_NO_SUCH_FORM"


def refused(code: str, parameter: str, message: str, hint: str = "") -> RequestProblem:
    """The problem for one query parameter, 400."""
    return declined(400, code, message, hint, errors=[_blame(code, parameter, message)])


def declined(
    status: int,
    code: str,
    message: str,
    hint: str = "",
    *,
    errors: Iterable[FieldError] = (),
    retry_after_s: int | None = None,
) -> RequestProblem:
    """A refusal that blames no parameter, or one whose blame is known."""
    headers = {"Proxy-Status": f"lists; error={code}"}
    if retry_after_s is not None:
        headers["Retry-After"] = str(retry_after_s)
    return RequestProblem(status, code, message, errors=list(errors), headers=headers, hint=hint or message)


def choice(names: Iterable[str]) -> str:
    """The allowed set as text: `a, b or c`.

    >>> choice(["c", "a", "b"])
    'c, a or b'
    """
    listed = list(names)
    if len(listed) < 2:
        return "".join(listed) or "nothing"
    return f"{', '.join(listed[:-1])} or {listed[-1]}"


def _blame(code: str, parameter: str, message: str) -> FieldError:
    return FieldError(field=f"query.{parameter}", code=code, message=message)
