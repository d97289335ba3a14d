"""Celery with the generated settings and the Secrets that `airflowkit secrets` makes: a DAG's run ends well."""

from __future__ import annotations

from contextlib import ExitStack

import pytest

from deploy.real.installation import DAG, DATABASE, free_port, installed, quick, wait_for
from deploy.real.services import pgbouncer, postgres, rabbitmq, redis

BROKER = "amqp://airflow:p%40ss%2Fword@rabbitmq.example.com:5672/airflow"

pytestmark = [pytest.mark.slow, pytest.mark.services, pytest.mark.needs_airflow(3, 1, "the API")]


@pytest.fixture(scope="module")
def database():
    """PostgreSQL with the database that the values name."""
    with postgres() as server:
        server.database("airflow", "airflow", "secret")
        yield server


def deployed(folder, given, server, **options):
    over = quick(executor="CeleryExecutor")
    over["config"]["celery"] = {"worker_concurrency": 1}
    installation = installed(folder, given, over, executor="CeleryExecutor", **options)
    installation.places[DATABASE] = DATABASE.replace("db.example.com:5432", f"127.0.0.1:{server.port}")
    return installation


def with_redis_and_pgbouncer(folder, database, services):
    """Deploy with the chart's own Redis, and PgBouncer before the database; all else follows from its URL."""
    installation = deployed(folder, {}, database, broker="redis", database="external-pgbouncer")
    password, port = installation.secrets["airflow-redis-password"]["password"], free_port()
    installation.places["airflow-redis:6379"] = f"127.0.0.1:{services.enter_context(redis(folder, password))}"
    installation.places["airflow-pgbouncer.airflow:6543"] = f"127.0.0.1:{port}"
    here = {
        "host=db.example.com port=5432": f"host=127.0.0.1 port={database.port}",
        "listen_port = 6543": f"listen_port = {port}\nunix_socket_dir =",
        "listen_addr = *": "listen_addr = 127.0.0.1",
        "/etc/pgbouncer": str(database.folder),
    }
    files = dict(installation.secrets["airflow-pgbouncer-config"])
    for text, place in here.items():
        assert text in files["pgbouncer.ini"]
        files["pgbouncer.ini"] = files["pgbouncer.ini"].replace(text, place)
    services.enter_context(pgbouncer(database.folder, files))
    return installation


def with_rabbitmq(folder, database, services):
    """Deploy with a broker and a database outside the cluster."""
    given = {"airflow-broker-url/connection": BROKER}
    installation = deployed(folder, given, database, broker="rabbitmq", database="external")
    port = services.enter_context(rabbitmq(folder, "airflow", "p@ss/word", "airflow"))
    installation.places["rabbitmq.example.com:5672"] = f"127.0.0.1:{port}"
    return installation


@pytest.mark.parametrize("deploy", [with_redis_and_pgbouncer, with_rabbitmq])
def test_a_worker_takes_the_task_from_the_broker_and_the_run_ends_well(deploy, database, tmp_path):
    dag_id = deploy.__name__
    with ExitStack() as services:
        installation = deploy(tmp_path, database, services)
        installation.run("scheduler", "db", "migrate")
        installation.deliver("queued.py", DAG.format(dag_id=dag_id))
        with installation.running("dagProcessor", "dag-processor"):
            seen = f"select dag_id from serialized_dag where dag_id = '{dag_id}'"
            wait_for(lambda: installation.rows(seen), "the DAG is not seen")
        with (
            installation.serving(),
            installation.running("scheduler", "scheduler"),
            installation.running("workers.celery", "celery", "worker"),
        ):
            run_id, state = installation.ended_run(dag_id)
            assert state == "success"
            assert "the words of the task" in installation.log(dag_id, run_id, "say")
        (done,) = installation.rows("select count(*) from celery_taskmeta where status = 'SUCCESS'")
        assert done[0] >= 1
