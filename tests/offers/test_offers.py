"""What adopt offers: a preset where every task keeps its arguments, an alert where a callback posts to Teams."""

import pytest

from airflowkit.offers.engine import offers

pytestmark = pytest.mark.needs_airflow(3, 1, "the files are written for Airflow 3")

HEAD = """\
from datetime import datetime, timedelta

import requests
from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG
"""
TASK = """
with DAG("{name}", schedule=None, start_date=datetime(2026, 1, 1){arguments}):
    BashOperator(task_id="a", bash_command="true")
    BashOperator.partial(task_id="b", retries=7).expand(bash_command=["true", "false"])
"""
POSTS = """
URL = "https://contoso.webhook.office.com/webhookb2/1"


def card(text):
    return {"@type": "MessageCard", "text": text}


def tell(context):
    requests.post(URL, json=card(context["ti"].task_id))
"""
ELSEWHERE = f"""\
import requests
{POSTS}

def page(context):
    requests.post("https://hooks.slack.com/services/1", json={{"text": "failed"}})
"""
FILES = {
    "alerts": ELSEWHERE,
    "inline": ', default_args={"owner": "data", "retries": 2, "retry_delay": timedelta(minutes=5)}',
    "own_value": ', default_args={"owner": "data", "retries": 2, "execution_timeout": timedelta(hours=1)}',
    "changed_by_profile": ', default_args={"retries": 2, "depends_on_past": True, "wait_for_downstream": True}',
    "secret": """, default_args={'retries': 2, 'secrets': [], 'env_vars': {'DB_PASSWORD': 'hunter2hunter2'}}""",
    "house": ', default_args={"retries": 5, "owner": "data"}',
    "unlike": ', default_args={"owner": "data", "retries": 9}',
    "unknown": ", default_args={**BASE}",
    "copied": ", default_args={'retries': 2, 'on_failure_callback': tell}",
    "imported": ", on_failure_callback=[page, tell]",
    "paged": ", on_failure_callback=page",
}
BEFORE = {
    "unknown": "BASE = {'retries': 2}\n",
    "copied": POSTS,
    "imported": "from alerts import page, tell\n",
    "paged": "from alerts import page\n",
}
TIMEOUT = "execution_timeout=None"
PROMISE = "with which every task keeps its arguments, and a failed one leaves its reason for the alert of the run"
CARD = "on_failure_callback=teams_failure()"


@pytest.fixture(scope="module")
def repository(tmp_path_factory):
    root = tmp_path_factory.mktemp("repository")
    (root / "dags").mkdir()
    house = "[presets.house]\nretries = 5\nretry_delay = 300\n[profile.dev.presets.sequential]\nretries = 1\n"
    (root / "airflowkit.toml").write_text(house)
    for name, text in FILES.items():
        whole = HEAD + BEFORE.get(name, "") + TASK.format(name=name, arguments=text)
        (root / "dags" / f"{name}.py").write_text(text if name == "alerts" else whole)
    named = (
        "default_args = {\n    'owner': 'data',  # us\n    'retries': 2,\n}\n"
        + TASK.format(name="named", arguments=", default_args=default_args")
        + TASK.format(name="named_too", arguments=", default_args=default_args | {'retries': 1}")
    )
    (root / "dags" / "named.py").write_text(HEAD + named)
    return root


@pytest.fixture(scope="module")
def told(repository):
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(repository)
        found = offers([repository / "dags"], 1)
    return {(offer.path.removeprefix("dags/"), offer.line, offer.write): offer.note for offer in found}


def test_each_file_is_offered_what_keeps_its_tasks_as_they_are_under_each_profile_and_nothing_else(told):
    assert {it: note for it, note in told.items() if it[0] != "secret.py"} == {
        ("copied.py", 17, f'default_args=default_args("standard", on_failure_callback=tell, {TIMEOUT})'): PROMISE,
        ("copied.py", 17, CARD): "on the DAG in place of tell: one card per run, with the reason and what to click",
        ("house.py", 7, f'default_args=default_args("house", owner="data", {TIMEOUT})'): PROMISE,
        ("imported.py", 8, CARD): "on the DAG in place of tell: one card per run, with the reason and what to click",
        ("inline.py", 7, f'default_args=default_args("standard", owner="data", {TIMEOUT})'): PROMISE,
        ("named.py", 6, f"default_args = airflowkit.default_args(\"standard\", owner='data', {TIMEOUT})"): PROMISE,
        (
            "own_value.py",
            7,
            'default_args=default_args("standard", owner="data", execution_timeout=timedelta(hours=1))',
        ): PROMISE,
    }


def test_a_value_with_a_secret_is_not_shown_and_what_is_written_stays_python(told):
    (write,) = [write for path, _line, write in told if path == "secret.py"]
    assert write == f'default_args=default_args("standard", secrets=[], env_vars=..., {TIMEOUT})'
    compile(write, "secret.py", "exec")


def test_where_the_configuration_gives_tasks_other_defaults_a_preset_that_would_replace_them_is_not_offered(
    repository, monkeypatch
):
    monkeypatch.chdir(repository)
    monkeypatch.setenv("AIRFLOW__CORE__DEFAULT_TASK_RETRY_DELAY", "60")
    assert offers([repository / "dags" / "own_value.py"], 1) == []
