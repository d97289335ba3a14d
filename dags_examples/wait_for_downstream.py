"""A task that waits until what follows it went well in the run before, too.

`load` replaces a table that `publish` reads. With `depends_on_past` alone, `load` begins as soon as the `load` before
went well, though `publish` may still be reading; with `wait_for_downstream` it waits for that `publish`, too. Start a
run with `{"fail": true}`: `publish` fails, and only the next `load` of `wait_for_downstream_on` waits.

It looks at the tasks directly after it, and no further.
"""

from datetime import datetime

from airflow.sdk import DAG, task

from airflowkit import dag_args, default_args, teams_failure

for name, waits in (("on", True), ("off", False)):
    with DAG(
        f"wait_for_downstream_{name}",
        schedule="@daily",
        start_date=datetime(2026, 1, 1),
        default_args=default_args("manual", owner="data-eng"),
        params={"fail": False},
        on_failure_callback=teams_failure(),
        tags=["example"],
        doc_md=__doc__,
        # With one run at a time, a later run that starts first keeps out the earlier one that it waits for, for ever.
        **dag_args("manual", max_active_runs=2),
    ):

        @task(depends_on_past=True, wait_for_downstream=waits)
        def load() -> None:
            """Replace the table."""
            print("replaced the table")

        @task
        def publish(params: dict[str, bool]) -> None:
            """Read the table, or fail if the run was started so."""
            if params["fail"]:
                raise ValueError("the table has no rows")
            print("published the table")

        load() >> publish()
