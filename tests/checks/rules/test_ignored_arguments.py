"""Arguments of Airflow 2 that Airflow 3 accepts without an error, and ignores: wherever they are given."""

import inspect

import pytest

from airflowkit.checks.moves.keywords import IGNORED

pytestmark = pytest.mark.needs_airflow(3, 1, "Airflow 2 heeds them")

HEAD = """\
from datetime import timedelta

from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG, BaseOperator, TaskGroup, dag, task

LATE = timedelta(hours=1)


class Own(BaseOperator):
    def __init__(self, *, sla=None, **kwargs):
        super().__init__(**kwargs)
        self.promised = sla


"""
REMOVED = "was removed in Airflow 3.0"
PASSED = f"passes sla, which Airflow ignores: it {REMOVED}"
DROPPED = f"{{}} has {{!r}}, which {REMOVED}: no task gets it"


def one(task: str, arguments: str = "") -> str:
    return f'with DAG("orders", schedule=None{arguments}):\n    {task}\n'


@pytest.mark.parametrize(
    ("text", "messages"),
    [
        (one('BashOperator(task_id="a", bash_command="true", sla=LATE)'), [PASSED]),
        (one('BashOperator(task_id="a", bash_command="true", sla=None)'), []),
        (one('BashOperator.partial(task_id="a", sla=LATE).expand(bash_command=["true", "false"])'), [PASSED]),
        (one("task(lambda: 1, task_id='a', sla=LATE)()"), [PASSED]),
        (one('Own(task_id="a", sla=LATE)'), []),
        (one('Own(task_id="a")', ', default_args={"sla": LATE}'), []),
        (
            one('BashOperator(task_id="a", bash_command="true")', ", sla_miss_callback=print"),
            [f"passes sla_miss_callback to the DAG, which Airflow ignores: it {REMOVED}"],
        ),
        (
            one('BashOperator(task_id="a", bash_command="true")', ', default_args={"sla": LATE}'),
            [DROPPED.format("default_args", "sla")],
        ),
        (
            one('BashOperator(task_id="a", bash_command="true", sla=LATE * 2)', ', default_args={"sla": LATE}'),
            [DROPPED.format("default_args", "sla"), PASSED],
        ),
        (
            one('BashOperator(task_id="a", bash_command="true")', ', default_args={"xcom_push": True}'),
            ["default_args has 'xcom_push', which was renamed in Airflow 3.0: no task gets it"],
        ),
        (
            one(
                'with TaskGroup("g", default_args={"sla": LATE}):\n'
                '        BashOperator(task_id="a", bash_command="true")\n'
                '        BashOperator(task_id="b", bash_command="true")'
            ),
            [DROPPED.format("default_args of the task group 'g'", "sla")],
        ),
        (one('BashOperator(task_id="a", bash_command="true")', ', default_args={"retries": 1}'), []),
    ],
)
def test_an_argument_without_effect_is_told_once_where_it_is_given(found_in, text, messages):
    assert [message for code, message, _hint in found_in(text) if code == "AK506"] == messages


def test_the_table_marks_what_this_airflow_accepts_of_the_removed_arguments_and_nothing_else():
    from airflow.sdk import DAG, BaseOperator

    from airflowkit.checks.moves.keywords import _TABLE

    accepted = {
        "DAG": set(inspect.signature(DAG.__init__).parameters),
        "BaseOperator": set(BaseOperator.__init__._BaseOperatorMeta__param_names),
    }
    for cls, names in accepted.items():
        table = {each.old for each in _TABLE[cls]} - {"timetable"}
        assert {each.old for each in IGNORED[cls]} == table & names
