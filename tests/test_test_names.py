"""A test's name is its one sentence."""

import ast
import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
FILES = [
    path for path in sorted(TESTS.rglob("test_*.py")) if not {"cases", "node"} & set(path.relative_to(TESTS).parts)
]
SAYS_NOTHING = re.compile(r"basic|simple|misc|works?|ok|default|cases?|various|\d+")


def vague(name: str) -> bool:
    words = [word for word in name.removeprefix("test_").split("_") if word not in {"a", "an", "the", "it"}]
    return len(words) < 2 or (len(words) < 4 and SAYS_NOTHING.fullmatch(words[-1]) is not None)


@pytest.mark.parametrize("name", ["test_1", "test_basic", "test_render", "test_a_run_works", "test_the_check_2"])
def test_a_name_that_says_nothing_is_vague(name):
    assert vague(name)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(TESTS).as_posix())
def test_every_test_of_a_file_has_a_sentence_for_a_name(path):
    tree = ast.walk(ast.parse(path.read_text()))
    names = [node.name for node in tree if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    assert [name for name in names if name.startswith("test_") and vague(name)] == []
