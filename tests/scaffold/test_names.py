import ast
import re

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from airflowkit.errors import ScaffoldError
from airflowkit.scaffold.names import MAX_LENGTH, check_dag_name, check_free, shown, suggest

NAMES = st.one_of(
    st.text(),
    st.text(alphabet="ab_1.-/ é", max_size=12),
    st.from_regex(r"[a-z_][a-z0-9_]{0,30}", fullmatch=True),
)


def is_allowed(name: str) -> bool:
    try:
        check_dag_name(name)
    except ScaffoldError:
        return False
    return True


@given(NAMES)
@example("ﬁle")
@example("a\n")
@example("x" * (MAX_LENGTH + 1))
def test_an_allowed_name_is_a_dag_id_for_airflow_and_a_module_for_python(name):
    from airflow.sdk import DAG

    if is_allowed(name):
        assert DAG(name, schedule=None).dag_id == name
        assert ast.parse(f"import {name}").body[0].names[0].name == name
        assert re.fullmatch(r"[^/\\\0\n]{1,250}", name)


@given(NAMES)
def test_a_refusal_is_one_printable_line_and_its_suggestion_is_allowed(name):
    assume(not is_allowed(name))
    with pytest.raises(ScaffoldError) as refusal:
        check_dag_name(name)
    assert str(refusal.value).isprintable()
    assert not suggest(name) or is_allowed(suggest(name))


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("", "it is empty"),
        ("../x", "it is a path"),
        ("..", "it is a path"),
        ("a\\b", "it is a path"),
        ("/etc/x", "it is a path"),
        ("orders-daily", "of letters, digits and underscores"),
        ("orders.daily", "of letters, digits and underscores"),
        ("3days", "not start with a digit"),
        ("a b", "of letters, digits and underscores"),
        ("a\n", "of letters, digits and underscores"),
        ("class", "a Python keyword"),
        ("None", "a Python keyword"),
        ("__init__", "two leading underscores"),
        ("ﬁle", "another spelling"),
        ("x·1", "letters, digits and underscores"),
        ("json", "would shadow the Python module"),
        ("Airflow", "would shadow the Python module"),
        ("conftest", "would shadow the Python module"),
        ("aux", "Windows"),
        ("x" * 251, "251 characters, and Airflow allows 250"),
        ("ä" * 130, "255 bytes"),
    ],
)
def test_a_bad_name_is_refused_with_its_reason(name, reason):
    with pytest.raises(ScaffoldError, match=re.escape(reason)):
        check_dag_name(name)


@pytest.mark.parametrize("name", ["orders_daily", "Orders", "_private", "x", "x" * 250, "täglich", "match"])
def test_a_good_name_is_allowed(name):
    check_dag_name(name)


@pytest.mark.parametrize(
    ("name", "suggestion"),
    [
        ("orders-daily", "orders_daily"),
        ("Orders Daily.py", "orders_daily"),
        ("../../etc/orders", "orders"),
        ("3days", "dag_3days"),
        ("class", "dag_class"),
        ("!!!", ""),
    ],
)
def test_a_near_name_is_suggested(name, suggestion):
    assert suggest(name) == suggestion


@pytest.mark.parametrize("taken", ["orders.py", "orders", "Orders.py", "ORDERS"])
def test_a_name_is_taken_by_a_file_or_folder_in_any_case(taken):
    with pytest.raises(ScaffoldError, match=re.escape(taken)):
        check_free("orders", ["other.py", taken])


def test_a_name_is_free_beside_others():
    check_free("orders", ["orders_daily.py", "order.py", "orders.yaml"])


def test_a_long_name_is_shown_in_part():
    assert shown("x" * 10_000).endswith("(10000 characters)")
    assert len(shown("x" * 10_000)) < 100
