"""Comments that ignore rules: what counts as one, and what it covers."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflowkit.checks.engine import checked
from airflowkit.checks.model.comments import Comment, comments, comments_in
from airflowkit.setting_sections import Check
from airflows import for_this_airflow

IGNORE = "# airflowkit: ignore[AK401] by hand"


def covered(source: str) -> list[tuple[int, int]]:
    """Return the first and last line of what each comment covers."""
    return [(it.covers[0], it.covers[-1]) if it.covers else (0, 0) for it in comments_in(source.encode())]


CALL = ["load = pod_task(", '    "load",', '    image="orders:1.4",', ")"]


@pytest.mark.parametrize("line", range(4))
def test_at_any_line_of_a_call_a_comment_covers_the_whole_call(line):
    lines = ["before = 1", *CALL, "after = 2"]
    lines[1 + line] += f"  {IGNORE}"
    assert covered("\n".join(lines)) == [(2, 5)]


@pytest.mark.parametrize("line", range(1, 4))
def test_on_a_line_of_its_own_within_a_call_a_comment_covers_the_whole_call(line):
    lines = ["before = 1", *CALL, "after = 2"]
    lines.insert(1 + line, f"    {IGNORE}")
    assert covered("\n".join(lines)) == [(2, 6)]


@pytest.mark.parametrize("between", ["", "\n", "# another comment\n"])
def test_on_a_line_of_its_own_a_comment_covers_the_statement_that_follows(between):
    source = f"before = 1\n{IGNORE}\n{between}load = pod_task(\n  1,\n)\nafter = 2\n"
    first = 3 + bool(between)
    assert covered(source) == [(first, first + 2)]


def test_after_the_last_statement_a_comment_covers_nothing():
    assert covered(f"x = 1\n{IGNORE}\n") == [(0, 0)]


@pytest.mark.parametrize(
    "header",
    [
        ["with DAG(", " 'orders',", "):"],
        ["@dag(", "  'orders',", ")", "def orders():"],
        ["@first", "@second", "def orders(", "):"],
        ["for table in (", "  1, 2", "):"],
        ["class Orders(", "  Base):"],
        ["if (", "  True):"],
    ],
)
def test_of_a_statement_with_a_body_it_covers_the_header(header):
    for line in range(len(header)):
        lines = ["before = 1", *header, "    load = 1", "    send = 2"]
        lines[1 + line] += f"  {IGNORE}"
        assert covered("\n".join(lines)) == [(2, len(header) + 1)]
    assert covered("\n".join([IGNORE, *header, "    load = 1"])) == [(2, len(header) + 1)]


def test_the_first_statement_of_a_body_is_not_the_header():
    assert covered(f"with DAG('orders'):\n    load = 1  {IGNORE}\n    send = 2\n") == [(2, 2)]


def test_a_comment_for_the_file_covers_it_from_anywhere():
    (comment,) = comments_in(b"x = f(\n  1,  # airflowkit: ignore-file[AK4] by hand\n)\n")
    assert comment.covers is None
    assert comment.ignores("AK401", None)
    assert comment.ignores("AK401", 1000)
    assert not comment.ignores("AK501", 1)


def test_without_a_reason_or_a_code_nothing_is_ignored():
    source = b"x = 1  # airflowkit: ignore[AK401]\ny = 2  # airflowkit: ignore AK401 by hand\n"
    assert [it.ignores("AK401", it.line) for it in comments_in(source)] == [False, False]


@pytest.mark.parametrize(
    "source",
    [
        f'x = "{IGNORE}"',
        f"x = '''\n{IGNORE}\n'''",
        f'def f():\n    """Ignores.\n\n    {IGNORE}\n    """',
        f'x = f"{{1}} {IGNORE}"',
        "x = 1  # airflowkit is fine",
        "x = 1  # airflowkit: see the page on what to ignore",
        "x = 1  # airflowkit: ignored",
    ],
)
def test_what_only_looks_like_an_ignore_is_none(source):
    assert comments_in(source.encode()) == ()


@pytest.mark.parametrize(
    "content",
    [
        b"x = (",
        b"\xff\xfe",
        b"\n\n\n# \xe4",  # the first two lines tell the encoding
        b"# coding: nonsense\n",
        b"x = '",
        b"def f():\n  x\n y",
        b"PK\x03\x04\0\0",
    ],
)
def test_a_file_that_is_no_python_has_no_comments(tmp_path, content):
    path = tmp_path / "dag.py"
    path.write_bytes(content + b"\n" + IGNORE.encode())
    assert [it for it in comments(path) if it.covers] == []
    assert comments(tmp_path / "missing.py") == comments(tmp_path) == ()


def test_an_encoding_is_heeded(tmp_path):
    path = tmp_path / "dag.py"
    path.write_bytes("# coding: latin-1\nx = 1  # airflowkit: ignore[AK4] für März\n".encode("latin-1"))
    assert [it.reason for it in comments(path)] == ["für März"]


CODES = st.lists(st.from_regex(r"(?i:AK)[0-9]{0,3}", fullmatch=True), min_size=1, max_size=4)
BLANK = st.sampled_from(["", " ", "  ", "\t"])
REASONS = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"], exclude_characters="#"), min_size=1)


@given(
    codes=CODES,
    separator=st.sampled_from([",", ", ", " ", " , "]),
    blanks=st.tuples(BLANK, BLANK, BLANK, BLANK),
    reason=st.lists(REASONS, max_size=3).map(" ".join),
    whole=st.booleans(),
    before=st.sampled_from(["", "# noqa: E501  ", "# see #12 "]),
    after=st.sampled_from(["", "  # noqa", " # type: ignore[x]"]),
)
def test_an_ignore_is_read_as_it_was_written(codes, separator, blanks, reason, whole, before, after):
    keyword = "ignore-file" if whole else "ignore"
    one, two, three, four = blanks
    text = f"{before}#{one}airflowkit:{two}{keyword}{three}[{four}{separator.join(codes)}]{one}{reason}{after}"
    (comment,) = comments_in(f"x = 1  {text}\n".encode())
    assert comment == Comment(tuple(code.upper() for code in codes), reason, 1, None if whole else range(1, 2))


EXPRESSIONS = st.recursive(
    st.sampled_from(["1", "x", '"# airflowkit: ignore[AK401] in a string"', "'''two\nlines'''", "b'#'"]),
    lambda inner: st.lists(inner, min_size=1, max_size=3).map(lambda parts: "f(\n" + ",\n".join(parts) + ",\n)"),
    max_leaves=6,
)
STATEMENTS = st.one_of(
    EXPRESSIONS.map("y = {}".format),
    EXPRESSIONS.map("with {}:\n    pass".format),
    EXPRESSIONS.map("@{}\ndef g():\n    pass".format),
)


@given(before=st.lists(STATEMENTS, max_size=3), statement=EXPRESSIONS.map("y = {}".format), data=st.data())
def test_a_comment_covers_its_statement_in_any_file(before, statement, data):
    """Python's own parser says where a comment may stand: where the tree stays the same with it."""
    import ast

    lines = statement.split("\n")
    place = data.draw(st.integers(0, len(lines) - 1))
    lines[place] += f"  {IGNORE}"
    source = "\n".join([*before, *lines, "z = 3", ""])
    if ast.dump(ast.parse(source)) != ast.dump(ast.parse("\n".join([*before, statement, "z = 3", ""]))):
        assert covered(source) == []  # it stands in a string
    else:
        node = ast.parse(source).body[len(before)]
        assert covered(source) == [(node.lineno, node.end_lineno)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("any")


@given(content=st.binary() | st.text().map(str.encode))
def test_no_file_ends_the_check(content, folder):
    path = Path(folder, "dag.py")
    path.write_bytes(content + b"\n# airflowkit: ignore[AK4]\n")
    assert all(comment.codes == ("AK4",) or b"airflowkit:" in content for comment in comments(path))


def found(pool, folder: Path, source: str, *select: str, **options) -> list[str]:
    path = folder / "dag.py"
    path.write_text(for_this_airflow(f"from airflow.sdk import DAG\n\n{source}"))
    report = checked(pool, folder, [path], Check(select=list(select) or ["AK"], **options))
    return [f"{it.code} {it.message}" for it in report.findings]


EMPTY_DAG = 'dag = DAG("orders", schedule=None)'


def test_a_comment_in_a_call_of_many_lines_ignores_what_is_found_at_its_first(pool, tmp_path):
    source = 'dag = DAG(\n    "orders",\n    schedule=None,\n)  # airflowkit: ignore[ak205] its tasks follow\n'
    assert found(pool, tmp_path, source) == []


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        ("AK205", []),
        ("AK2", []),
        ("AK999", ["AK205 has no tasks", "AK608 ignores AK999, which is not a rule"]),
        ("AK205, AK999", ["AK608 ignores AK999, which is not a rule"]),
        ("AK205, AK401", ["AK609 ignores AK401, which finds nothing here"]),
        ("", ["AK205 has no tasks", "AK608 names no rule to ignore"]),
    ],
)
def test_an_ignore_that_ignores_nothing_is_found(pool, tmp_path, codes, expected):
    assert found(pool, tmp_path, f"{EMPTY_DAG}  # airflowkit: ignore[{codes}] its tasks follow\n") == expected


def test_an_ignore_of_a_rule_that_was_not_asked_is_not_called_unused(pool, tmp_path):
    source = "x = 1  # airflowkit: ignore[AK401] by hand\n"
    unused = ["AK609 ignores AK401, which finds nothing here"]
    assert found(pool, tmp_path, source, "AK4", "AK609") == unused
    assert found(pool, tmp_path, source, "AK5", "AK609") == []
    assert found(pool, tmp_path, source, "AK4", "AK609", ignore={"AK401": "legacy"}) == []


@pytest.mark.parametrize("code", ["AK111", "AK1", "AK502"])
def test_an_ignore_of_what_depends_on_the_machine_is_not_called_unused(pool, tmp_path, code):
    assert found(pool, tmp_path, f"x = 1  # airflowkit: ignore[{code}] slow in CI\n", "AK1", "AK5", "AK609") == []


def test_in_a_file_that_cannot_be_imported_no_ignore_is_called_unused(pool, tmp_path):
    findings = found(pool, tmp_path, "1 / 0  # airflowkit: ignore[AK401] by hand\n", "AK4", "AK609")
    assert findings == ["AK101 ZeroDivisionError: division by zero"]


def test_comments_are_read_again_for_each_check(pool, tmp_path):
    assert found(pool, tmp_path, EMPTY_DAG) == ["AK205 has no tasks"]
    assert found(pool, tmp_path, f"{EMPTY_DAG}  # airflowkit: ignore[AK205] its tasks follow\n") == []
    assert found(pool, tmp_path, EMPTY_DAG) == ["AK205 has no tasks"]
