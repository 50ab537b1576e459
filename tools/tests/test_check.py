"""The runner of the gates tells what failed, and runs what CONTRIBUTING promises."""

import pytest

from tools.check import GATES, Gate, main, run


def test_a_gate_that_fails_shows_what_it_printed() -> None:
    outcome = run(Gate("x", ("-m", "this_module_does_not_exist"), "nothing"))
    assert not outcome.passed
    assert "this_module_does_not_exist" in outcome.output


def test_a_gate_that_passes_passes() -> None:
    assert run(Gate("x", ("-m", "this"), "nothing")).passed


def test_a_gate_nobody_knows_is_refused(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    with pytest.raises(SystemExit):
        main(["nonsense"])
    assert "there is no gate nonsense" in capsys.readouterr().err


def test_gates_alone_can_be_chosen(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["locks"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("ok     locks")
    assert "1 gates passed, 0 failed" in said


def test_gates_have_names_of_their_own() -> None:
    assert len({gate.name for gate in GATES}) == len(GATES)
