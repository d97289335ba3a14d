"""AK201 to AK205: a DAG, its id and its tasks."""

from __future__ import annotations

from collections import defaultdict
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING, Final

from airflowkit.checks.model.findings import Fault, Severity
from airflowkit.checks.model.rule import DagSubject, FileSubject, FolderSubject, dag_rule, file_rule, folder_rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from airflowkit.checks.model.facts import DagFacts


@dag_rule("AK201", "dag-cycle")
def dag_cycle(dag: DagSubject) -> Iterator[Fault]:
    """Checks that no task waits for itself.

    ## Why it matters
    Airflow refuses a DAG with a cycle: it shows an import error, and none of the file's DAGs run.

    ## How to fix it
    Take one of the dependencies out of the circle that the message names.
    """
    graph = {task.task.task_id: task.task.upstream_task_ids for task in dag.tasks}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        circle = error.args[1]
        yield Fault(f"has a cycle: {' >> '.join(circle)}", hint="take one of these dependencies out", task_id=circle[0])


@folder_rule("AK202", "duplicate-dag-id")
def duplicate_dag_id(folder: FolderSubject) -> Iterator[Fault]:
    """Checks that no two files define a DAG of the same id.

    ## Why it matters
    Airflow knows a DAG by its id alone: the two overwrite each other at every parse, and runs mix the tasks of both.

    ## How to fix it
    Give one of them another id, best the one that came last: a DAG with a new id begins without a history. A copy that
    was left behind, such as `orders_old.py`, is better deleted.
    """
    homes: dict[str, list[tuple[str, DagFacts]]] = defaultdict(list)
    for file in folder.files:
        for dag in {dag.dag_id: dag for dag in reversed(file.dags)}.values():
            homes[dag.dag_id].append((file.path, dag))
    for dag_id, places in homes.items():
        first = places[0]
        for path, dag in places[1:]:
            yield Fault(
                f"the id {dag_id!r} is taken by {_shown(first[0], folder)}, line {first[1].line or '?'}",
                hint=f'give one of them another id, such as DAG("{dag_id}_2")',
                line=dag.line,
                dag_id=dag_id,
                path=path,
            )


@file_rule("AK203", "duplicate-dag-id-in-file")
def duplicate_dag_id_in_file(file: FileSubject) -> Iterator[Fault]:
    """Checks that no file defines two DAGs of the same id.

    ## Why it matters
    Airflow keeps one of them, by chance, and says nothing: the other one's tasks never run. Its own loader only
    compares files.

    ## How to fix it
    Give one of them another id; in a loop, put what differs into the id.
    """
    lines: dict[str, int | None] = {}
    for dag in file.facts.dags:
        if dag.dag_id in lines:
            yield Fault(
                f"the id {dag.dag_id!r} is taken by the DAG of line {lines[dag.dag_id] or '?'}",
                hint=f'give one of them another id; in a loop, such as DAG(f"{dag.dag_id}_{{name}}")',
                line=dag.line,
                dag_id=dag.dag_id,
            )
        lines.setdefault(dag.dag_id, dag.line)


@file_rule("AK204", "invisible-dag")
def invisible_dag(file: FileSubject) -> Iterator[Fault]:
    """Checks that Airflow can see every DAG that the file builds.

    ## Why it matters
    Airflow finds DAGs that are global variables, `with DAG(...)` blocks and called `@dag` functions. Any other is
    built at every parse and never shown.

    ## How to fix it
    Use `with DAG(...)`, call the `@dag` function at the end of the file, or assign the DAG to a global variable: in a
    loop, `globals()[dag.dag_id] = dag`. Where it is meant to be hidden, pass `auto_register=False`.
    """
    for stray in file.facts.unregistered_dags:
        yield Fault(
            "is built, but Airflow cannot see it",
            hint="assign it to a global variable, or use `with DAG(...)`",
            line=stray.line,
            dag_id=stray.name,
        )


@dag_rule("AK205", "empty-dag", Severity.WARNING)
def empty_dag(dag: DagSubject) -> Iterator[Fault]:
    """Checks for DAGs without tasks.

    ## Why it matters
    It runs on schedule, succeeds at once, and looks as if the work were done.

    ## How to fix it
    Add the tasks inside its `with` block, or hand them `dag=`; or delete the DAG.
    """
    if not dag.tasks:
        yield Fault("has no tasks", hint="add them inside its `with` block, or delete the DAG")


RULES: Final = (
    dag_cycle,
    duplicate_dag_id,
    duplicate_dag_id_in_file,
    invisible_dag,
    empty_dag,
)


def _shown(path: str, folder: FolderSubject) -> str:
    return path.removeprefix(f"{folder.folder}/")
