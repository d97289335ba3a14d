"""Branches, short circuits, trigger rules, setups and teardowns, groups, labels and display names."""

from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.providers.standard.operators.python import BranchPythonOperator, ShortCircuitOperator
from airflow.sdk import DAG, Label, TaskGroup, chain, cross_downstream, setup, task, teardown

with DAG("branches", schedule=None):

    @task.branch
    def choose():
        return ["left", "group.inner"]

    @task.short_circuit
    def stop():
        return False

    @task.run_if(lambda _: False)
    @task
    def conditional():
        raise ValueError("never")

    @task.skip_if(lambda _: False)
    @task
    def certain():
        print("certain")

    left, right = EmptyOperator(task_id="left"), EmptyOperator(task_id="right")
    with TaskGroup("group") as group:
        inner = EmptyOperator(task_id="inner")
    join = EmptyOperator(task_id="join", trigger_rule="none_failed_min_one_success")
    choose() >> [left, right, inner]
    left >> Label("joined") >> join
    right >> join
    stop() >> EmptyOperator(task_id="stopped") >> EmptyOperator(task_id="ignored", trigger_rule="all_done")
    BranchPythonOperator(task_id="to_none", python_callable=lambda: None) >> EmptyOperator(task_id="not_chosen")
    conditional()
    certain()

with DAG("rules", schedule=None):

    @task
    def fails():
        raise ValueError("no")

    failing, fine = fails(), EmptyOperator(task_id="fine")
    for rule in ("all_failed", "all_done", "one_failed", "one_success", "none_skipped", "all_success", "none_failed"):
        [failing, fine] >> EmptyOperator(task_id=rule, trigger_rule=rule)
    failing >> EmptyOperator(task_id="only_failed", trigger_rule="all_failed")
    ShortCircuitOperator(
        task_id="soft", python_callable=lambda: False, ignore_downstream_trigger_rules=False
    ) >> EmptyOperator(task_id="always", trigger_rule="always")

with DAG("setup_teardown", schedule=None):

    @setup
    def create():
        print("created")
        return "cluster"

    @task
    def work():
        raise ValueError("no")

    @teardown
    def delete(name):
        print("deleted", name)

    made = create()
    made >> work() >> delete(made)

with DAG("teardown_fails", schedule=None):

    @task
    def used():
        print("used")

    @teardown
    def broken():
        raise ValueError("no")

    used() >> broken()

with DAG("displayed", schedule=None, dag_display_name="Orders 📦", doc_md="# Orders", tags=["shown"]):
    first = EmptyOperator(task_id="first", task_display_name="The first: é", doc_md="one")
    others = [EmptyOperator(task_id=f"other_{number}") for number in range(2)]
    chain(first, others)
    cross_downstream(others, [EmptyOperator(task_id="last")])
