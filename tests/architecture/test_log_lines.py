"""A log line is fixed words and allowed fields: nothing is formatted into it."""

import ast
from pathlib import Path

import pytest

from app import logs

APP = Path(__file__).parents[2] / "app"
LEVELS = {"debug", "info", "warning", "error", "critical", "exception", "log"}


def calls(path: Path) -> list[ast.Call]:
    """Every call on a logger of ours, which is named _log everywhere."""
    return [
        node
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "_log"
        and node.func.attr in LEVELS
    ]


WITH_LOGS = [path for path in sorted(APP.rglob("*.py")) if "_log" in path.read_text("utf-8")]


@pytest.mark.parametrize("path", WITH_LOGS, ids=lambda path: str(path.relative_to(APP)))
def test_a_log_line_is_fixed_words_with_allowed_fields(path: Path) -> None:
    for call in calls(path):
        assert isinstance(call.func, ast.Attribute)
        *_, words = call.args
        assert len(call.args) == (2 if call.func.attr == "log" else 1), ast.unparse(call)
        assert isinstance(words, ast.Constant), ast.unparse(call)
        for keyword in call.keywords:
            assert keyword.arg == "extra", ast.unparse(call)
            if isinstance(keyword.value, ast.Dict):
                names = {key.value for key in keyword.value.keys if isinstance(key, ast.Constant)}
                assert names <= set(logs.FIELDS), ast.unparse(call)


def test_every_logger_of_ours_is_under_the_name_that_is_written_out() -> None:
    for path in WITH_LOGS:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "_log":
                assert ast.unparse(node.value).startswith("logging.getLogger('sluis."), path
