"""What code says, in words that do not depend on layout, comments, annotations or the Python."""

import ast
import linecache
from types import FunctionType

import pytest

from airflowkit.checks.workers.sources import Sources, in_words

PLAIN = "def work(a, b=1):\n    c = a + b\n    return c\n"
SAME = {
    "comments": "# why\ndef work(a, b=1):\n    # how\n    c = a + b  # so\n    return c\n",
    "docstring": 'def work(a, b=1):\n    """Work."""\n    c = a + b\n    return c\n',
    "annotations": "def work(a: int, b: int = 1) -> int:\n    c: int = a + b\n    return c\n",
    "layout": "def work(\n    a,\n    b=1,\n):\n    c = (\n        a +\n        b\n    )\n    return c\n",
    "idle": "def work(a, b=1):\n    c: int\n    c = a + b\n    pass\n    ...\n    return c\n",
    "place": "X = 1\n\n\n" + PLAIN,
    "default": PLAIN.replace("b=1", "b=2"),  # it is a value that the function has
    "decorator": "@(lambda function: function)\n" + PLAIN,
}
OTHER = {
    "operator": PLAIN.replace("+", "-"),
    "argument": PLAIN.replace("(a, b=1)", "(a, *, b=1)"),
    "name": PLAIN.replace("c", "d"),
    "order": PLAIN.replace("a + b", "b + a"),
    "none": PLAIN.replace("return c", "return None"),
    "constant": PLAIN.replace("a + b", "a + 1"),
    "kind": PLAIN.replace("a + b", "a + 1.0"),
}


@pytest.fixture
def functions(tmp_path):
    """The functions of a text that is in a file."""

    def made(text: str) -> dict[str, FunctionType]:
        path = tmp_path / f"{len(list(tmp_path.iterdir()))}.py"
        path.write_text(text)
        space: dict[str, FunctionType] = {}
        exec(compile(text, str(path), "exec"), space)
        return space

    return made


@pytest.mark.parametrize("kind", SAME)
def test_what_changes_nothing_is_not_in_the_words(functions, kind):
    assert Sources().text(functions(SAME[kind])["work"]) == Sources().text(functions(PLAIN)["work"])


def test_all_else_is(functions):
    words = {Sources().text(functions(text)["work"]) for text in (PLAIN, *OTHER.values())}
    assert None not in words
    assert len(words) == 1 + len(OTHER)


def test_lambdas_of_one_line_are_told_apart(functions):
    made = functions("a, b, c = (lambda: 1), (lambda x: (lambda: x)()), (lambda: [\n    2,\n])\n")
    words = [Sources().text(made[name]) for name in "abc"]
    assert [text.partition("body")[0].count("Lambda") for text in words if text] == [1, 2, 1]
    assert len(set(words)) == 3


def test_a_function_without_source_has_no_words():
    space: dict[str, FunctionType] = {}
    exec(PLAIN, space)
    assert Sources().text(space["work"]) is None


def test_the_words_are_of_the_text_that_was_executed_and_not_of_what_the_file_has_now(functions):
    work = functions(PLAIN)["work"]
    path = work.__code__.co_filename
    linecache.cache[path] = (0, None, PLAIN.replace("+", "-").splitlines(keepends=True), path)
    assert Sources().text(work) == Sources().text(functions(OTHER["operator"])["work"])


def test_no_depth_of_nesting_is_an_error(functions):
    deep = ["def work(a, b=1):\n    return " + " + ".join(["a"] * length) + "\n" for length in (700, 701)]
    words = [Sources().text(functions(text)["work"]) for text in deep]
    assert None not in words
    assert len(set(words)) == 2


@pytest.mark.parametrize("other", ["a, ", "b, c, "])
def test_each_lambda_of_a_line_has_its_own_words_whatever_is_beside_it(functions, other):
    """Python keeps no place of what it has folded, nor, before 3.12, of the whole of a condition."""
    bodies = ["1 + 4", "-1", "(1, 2)", "True", "1.0", "None", "1 if True else 2", "x if x else 1", "x.a(\n).b()"]
    line = f"{other}work = {'(lambda x=0: 1), ' * other.count(',')}(lambda x=0: {{}})\n"
    words = [Sources().text(functions(line.format(body))["work"]) for body in bodies]
    alone = [Sources().text(functions(f"work = lambda x=0: {body}\n")["work"]) for body in bodies]
    assert words == alone


def test_form_feeds_and_characters_that_no_python_shows_alike_are_in_the_words(functions):
    text = "\x0c\ndef work(a, b=1):\n    return '\x0c\u2028\u2ffc'\n"
    assert "'\\x0c\\u2028\\u2ffc'" in (Sources().text(functions(text)["work"]) or "")


def test_none_and_nothing_are_told_apart():
    texts = ("f(None)", "f()", "[]", "[None]", "return_(None)", "{**a}", "{None: a}")
    assert len({in_words(ast.parse(text)) for text in texts}) == len(texts)
