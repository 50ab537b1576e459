"""What the commands of a service print."""

import io
from contextlib import redirect_stdout

from chassis.cli import _counter


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_progress_is_counted_on_one_line_of_a_terminal() -> None:
    with redirect_stdout(Terminal()) as terminal:
        count = _counter()
        count(1000)
        count(2000)
    assert terminal.getvalue() == "1000 events\r2000 events\r"


def test_progress_is_not_written_into_a_file() -> None:
    with redirect_stdout(io.StringIO()) as file:
        _counter()(1000)
    assert file.getvalue() == ""
