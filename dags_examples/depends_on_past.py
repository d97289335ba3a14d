"""A task that waits until it went well in the run before, and one that does not care.

`book` adds a day to the books, so no day may be missing. Start a run with `{"fail": true}`: the next run of
`depends_on_past_on` leaves `book` without a state until the failed one is cleared or marked as success; that of
`depends_on_past_off` books its day at once.

The run before is that of the date before. A run without a date (started by an asset, or by hand without one) has none
before it, and waits for nothing.
"""

from datetime import datetime

from airflow.sdk import DAG, task

from airflowkit import dag_args, default_args, teams_failure

for name, waits in (("on", True), ("off", False)):
    with DAG(
        f"depends_on_past_{name}",
        schedule="@daily",
        start_date=datetime(2026, 1, 1),
        # Of each task, and not of the DAG: `book` waits for `book`.
        default_args=default_args("manual", owner="data-eng", depends_on_past=waits),
        params={"fail": False},
        on_failure_callback=teams_failure(),
        tags=["example"],
        doc_md=__doc__,
        # With one run at a time, a later run that starts first keeps out the earlier one that it waits for, for ever.
        **dag_args("manual", max_active_runs=2),
    ):

        @task
        def book(params: dict[str, bool], ds: str | None = None) -> None:
            """Book a day, or fail if the run was started so."""
            if params["fail"]:
                raise ValueError(f"the orders of {ds} are not complete")
            print(f"booked {ds}")

        book()
