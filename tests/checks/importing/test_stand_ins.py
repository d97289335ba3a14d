"""DAG files that look up what this computer does not have: they are imported, and nothing of it is judged."""

# ruff: noqa: E501  one line for each DAG file
import pickle
from textwrap import indent

import pytest

from airflowkit._airflow import airflow_version
from airflowkit.checks.engine import check, checked
from airflowkit.checks.workers.messages import Answer, Job
from airflowkit.setting_sections import Check
from airflows import for_this_airflow

HEAD = """\
import ast, json, os, re
from datetime import date, datetime, timedelta

import pendulum
from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from airflow.providers.standard.operators.bash import BashOperator
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG, BaseHook, Variable
from airflowkit import pod_task

HOUR = timedelta(hours=1)


def config(name):
    return Variable.get(name, deserialize_json=True)


"""
LINES_OF_HEAD = HEAD.count("\n")
IN_A_DAG = {
    "loop over dictionaries": 'for it in config("tables"):\n    BashOperator(task_id=f"load_{it[\'name\']}", bash_command="x")',
    "items": 'for key, value in config("tables").items():\n    BashOperator(task_id=key, bash_command=value["cmd"])',
    "split": 'for it in Variable.get("regions").split(","):\n    EmptyOperator(task_id=f"load_{it}")',
    "unpacking": 'a, b = Variable.get("pair").split(",")\nx, y, z = config("triple")\nEmptyOperator(task_id=f"{a}.{b}.{x}")',
    "map": 'a, b = map(int, Variable.get("pair").split("-"))\nEmptyOperator(task_id="a", retries=a + b)',
    "json": 'it = json.loads(Variable.get("settings"))\nBashOperator(task_id="a", bash_command=f"load {it[\'bucket\']}")',
    "literal": 'for it in ast.literal_eval(Variable.get("tables")):\n    EmptyOperator(task_id=f"load_{it}")',
    "keywords": 'BashOperator(task_id="a", bash_command="x", **config("task"))',
    "numbers": 'n = config("n")\nEmptyOperator(task_id="a", retries=n + 1, retry_delay=timedelta(seconds=n * 60))',
    "a range": 'for it in range(int(Variable.get("n"))):\n    EmptyOperator(task_id=f"a{it}")',
    "a look-up": 'SIZES = {"s": 1, "m": 2}\nEmptyOperator(task_id="a", retries=SIZES[Variable.get("size")])',
    "alternatives": 'stage = Variable.get("stage")\nassert stage in ("dev", "prod"), stage\nEmptyOperator(task_id="a")',
    "a trigger rule": 'EmptyOperator(task_id="a", trigger_rule=Variable.get("rule"), pool=Variable.get("pool"))',
    "a copy": 'import copy\nit = copy.deepcopy(config("it"))\nit["x"] = 1\nEmptyOperator(task_id="a", params=dict(it))',
    "merged": 'it = {**{"a": 1}, **config("it")}\nEmptyOperator(task_id="a", params=it)',
    "expand": 'BashOperator.partial(task_id="a").expand(bash_command=config("commands"))',
    "nothing by default": 'for it in Variable.get("tables", None).split(","):\n    EmptyOperator(task_id=it)',
    "an empty default": 'it = Variable.get("it", {}, deserialize_json=True)\nEmptyOperator(task_id="a", retries=it["n"])',
    "a connection": 'it = BaseHook.get_connection("w")\nBashOperator(task_id="a", bash_command="load " + it.host + ":" + str(int(it.port)))',
    "its extra": 'it = BaseHook.get_connection("w").extra_dejson\nBashOperator(task_id="a", bash_command=f"load {it[\'bucket\']}")',
    "environment": 'BashOperator(task_id="a", bash_command=os.environ["NIGHTLY_BUCKET"] + os.environ["NIGHTLY_DAY"].upper())',
    "no environment": 'EmptyOperator(task_id=os.getenv("NIGHTLY_TASK").lower())',
    "its JSON": 'for key in json.loads(os.environ["NIGHTLY_TASKS"]).items():\n    EmptyOperator(task_id=key[0])',
    "its number": 'EmptyOperator(task_id="a", execution_timeout=timedelta(minutes=float(os.environ["NIGHTLY_MINUTES"])))',
    "an image": 'KubernetesPodOperator(task_id="a", image=Variable.get("image"), execution_timeout=HOUR)',
    "a tag": 'KubernetesPodOperator(task_id="a", image=f"x/y:{Variable.get(\'tag\')}", execution_timeout=HOUR)',
    "resources": 'KubernetesPodOperator(task_id="a", image="x/y:1", execution_timeout=HOUR, container_resources=config("r"), tolerations=config("t"), env_vars=config("e"), in_cluster=config("i"))',
    "amounts": 'KubernetesPodOperator(task_id="a", image="x/y:1", execution_timeout=HOUR, namespace=f"{Variable.get(\'env\')}-jobs", labels={"team": Variable.get("t")}, startup_timeout_seconds=int(Variable.get("s")), container_resources={"requests": {"memory": Variable.get("m")}, "limits": {"memory": f"{Variable.get(\'m\')}Gi"}})',
    "pod_task": 'pod_task("a", image=Variable.get("image"), namespace=Variable.get("ns"), env_vars={"A": Variable.get("a")}, labels={"team": Variable.get("t")}, resources="small", execution_timeout=HOUR, startup_timeout_seconds=int(Variable.get("s")), service_account_name=Variable.get("sa"), node_selector={"pool": Variable.get("pool")})',
}
OF_A_DAG = {
    "dag id": 'Variable.get("dag_id"), schedule=None',
    "schedule": '"orders", schedule=Variable.get("orders_cron"), start_date=datetime(2026, 1, 1)',
    "part of a schedule": '"orders", schedule=f"{Variable.get(\'minute\')} 5 * * *", start_date=datetime(2026, 1, 1)',
    "interval": '"orders", schedule=timedelta(minutes=int(Variable.get("minutes"))), start_date=datetime(2026, 1, 1)',
    "ISO date": '"orders", schedule=None, start_date=datetime.fromisoformat(Variable.get("first_day"))',
    "formatted date": '"orders", schedule=None, start_date=datetime.strptime(Variable.get("first_day"), "%d.%m.%Y")',
    "pendulum": '"orders", schedule=None, start_date=pendulum.parse(Variable.get("first_day"), tz=Variable.get("zone"))',
    "time zone": '"orders", schedule=None, start_date=datetime(2026, 1, 1, tzinfo=pendulum.timezone(Variable.get("zone")))',
    "parts of a date": '"orders", schedule=None, start_date=pendulum.datetime(config("d")["y"], config("d")["m"], 1, tz=config("d")["tz"])',
    "default_args": '"orders", schedule=config("d")["schedule"], default_args=config("d")["default_args"], start_date=datetime(2026, 1, 1), tags=config("d")["tags"]',
    "keywords": '"orders", **config("dag")',
    "limits": '"orders", schedule=None, max_active_runs=int(os.environ["NIGHTLY_RUNS"]), params=config("params")',
}
FILES = {
    **{name: f'with DAG("orders", schedule=None):\n{indent(body, "    ")}' for name, body in IN_A_DAG.items()},
    **{f"DAG's {name}": f'with DAG({given}):\n    EmptyOperator(task_id="a")' for name, given in OF_A_DAG.items()},
}
SINCE = {"DAG's default_args": (3, 0)}
"""Older versions check these themselves while the file is imported, and take no stand-in without a word."""
RULES = Check(select=["AK1", "AK3", "AK4"], ignore=dict.fromkeys(("AK107", "AK108", "AK401", "AK406", "AK409"), "-"))


@pytest.fixture
def found_in(pool, other_pool, tmp_path):
    """Return what the rules find in a DAG file that is parsed twice."""

    def judge(text, **options):
        file = tmp_path / "orders.py"
        file.write_text(for_this_airflow(HEAD + text))
        report = checked(pool, tmp_path, [file], RULES.model_copy(update=options), again=other_pool)
        return [(it.line and it.line - LINES_OF_HEAD, it.code, it.message, it.hint) for it in report.findings]

    return judge


@pytest.mark.parametrize("name", FILES)
def test_a_file_is_imported_and_nothing_is_judged_that_came_from_one(found_in, name):
    text = FILES[name]
    if airflow_version() < SINCE.get(name, (2, 0)):
        pytest.skip("this Airflow takes no stand-in here without a word")
    assert found_in(text) == []


def test_a_look_up_in_an_imported_module_is_answered_too(pool, tmp_path):
    (tmp_path / "first_day.py").write_text(for_this_airflow(HEAD + 'DAY = datetime.fromisoformat(config("d")["day"])'))
    for name in "ab":
        (tmp_path / f"{name}.py").write_text(
            for_this_airflow(
                HEAD + f'from first_day import DAY\nwith DAG("{name}", schedule=None, start_date=DAY): pass'
            )
        )
    report = checked(pool, tmp_path, [tmp_path / "a.py", tmp_path / "b.py"], RULES)
    assert (report.findings, report.dags) == ((), 2)


def test_a_package_without_a_file_is_imported_again_with_what_is_around_it(pool, tmp_path):
    inner = tmp_path / "of_orders" / "inner"
    inner.mkdir(parents=True)
    (tmp_path / "of_orders" / "__init__.py").touch()
    (inner / "names.py").write_text('DAG_ID = "orders"\n')
    (tmp_path / "orders.py").write_text(
        for_this_airflow(
            HEAD + "from of_orders.inner.names import DAG_ID\n"
            'with DAG(DAG_ID, schedule=None, start_date=datetime.fromisoformat(Variable.get("day"))): pass'
        )
    )
    report = checked(pool, tmp_path, [tmp_path / "orders.py"], RULES)
    assert (report.findings, report.dags) == ((), 1)


NEEDS = {
    'raise ValueError(Variable.get("stage"))': (
        "needs Variable 'stage' to be checked: ValueError: <Variable stage>",
        'add to airflowkit.toml: stage = "..." below [check.variables]',
    ),
    'x = {}[config("my.job")["size"]]': (
        "needs Variable 'my.job' to be checked: KeyError: '<Variable my.job>'",
        'add to airflowkit.toml: "my.job" = { size = "..." } below [check.variables]',
    ),
    'for key in config("jobs"): {}[config("jobs")[key]["table"]]': (
        "needs Variable 'jobs' to be checked: KeyError: '<Variable jobs>'",
        'add to airflowkit.toml: jobs = { "..." = { table = "..." } } below [check.variables]',
    ),
    'raise ValueError(os.environ["NIGHTLY_STAGE"])': (
        "needs environment variable 'NIGHTLY_STAGE' to be checked: KeyError: 'NIGHTLY_STAGE'",
        'add to airflowkit.toml: NIGHTLY_STAGE = "..." below [check.env]',
    ),
    'raise ValueError(BaseHook.get_connection("warehouse").schema)': (
        "needs Connection 'warehouse' to be checked: ValueError: <Connection warehouse>",
        'add to airflowkit.toml: warehouse = { conn_type = "generic", schema = "..." } below [check.connections]',
    ),
}


@pytest.mark.parametrize(
    ("line", "finding"), NEEDS.items(), ids=["Variable", "part", "own key", "environment", "Connection"]
)
def test_where_no_stand_in_will_do_the_setting_is_named_that_helps(found_in, line, finding):
    assert found_in(line) == [(1, "AK101", *finding)]


def test_a_missing_file_is_not_blamed_on_a_stand_in_of_the_same_line(found_in):
    line = 'def load(path, stage): open(path)\nload("/nowhere/of/orders.yml", stage=Variable.get("stage"))'
    ((_line, code, message, hint),) = found_in(line)
    assert (code, hint.partition(";")[0]) == ("AK101", "add the file to the repository")
    assert "needs" not in message


@pytest.mark.parametrize("line", ["1 / 0", 'Variable.get("a") and nothing', 'x = os.getenv("NIGHTLY_X")\n[][5]'])
def test_a_fault_of_the_file_itself_is_told_as_one(found_in, line):
    ((_line, code, message, hint),) = found_in(line)
    assert (code, hint) == ("AK101", "fix the line")
    assert "needs" not in message


def test_a_file_sees_what_its_own_fallback_handles(found_in):
    assert (
        found_in(
            'try:\n    x = os.environ["NIGHTLY_X"]\nexcept KeyError:\n    x = "own"\n'
            'assert (x, os.getenv("NIGHTLY_X", "b"), "NIGHTLY_X" in os.environ) == ("own", "b", False)\n'
            'assert Variable.get("x", "own") == "own"'
        )
        == []
    )


def test_the_environment_comes_first_then_the_settings_then_the_files_default(found_in, monkeypatch):
    settings = {
        "variables": {"a": "settings", "b": {"n": [1]}, "taken": "settings"},
        "connections": {"c": "postgres://me@db:5433/x", "d": {"conn_type": "http", "host": "h", "extra": {"k": 1}}},
        "env": {"NIGHTLY_E": "e", "NIGHTLY_N": 5},
    }
    assert (
        found_in(
            'os.environ["AIRFLOW_VAR_TAKEN"] = "environment"\n'
            'assert Variable.get("taken") == "environment"\n'
            'assert (Variable.get("a", "own"), config("b")) == ("settings", {"n": [1]})\n'
            'c, d = BaseHook.get_connection("c"), BaseHook.get_connection("d")\n'
            'assert (c.host, c.port, c.login) == ("db", 5433, "me"), c\n'
            'assert (d.host, d.extra_dejson) == ("h", {"k": 1}), d\n'
            'assert (os.environ["NIGHTLY_E"], os.getenv("NIGHTLY_N")) == ("e", "5")\n',
            **settings,
        )
        == []
    )
    assert found_in('assert "NIGHTLY_E" not in os.environ') == []


def test_a_dag_that_is_empty_by_default_is_filled_if_it_can_be(found_in):
    loop = 'with DAG("a", schedule=None):\n    for it in Variable.get("tables", [], deserialize_json=True):\n        '
    assert found_in(loop + 'BashOperator(task_id=it["name"], bash_command="x")', select=["AK1", "AK205"]) == []
    assert found_in(loop + "raise ValueError(it)", select=["AK1", "AK205"]) == [
        (1, "AK205", "has no tasks", "add them inside its `with` block, or delete the DAG")
    ]


def test_rules_judge_what_the_settings_give(found_in):
    task = 'KubernetesPodOperator(task_id="a", image=Variable.get("i"), execution_timeout=HOUR)'
    ((_line, code, _message, _hint),) = found_in(f'with DAG("a", schedule=None): {task}', variables={"i": "x/y:latest"})
    assert code == "AK402"


def test_a_dag_beside_one_that_needs_a_value_is_found(tmp_path):
    dags = tmp_path / "dags"
    dags.mkdir()
    (dags / "child.py").write_text(
        for_this_airflow(
            HEAD + 'X = os.environ["NIGHTLY_X"]\nwith DAG("child", schedule=None):\n    EmptyOperator(task_id="a")'
        )
    )
    (dags / "parent.py").write_text(
        for_this_airflow(
            HEAD + "from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator\n"
            'with DAG("parent", schedule=Variable.get("s"), start_date=datetime(2026, 1, 1)):\n'
            '    TriggerDagRunOperator(task_id="a", trigger_dag_id="child")\n'
            '    TriggerDagRunOperator(task_id="b", trigger_dag_id=Variable.get("t"))'
        )
    )
    assert check([dags], options=RULES, use_cache=False).findings == ()


def test_answers_of_workers_hold_plain_values(pool, tmp_path):
    file = tmp_path / "orders.py"
    file.write_text(
        for_this_airflow(
            HEAD
            + 'with DAG(Variable.get("d"), schedule=Variable.get("s"), start_date=datetime(2026, 1, 1)):\n    EmptyOperator(task_id=config("t"))'
        )
    )
    (facts,) = pool.results([Job(str(file), str(tmp_path), RULES, serialize=True)])
    (dag,) = facts.dags
    assert facts.failure is None
    assert type(dag.dag_id) is type(dag.task_ids[0]) is type(dag.schedule.cron) is str
    assert pickle.loads(Answer(facts, last=False).as_bytes()).facts == facts
