"""Every rule finds what it is there for, and leaves alone what only looks like it."""

import textwrap

import pytest

from tools.rules.catalogue import RULES, violations
from tools.rules.source import Source
from tools.tests.rule_examples import EXAMPLES, Example


def found(name: str, path: str, text: str) -> list[str]:
    return [str(one) for one in violations(Source(path, textwrap.dedent(text)), [RULES[name]])]


BAD = [(one, text) for one in EXAMPLES for text in one.bad]
GOOD = [(one, text) for one in EXAMPLES for text in one.good]


def test_every_rule_has_a_bad_and_a_good_example_and_an_incident() -> None:
    assert {one.rule for one in EXAMPLES} == set(RULES)
    assert [one.rule for one in EXAMPLES if not one.bad or not one.good] == []
    assert [rule.name for rule in RULES.values() if len(rule.incident) < 60] == []


@pytest.mark.parametrize(("example", "text"), BAD, ids=[f"{one.rule}: {text}" for one, text in BAD])
def test_a_bad_example_is_found(example: Example, text: str) -> None:
    assert len(found(example.rule, example.path, text)) == 1


@pytest.mark.parametrize(("example", "text"), GOOD, ids=[f"{one.rule}: {text}" for one, text in GOOD])
def test_a_good_example_passes(example: Example, text: str) -> None:
    assert found(example.rule, example.path, text) == []


@pytest.mark.parametrize(
    "elsewhere",
    [one for one in EXAMPLES if one.elsewhere is not None],
    ids=[one.rule for one in EXAMPLES if one.elsewhere is not None],
)
def test_a_rule_speaks_only_of_the_files_it_is_for(elsewhere: Example) -> None:
    assert elsewhere.elsewhere is not None
    for text in elsewhere.bad:
        assert found(elsewhere.rule, elsewhere.elsewhere, text) == []


def test_a_comment_with_a_reason_allows_a_line() -> None:
    path = "shared-chassis/tests/test_clock.py"
    beside = "import time\ntime.sleep(1)  # allow no-sleep-in-tests: the kernel counts in seconds\n"
    above = "import time\n# allow no-sleep-in-tests: the kernel counts in seconds\ntime.sleep(1)\n"
    assert found("no-sleep-in-tests", path, beside) == []
    assert found("no-sleep-in-tests", path, above) == []


def test_a_comment_without_a_reason_allows_nothing() -> None:
    text = "import time\ntime.sleep(1)  # allow no-sleep-in-tests:\n"
    assert len(found("no-sleep-in-tests", "gateway/tests/test_a.py", text)) == 1


def test_a_comment_that_allows_nothing_any_more_is_found() -> None:
    text = "x = 1  # allow no-sleep-in-tests: once there was a sleep\n"
    (one,) = found("no-sleep-in-tests", "gateway/tests/test_a.py", text)
    assert one.endswith("nothing here breaks no-sleep-in-tests: remove the comment")


def test_a_comment_for_a_rule_that_does_not_exist_is_found() -> None:
    (one,) = found("no-patching", "gateway/tests/test_a.py", "x = 1  # allow everything: please\n")
    assert one.endswith("there is no rule everything")
