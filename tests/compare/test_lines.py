"""A comparison is told in few lines: the same change of many tasks once, secrets never, and nothing for nothing."""

import json
from pathlib import Path

import pytest

from airflowkit.compare.changes import Change, Unknown, What, Where
from airflowkit.compare.comparison import Comparison
from airflowkit.compare.fields import Kind
from airflowkit.compare.formats import json as as_json
from airflowkit.compare.formats import markdown
from airflowkit.compare.lines import lines_of, summary
from airflowkit.compare.masking import masked
from airflowkit.compare.revisions import WORK_TREE, Side

BEFORE, AFTER = Side("main", "a" * 40, Path()), Side(WORK_TREE, "", Path())


def comparison(*changes: Change, **others: tuple[object, ...]) -> Comparison:
    return Comparison(BEFORE, AFTER, changes, **others)  # type: ignore[arg-type]


def pod(dag: str, task: str, field: str = "image", before: str = "'a:1'", after: str = "'a:2'") -> Change:
    return Change(Kind.POD, What.CHANGED, dag, task, field, before, after, f"dags/{dag}.py")


def told(found: Comparison) -> list[str]:
    return [f"{'  ' * line.depth}{line.sign} {line.text}" for line in lines_of(found)]


def test_nothing_is_one_line_and_no_comment():
    assert summary(comparison()) == "nothing changes"
    assert lines_of(comparison()) == []
    assert markdown.render(comparison()) == ""


def test_what_could_not_be_compared_is_no_empty_difference():
    found = comparison(unknown=(Unknown("dags/a.py", "ImportError: b", Where.BOTH),))
    assert summary(found) == "nothing changes, as far as it can be compared"
    assert told(found) == [" cannot be compared: dags/a.py: ImportError: b"]


def test_the_same_change_of_several_tasks_is_told_once():
    found = comparison(*(pod("orders", task) for task in "abcde"), pod("orders", "b", "hostname"))
    assert told(found) == [
        " orders (dags/orders.py)",
        "   a, b, c and 2 more",
        "    ~ image: 'a:1' → 'a:2'",
        "   b",
        "    ~ hostname: 'a:1' → 'a:2'",
    ]


def test_the_same_change_of_several_dags_is_told_once():
    found = comparison(*(pod(dag, "load", field) for dag in ("a", "b") for field in ("image", "hostname")))
    assert told(found) == [" a.load, b.load", "  ~ image: 'a:1' → 'a:2'", "  ~ hostname: 'a:1' → 'a:2'"]
    assert summary(found) == "2 DAGs changed, 2 pods changed"


def test_a_task_that_is_added_in_several_dags_is_told_for_each():
    found = comparison(
        *(Change(Kind.TASK, What.ADDED, dag, "load", path="dags/x.py", note="BashOperator") for dag in "ab")
    )
    assert told(found) == [
        " a (dags/x.py)",
        "  + task load (BashOperator)",
        " b (dags/x.py)",
        "  + task load (BashOperator)",
    ]


def test_long_values_are_cut_to_where_they_differ():
    found = comparison(pod("a", "b", "args", "'" + "x" * 500 + "1'", "'" + "x" * 500 + "2'"))
    assert told(found)[2:] == ["    ~ args: …xxxxxxxxxxxxxxx1' → …xxxxxxxxxxxxxxx2'"]


def test_values_that_fill_a_line_have_one_each():
    found = comparison(pod("a", "b", "args", f"'{'x' * 50}'", f"'{'y' * 50}'"))
    assert told(found)[2:] == [f"    - args: '{'x' * 50}'", f"    + args: '{'y' * 50}'"]


def test_what_is_needed_says_whether_the_contract_has_it():
    needs = [
        Change(Kind.NEED, What.ADDED, field="Secret db", after="a.b", note="not in the kept contract"),
        Change(Kind.NEED, What.REMOVED, field="pool old", before="a.b, a.c, a.d, a.e"),
    ]
    assert told(comparison(*needs)) == [
        " Needed from now on:",
        "  + Secret db (a.b; not in the kept contract)",
        " No longer needed:",
        "  - pool old (a.b, a.c, a.d and 1 more)",
    ]


def test_markdown_is_a_block_that_its_content_cannot_end():
    found = comparison(pod("a", "b", "args", "'```'", "'````'"))
    text = markdown.render(found)
    assert text.startswith(f"{markdown.MARK}\n## What this changes\n\n1 DAG changed, 1 pod changed.\n\n`````diff\n")
    assert text.endswith("\n!     args: '```' → '````'\n`````")


def test_markdown_fits_into_a_comment():
    found = comparison(*(pod("a", f"task_{number}", after=f"'a:{number}'") for number in range(3000)))
    text = markdown.render(found)
    assert len(text) < 65_000
    assert "more lines: airflowkit diff shows them" in text
    assert "<details>" in text


def test_json_has_all_fields_of_a_change_and_its_version():
    document = json.loads(as_json.render(comparison(pod("a", "b"))))
    assert document["version"] == 1
    assert document["before"] == {"name": "main", "commit": "a" * 40}
    assert document["after"] == {"name": "the work tree", "commit": None}
    assert document["changes"] == [
        {
            "kind": "pod",
            "what": "changed",
            "dag_id": "a",
            "task_id": "b",
            "field": "image",
            "before": "'a:1'",
            "after": "'a:2'",
            "path": "dags/a.py",
            "note": "",
        }
    ]


@pytest.mark.parametrize(
    ("kind", "field", "value", "shown"),
    [
        (Kind.POD, "env_vars.DB_PASSWORD", "'hunter2'", "***"),
        (Kind.POD, "[3] env_vars.API_TOKEN", "'hunter2'", "***"),
        (Kind.POD, "init_containers[a].env[DB_PASSWORD]", "'hunter2'", "***"),
        (Kind.POD, "containers[a].env[DB_PASSWORD]", "'hunter2'", "***"),
        (Kind.POD, "env_vars.DB_PASSWORD", "Secret db, key password", "Secret db, key password"),
        (Kind.POD, "env_vars.DB_PASSWORD", "'Secret db, key hunter2'", "***"),
        (Kind.POD, "env_vars.LEVEL", "'AKIAIOSFODNN7EXAMPLE'", "***"),
        (Kind.POD, "arguments", "['--password', 'hunter2']", "['--password', '***']"),
        (Kind.POD, "image_pull_secrets[regcred]", "", ""),
        (Kind.POD, "volumes[a].secret.secretName", "'db'", "'db'"),
        (Kind.TASK, "op_kwargs.password", "'hunter2'", "***"),
        (Kind.TASK, "op_kwargs", "{'password': 'hunter2'}", "{'password': ***}"),
        (Kind.TASK, "bash_command", "'curl -u me:hunter2 https://x'", "'curl -u *** https://x'"),
        (Kind.DAG, "params.token.default", "'hunter2'", "***"),
        (Kind.IMPORT, "import error", "ValueError: password=hunter2", "ValueError: password=***"),
        (Kind.TASK, "retries", "3", "3"),
    ],
)
def test_secrets_are_not_told(kind, field, value, shown):
    assert masked(Change(kind, What.ADDED, "a", "b", field, after=value)).after == shown


def test_a_secret_that_changes_is_told_without_its_values():
    change = pod("a", "b", "env_vars.DB_PASSWORD", "'hunter2'", "'hunter3'")
    assert told(comparison(masked(change)))[2:] == [
        "    ~ env_vars.DB_PASSWORD: another value (the values are not shown)"
    ]
