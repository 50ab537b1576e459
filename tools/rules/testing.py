"""What tests keep to."""

import ast
from collections.abc import Iterator

from tools.rules.rule import Found, rule
from tools.rules.source import Source

_STRANGERS = {
    "contracts",
    "chassis",
    "security",
    "backoffice",
    "verification",
    "payments",
    "games",
    "reports",
    "gateway",
}
_SLEEPS = {"asyncio.sleep", "time.sleep", "anyio.sleep"}


@rule(
    "no-patching",
    incident="A test patched the ledger's client where the code no longer looked it up: it stayed green for a month"
    " while bets were not debited. Collaborators are handed in; fakes pass the same contract suite as the real thing.",
    applies=lambda source: source.is_test,
)
def _patches(source: Source) -> Iterator[Found]:
    for statement, name in source.imported:
        if name.startswith("unittest.mock") and name.rsplit(".", 1)[-1] == "patch":
            yield statement, "mock.patch replaces our own code behind its back"
    for call in source.calls():
        name = source.full_name(call.func)
        replaces = name == "monkeypatch.setattr" and not _sets_a_constant(call)
        if replaces or name.startswith(("unittest.mock.patch", "mock.patch", "mocker.patch")):
            yield call, f"{name} replaces code behind its back"


def _sets_a_constant(call: ast.Call) -> bool:
    """A shorter patience or another folder for a test replaces no code."""
    words = [one.value for one in call.args[:2] if isinstance(one, ast.Constant) and isinstance(one.value, str)]
    return any(word.rsplit(".", 1)[-1].isupper() for word in words[:1])


@rule(
    "no-sleep-in-tests",
    incident="A test slept 200 ms for a consumer; on a busy machine it needed 300 and one run in forty was red, until"
    " everybody had learnt to run the suite again. Wait for the condition itself, in a loop with a deadline.",
    applies=lambda source: source.is_test and "simulators" not in source.parts,
)
def _sleeps(source: Source) -> Iterator[Found]:
    polling = {id(node) for loop in source.nodes if isinstance(loop, ast.While) for node in ast.walk(loop)}
    for call in source.calls():
        if source.full_name(call.func) in _SLEEPS and id(call) not in polling and not _is_yield(call):
            yield call, "a sleep is no way to wait for something"


def _is_yield(call: ast.Call) -> bool:
    """sleep(0) lets other tasks run and waits for nothing."""
    return bool(call.args) and isinstance(call.args[0], ast.Constant) and call.args[0].value == 0


@rule(
    "simulators-are-strangers",
    incident="A simulator signed with the service's own code: both had the same mistake, and the real supplier's first"
    " call was refused. The outside parties share no code with what they test.",
    applies=lambda source: source.parts[:2] == ("tests-e2e", "simulators"),
)
def _acquainted(source: Source) -> Iterator[Found]:
    for statement, name in source.imported:
        if name.split(".")[0] in _STRANGERS:
            yield statement, f"a simulator knows nothing of {name.split('.')[0]}"
