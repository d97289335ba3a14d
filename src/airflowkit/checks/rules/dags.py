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
    Remove one of the dependencies that the message names.
    """
    graph = {task.task.task_id: task.task.upstream_task_ids for task in dag.tasks}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        cycle = error.args[1]
        yield Fault(f"has a cycle: {' >> '.join(cycle)}", hint="remove one of these dependencies", task_id=cycle[0])


@folder_rule("AK202", "duplicate-dag-id")
def duplicate_dag_id(folder: FolderSubject) -> Iterator[Fault]:
    """Checks that no two files define a DAG with the same id.

    ## Why it matters
    Airflow identifies a DAG by its id alone: the two overwrite each other at every parse, and runs mix the tasks of
    both.

    ## How to fix it
    Give one of them another id, preferably the newer one, because a DAG with a new id starts without a history. Delete
    leftover copies such as `orders_old.py`.
    """
    homes: dict[str, list[tuple[str, DagFacts]]] = defaultdict(list)
    for file in folder.files:
        for dag in {dag.dag_id: dag for dag in reversed(file.dags)}.values():
            homes[dag.dag_id].append((file.path, dag))
    for dag_id, places in homes.items():
        first = places[0]
        for path, dag in places[1:]:
            yield Fault(
                f"the id {dag_id!r} is already used in {_shown(first[0], folder)}, line {first[1].line or '?'}",
                hint=f'give one of them another id, such as DAG("{dag_id}_2")',
                line=dag.line,
                dag_id=dag_id,
                path=path,
            )


@file_rule("AK203", "duplicate-dag-id-in-file")
def duplicate_dag_id_in_file(file: FileSubject) -> Iterator[Fault]:
    """Checks that no file defines two DAGs with the same id.

    ## Why it matters
    Airflow silently keeps one of them, and the tasks of the other never run. Airflow's own check only compares files.

    ## How to fix it
    Give one of them another id; in a loop, make the loop variable part of it.
    """
    lines: dict[str, int | None] = {}
    for dag in file.facts.dags:
        if dag.dag_id in lines:
            yield Fault(
                f"the id {dag.dag_id!r} is already used by the DAG at line {lines[dag.dag_id] or '?'}",
                hint=f'give one of them another id, in a loop for example DAG(f"{dag.dag_id}_{{name}}")',
                line=dag.line,
                dag_id=dag.dag_id,
            )
        lines.setdefault(dag.dag_id, dag.line)


@file_rule("AK204", "invisible-dag")
def invisible_dag(file: FileSubject) -> Iterator[Fault]:
    """Checks that Airflow can see every DAG that the file builds.

    ## Why it matters
    Airflow finds DAGs in global variables, in `with DAG(...)` blocks and from calls of `@dag` functions. Any other DAG
    is built at every parse and never shown.

    ## How to fix it
    Use `with DAG(...)`, call the `@dag` function at the end of the file, or assign the DAG to a global variable: in a
    loop, `globals()[dag.dag_id] = dag`. To hide a DAG on purpose, pass `auto_register=False`.
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
    Such a DAG runs on schedule, succeeds at once, and looks as if the work were done.

    ## How to fix it
    Add tasks inside its `with` block, or pass them `dag=`; or delete the DAG.
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
