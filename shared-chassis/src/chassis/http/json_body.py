"""What a JSON body may not contain, whatever the route: found before any model is built from it."""

import json
import math
import re
from typing import Any, Final, NamedTuple, NoReturn

from chassis.http.problems import FieldError, RequestProblem

DEEPEST: Final = 32
_LONGEST_SHOWN: Final = 100
"""Characters of a field's name that a refusal repeats."""

_BAD: Final = re.compile("[\x00\ud800-\udfff]")
_MOST_NEGATIVE, _MOST_POSITIVE = -(2**63), 2**63 - 1


def check_json(raw: bytes) -> None:
    """Refuse with 422 what is not JSON in UTF-8, is nested too deeply, repeats a key, or holds a value no store takes.

    >>> check_json(b'{"name": "Ann", "tags": ["a"]}')
    >>> check_json(b'{"name": "A\\\\u0000"}')
    Traceback (most recent call last):
    chassis.http.problems.RequestProblem: 422: Text must not contain NUL characters or unpaired surrogates.
    """
    if not raw:
        return
    try:
        document = json.loads(raw.decode("utf-8"), object_pairs_hook=no_key_twice, parse_constant=_constant)
    except RecursionError:
        raise _refused("too_deep", "body", f"At most {DEEPEST} levels of nesting are accepted.") from None
    except ValueError:  # Of json, of a number with thousands of digits, or of bytes that are not UTF-8.
        raise _refused("invalid_json", "body", "The body is not JSON in UTF-8.") from None
    _check_document(document)


def bad_text(text: str) -> bool:
    """Whether a text has characters that PostgreSQL cannot store or UTF-8 cannot carry."""
    return _BAD.search(text) is not None


def check_text(path: str, text: str) -> None:
    """Refuse a text with NUL or an unpaired surrogate, naming the field."""
    if bad_text(text):
        raise _refused("invalid_text", path, "Text must not contain NUL characters or unpaired surrogates.")


class _At(NamedTuple):
    """Where something is in the document. Its path is put together only when it is refused: the paths of ten thousand
    elements under a key of fifty thousand characters would take more memory than a service has."""

    above: "_At | None"
    step: str | int

    def __str__(self) -> str:
        steps: list[str] = []
        place: _At | None = self
        while place is not None:
            steps.append(f"[{place.step}]" if isinstance(place.step, int) else f".{place.step[:_LONGEST_SHOWN]}")
            place = place.above
        return "".join(reversed(steps)).removeprefix(".")


def _check_document(document: Any) -> None:
    """Every key and every value, without recursion."""
    waiting: list[tuple[_At | None, Any, int]] = []
    _check_value(None, None, document, 1, waiting)
    while waiting:
        at, container, depth = waiting.pop()
        if isinstance(container, dict):
            for key, value in container.items():
                if not key.isascii() or "\x00" in key:
                    check_text(str(at or "body"), key)
                _check_value(at, key, value, depth, waiting)
        else:
            for place, value in enumerate(container):
                _check_value(at, place, value, depth, waiting)


def _check_value(
    above: _At | None, step: str | int | None, value: Any, depth: int, waiting: list[tuple[_At | None, Any, int]]
) -> None:
    """Refuse the value or, when it holds others, have it wait for its turn."""

    def path() -> str:
        return "body" if step is None else str(_At(above, step))

    if isinstance(value, str):
        if not value.isascii() or "\x00" in value:
            check_text(path(), value)
    elif isinstance(value, (dict, list)):
        if depth > DEEPEST:
            raise _refused("too_deep", path(), f"At most {DEEPEST} levels of nesting are accepted.")
        waiting.append((None if step is None else _At(above, step), value, depth + 1))
    elif isinstance(value, float):
        if not math.isfinite(value):
            raise _refused("not_a_number", path(), "A number must be finite.")
    elif isinstance(value, int) and not _MOST_NEGATIVE <= value <= _MOST_POSITIVE:
        raise _refused("out_of_range", path(), "Whole numbers have at most 64 bits.")


def no_key_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """The object; refused when a key is in it twice."""
    made = dict(pairs)
    if len(made) != len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise _refused("duplicate_field", key[:_LONGEST_SHOWN], "A field must be given once.")
            seen.add(key)
    return made


def _constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _refused(code: str, field: str, message: str) -> RequestProblem:
    return RequestProblem(422, code, message, errors=[FieldError(field=field or "body", code=code, message=message)])
