"""How a list refuses a query: always 400, with a code for the part that is wrong and a text naming what is allowed."""

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


def refused(code: str, parameter: str, message: str) -> RequestProblem:
    """The problem for one query parameter."""
    return RequestProblem(
        400, code, message, errors=[FieldError(field=f"query.{parameter}", code=code, message=message)]
    )


def choice(names: Iterable[str]) -> str:
    """The allowed set as text: `a, b or c`.

    >>> choice(["c", "a", "b"])
    'c, a or b'
    """
    listed = list(names)
    if len(listed) < 2:
        return "".join(listed) or "nothing"
    return f"{', '.join(listed[:-1])} or {listed[-1]}"
