"""Callbacks, alerts, and the results of pods: what their rules distinguish."""

import pytest

from airflowkit.checks.comparison import excerpts
from airflowkit.checks.deployment import check_options
from airflowkit.checks.engine import checked
from airflowkit.checks.rules.dag_arguments import _hint_of, _made_the_same
from airflows import for_this_airflow, in_dag

HEAD = """\
from datetime import datetime

from airflow.providers.standard.operators.bash import BashOperator
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG

"""


SHAPES = """\
from functools import partial

def tell(context, channel="ops"): ...
def tell_where(context, channel): ...
class Alerts:
    def failed(self, context): ...
    def __call__(self, context): ...

"""


@pytest.mark.parametrize(
    ("callback", "reasons"),
    [
        ("tell", []),
        ("print", []),
        ("[tell, Alerts()]", []),
        ("Alerts().failed", []),
        ('partial(tell_where, channel="ops")', []),
        ("lambda context: None", []),
        ("tell_where", ["cannot be called with the context alone: missing a required argument: 'channel'"]),
        ("lambda: None", ["cannot be called with the context alone: too many positional arguments"]),
        ("Alerts", ["a class, of which Airflow would only make an instance"]),
        ("[None]", ["not callable"]),
    ],
)
def test_a_callback_takes_the_context_and_nothing_else(found_in, callback, reasons):
    found = found_in(SHAPES + in_dag('EmptyOperator(task_id="load")', on_failure_callback=callback))
    messages = [message for code, message, _ in found if code == "AK503"]
    assert len(messages) == len(reasons)
    assert all(reason in message for reason, message in zip(reasons, messages, strict=True))


@pytest.mark.parametrize(("load", "alerting"), [("on_failure_callback=tell", True), ('doc_md="tells nobody"', False)])
def test_only_tasks_that_can_fail_need_an_alert(found_in, load, alerting):
    tasks = f'EmptyOperator(task_id="start") >> BashOperator(task_id="load", bash_command="true", {load})'
    found = found_in(SHAPES + in_dag(tasks, schedule='"@daily"', start_date="datetime(2026, 1, 1)", catchup="False"))
    messages = [message for code, message, _ in found if code == "AK501"]
    assert messages == ([] if alerting else ["alerts nobody when it fails"])


PODS = """\
from airflowkit import pod_task

"""


@pytest.mark.parametrize(
    ("pull", "push", "codes"),
    [
        ("task_ids='pod'", "False", ["AK413"]),
        ("task_ids=['pod', 'other']", "False", ["AK413"]),
        ("'pod', None, 'return_value'", "False", ["AK413"]),
        ("task_ids='pod'", "True", []),
        ("task_ids='pod', key='pod_name'", "False", []),
        ("task_ids='pod', dag_id='sales'", "False", []),
    ],
)
def test_a_template_that_pulls_a_pods_result_needs_it_pushed(found_in, pull, push, codes):
    pod = f'pod_task("pod", image="busybox:1.37", cmds=["true"], do_xcom_push={push})'
    task = f'{pod} >> BashOperator(task_id="load", bash_command="echo {{{{ ti.xcom_pull({pull}) }}}}")'
    assert [code for code, *_ in found_in(PODS + in_dag(task)) if code == "AK413"] == codes


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("Unknown priority strategy 'Own'", "priority_weight_strategies"),
        ("Timetable class 'Own' is not registered", "timetables"),
        ("Object of type set is not JSON serializable", None),
    ],
)
def test_the_hint_names_the_list_in_which_a_plugin_registers_the_class(text, part):
    expected = f"register the class in a plugin: {part} = [...] in a file below plugins/"
    assert _hint_of(text) == (expected if part else "use strings, numbers, lists and dates")


@pytest.mark.parametrize(
    ("text", "codes"),
    [(HEAD + in_dag('EmptyOperator(task_id="a")'), []), ("def test_x(): ...\n", ["AK601"]), ("OWNERS = 1\n", [])],
)
def test_a_file_that_builds_dags_is_no_test_whatever_its_name(pool, tmp_path, text, codes):
    path = tmp_path / "env_test.py"
    path.write_text(for_this_airflow(f"# airflow dag\n{text}"))
    options = check_options(tmp_path).model_copy(update={"select": ["AK601"]})
    assert [it.code for it in checked(pool, tmp_path, [path], options).findings] == codes


def test_an_excerpt_begins_shortly_before_the_first_difference():
    same = "a" * 100
    one, other = excerpts(f"{same}1{same}", f"{same}2{same}")
    assert one == f"…{'a' * 15}1{'a' * 44}"
    assert other == f"…{'a' * 15}2{'a' * 44}"
    assert excerpts("1", "2") == ("1", "2")


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("orders.load.x is '<Own object at 0x7f01>' at one parse and '<Own object at 0x7f02>' at the next", "address"),
        ("is missing from some parses", "the same DAGs"),
        ("orders.tags is ['a', 'b'] at one parse and ['b', 'a'] at the next", "sort the set"),
    ],
)
def test_the_hint_about_a_change_fits_what_differs(text, hint):
    assert hint in _made_the_same(text)
