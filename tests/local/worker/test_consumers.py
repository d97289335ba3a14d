"""A run says which DAGs production would start, because it has updated what they are scheduled by."""

from __future__ import annotations

import shutil
import textwrap

import pytest

from airflowkit.local.process.events import Notice

pytestmark = pytest.mark.slow

FILES = {
    "shared/things.py": """
        from airflow.sdk import Asset, AssetAlias

        ORDERS, PARCELS, LATE = Asset("orders", "s3://orders"), Asset("s3://parcels"), AssetAlias("late")
    """,
    "dags/makes.py": """
        from airflow.sdk import DAG, task
        from shared.things import LATE, ORDERS, PARCELS

        with DAG("makes", schedule=None):

            @task(outlets=[ORDERS, LATE])
            def make(outlet_events):
                outlet_events[LATE].add(ORDERS)

            @task(outlets=[PARCELS])
            def fail():
                raise ValueError("nothing was made")

            make()
            fail()

        with DAG("makes_nothing", schedule=None):

            @task
            def idle():
                pass

            idle()
    """,
    "dags/takes.py": """
        from airflow.sdk import DAG, Asset, AssetAny
        from airflow.providers.standard.operators.empty import EmptyOperator
        from shared import things

        REF = Asset.ref(name="orders")
        for name, schedule in {
            "one": [things.ORDERS],
            "both": [things.ORDERS, things.PARCELS],
            "either": AssetAny(things.PARCELS, things.ORDERS),
            "by_name": [REF],
            "by_alias": [things.LATE],
            "other": [things.PARCELS],
            "daily": "@daily",
        }.items():
            with DAG(name, schedule=schedule):
                EmptyOperator(task_id="empty")
    """,
    "dags/broken.py": "from airflow.sdk import DAG, Asset\n1 / 0\n",
    "dags/exits.py": "from airflow.sdk import DAG, Asset\nraise SystemExit(3)\n",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    root = tmp_path_factory.mktemp("assets")
    for name, text in FILES.items():
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text(textwrap.dedent(text))
    (root / "airflowkit.toml").write_text('[check]\npython_path = ["."]\n')
    return root / "dags"


def notices(folder, dag, airflow):
    from airflowkit.local.run import run_dag

    events = []
    run_dag(dag, dags_folder=folder, runtime="process", worker=airflow.worker, on_event=events.append)
    return {event.text for event in events if isinstance(event, Notice) and "would" in event.text}


def test_each_dag_that_the_updated_asset_schedules_is_named_with_what_it_waits_for(folder, warm_airflow):
    both = "once asset 's3://parcels/' is updated, too: it is scheduled by asset 's3://orders/'"
    assert notices(folder, "makes", warm_airflow) == {
        "DAG 'one' would run now: it is scheduled by asset 's3://orders/'",
        f"DAG 'both' would run {both}",
        "DAG 'either' would run now: it is scheduled by asset 's3://orders/'",
        "DAG 'by_name' would run now: it is scheduled by asset 'orders'",
        "DAG 'by_alias' would run now: it is scheduled by asset alias 'late'",
    }


def test_a_run_that_updates_nothing_says_nothing(folder, warm_airflow):
    assert notices(folder, "makes_nothing", warm_airflow) == set()


def test_a_file_that_ends_the_process_does_not_change_how_the_run_ended(folder, tmp_path, warm_airflow):
    from airflowkit.local.run import run_dag

    shutil.copytree(folder.parent, tmp_path / "repository")
    dags = tmp_path / "repository" / "dags"
    (dags / "aborts.py").write_text("import os\nfrom airflow.sdk import DAG, Asset\nos._exit(9)\n")
    result = run_dag("makes.make", dags_folder=dags, runtime="process", worker=warm_airflow.worker)
    assert result.ok
