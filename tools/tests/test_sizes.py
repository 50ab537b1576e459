"""The size limits count what a reader reads."""

from tools.sizes import too_large


def function(lines: int) -> str:
    return "def busy():\n" + "    pass\n" * (lines - 1)


def test_a_function_may_have_70_lines_and_no_more() -> None:
    assert list(too_large("a/b.py", function(70))) == []
    assert list(too_large("a/b.py", function(71))) == ["a/b.py:1: busy has 71 lines, at most 70"]


def test_decorators_count_and_methods_too() -> None:
    method = "class A:\n    @one\n    @two\n    async def busy(self):\n" + "        pass\n" * 68
    assert list(too_large("a/b.py", method)) == ["a/b.py:2: busy has 71 lines, at most 70"]


def test_a_file_may_have_400_lines_and_no_more() -> None:
    assert list(too_large("a/b.py", "x = 1\n" * 400)) == []
    assert list(too_large("a/b.py", "x = 1\n" * 401)) == ["a/b.py: 401 lines, at most 400"]


def test_a_composition_root_may_have_80_lines_and_no_more() -> None:
    main = "services/payments/src/payments/main.py"
    assert list(too_large(main, "x = 1\n" * 80)) == []
    assert list(too_large(main, "x = 1\n" * 81)) == [f"{main}: 81 lines, at most 80"]
    assert list(too_large("tools/main.py", "x = 1\n" * 81)) == []
