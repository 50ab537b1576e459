"""What a JSON body may not contain, whatever the route: found before any model is built from it."""

import json
import math
import re
from collections.abc import Iterator
from typing import Any, Final, NoReturn

from chassis.http.problems import FieldError, RequestProblem

DEEPEST: Final = 32
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
        document = json.loads(raw.decode("utf-8"), object_pairs_hook=_object, parse_constant=_constant)
    except RecursionError:
        raise _refused("too_deep", "body", f"At most {DEEPEST} levels of nesting are accepted.") from None
    except ValueError:  # Of json, of a number with thousands of digits, or of bytes that are not UTF-8.
        raise _refused("invalid_json", "body", "The body is not JSON in UTF-8.") from None
    for path, value in _values(document):
        _check_value(path, value)


def bad_text(text: str) -> bool:
    """Whether a text has characters that PostgreSQL cannot store or UTF-8 cannot carry."""
    return _BAD.search(text) is not None


def _check_value(path: str, value: Any) -> None:
    if isinstance(value, str):
        if not value.isascii() or "\x00" in value:
            check_text(path, value)
    elif isinstance(value, float):
        if not math.isfinite(value):
            raise _refused("not_a_number", path, "A number must be finite.")
    elif isinstance(value, int) and not _MOST_NEGATIVE <= value <= _MOST_POSITIVE:
        raise _refused("out_of_range", path, "Whole numbers have at most 64 bits.")


def check_text(path: str, text: str) -> None:
    """Refuse a text with NUL or an unpaired surrogate, naming the field."""
    if bad_text(text):
        raise _refused("invalid_text", path, "Text must not contain NUL characters or unpaired surrogates.")


def _values(document: Any) -> Iterator[tuple[str, Any]]:
    """All scalars with their paths, keys included, without recursion."""
    waiting: list[tuple[str, Any, int]] = [("", document, 1)]
    while waiting:
        path, value, depth = waiting.pop()
        if isinstance(value, (dict, list)) and depth > DEEPEST:
            raise _refused("too_deep", path, f"At most {DEEPEST} levels of nesting are accepted.")
        if isinstance(value, dict):
            for key, inner in value.items():
                check_text(path or "body", key)
                waiting.append((f"{path}.{key}" if path else key, inner, depth + 1))
        elif isinstance(value, list):
            waiting.extend((f"{path}[{place}]", inner, depth + 1) for place, inner in enumerate(value))
        else:
            yield path or "body", value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise _refused("duplicate_field", twice, "A field must be given once.")
    return made


def _constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _refused(code: str, field: str, message: str) -> RequestProblem:
    return RequestProblem(422, code, message, errors=[FieldError(field=field or "body", code=code, message=message)])
