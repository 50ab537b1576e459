"""What the commands of a service print."""

import io

import pytest

from chassis.cli import _counter


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_progress_is_counted_on_one_line_of_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr("sys.stdout", terminal)
    count = _counter()
    count(1000)
    count(2000)
    assert terminal.getvalue() == "1000 events\r2000 events\r"


def test_progress_is_not_written_into_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    file = io.StringIO()
    monkeypatch.setattr("sys.stdout", file)
    _counter()(1000)
    assert file.getvalue() == ""
