"""AK101 to AK109: the import of a DAG file, and what it does meanwhile."""

from __future__ import annotations

from pathlib import Path
from textwrap import shorten
from typing import TYPE_CHECKING, Final

from airflowkit._airflow import airflow_version
from airflowkit.checks.model.facts import FailureKind
from airflowkit.checks.model.findings import Fault, Severity
from airflowkit.checks.model.rule import FileSubject, file_rule
from airflowkit.checks.rules.sources import module_home

if TYPE_CHECKING:
    from collections.abc import Iterator


def _failures(file: FileSubject, kind: FailureKind) -> Iterator[tuple[str, int | None]]:
    failure = file.facts.failure
    if failure and failure.kind is kind:
        yield failure.text, failure.line


@file_rule("AK101", "import-error")
def import_error(file: FileSubject) -> Iterator[Fault]:
    """Checks that the file can be imported.

    ## Why it matters
    Airflow shows an import error instead of the file's DAGs; those that it knew vanish from the list and stop running.

    ## How to fix it
    The message names the exception and the line. A module that is not found goes into `requirements.txt`, from which
    the image is built, or below the DAG folder if it is your own. What only production has, such as a variable of the
    environment, gets a default: `os.environ.get("BUCKET", "")`.
    """
    for text, line in () if module_home(file) else _failures(file, FailureKind.EXCEPTION):
        missing = (file.facts.failure and file.facts.failure.missing_module) or ""
        if missing.startswith("airflow.") and not missing.startswith("airflow.providers."):
            hint = "Airflow {}.{} has no such module; import from airflow.providers.common.compat.sdk, which any has"
            hint = hint.format(*airflow_version())
        elif missing:
            hint = f"add what has {missing} to requirements.txt, and build the image anew"
        elif line is None and text.startswith(PermissionError.__name__):
            hint = "let everybody read it: chmod a+r"
        else:
            hint = "correct the line"
        yield Fault(text, hint=hint, line=line)


@file_rule("AK102", "import-timeout")
def import_timeout(file: FileSubject) -> Iterator[Fault]:
    """Checks that the import ends in time.

    ## Why it matters
    Airflow gives up after `[core] dagbag_import_timeout` (30 seconds), at every parse, and holds a parsing process
    for as long.

    ## How to fix it
    Move the work that the file does at the top level into a task. `[check] import_timeout` sets the limit here.
    """
    for text, line in _failures(file, FailureKind.TIMEOUT):
        yield Fault(text, hint="move the work into a task", line=line)


@file_rule("AK103", "exits-at-import")
def exits_at_import(file: FileSubject) -> Iterator[Fault]:
    """Checks that the file does not end the process that imports it.

    ## Why it matters
    `sys.exit()`, `os._exit()`, a signal or a library that crashes at the top level takes the parsing process along.
    Airflow shows no DAGs and, but for `sys.exit()`, no reason either.

    ## How to fix it
    Keep scripts out of the DAG folder, or put their last lines under `if __name__ == "__main__":`. Where no line is
    named, `python orders.py` ends at the same place; `python -X faulthandler orders.py` shows where a library crashes.
    """
    for text, line in _failures(file, FailureKind.EXIT):
        yield Fault(f"calls sys.exit ({text})", hint='put the call under `if __name__ == "__main__":`', line=line)
    for text, line in _failures(file, FailureKind.DEATH):
        script = Path(file.facts.path).name
        yield Fault(text, hint=f"find the line that does it with `python {script}`", line=line)


@file_rule("AK104", "eats-memory-at-import")
def eats_memory_at_import(file: FileSubject) -> Iterator[Fault]:
    """Checks that the import stays within the memory limit.

    ## Why it matters
    The DAG processor and every task import the file: what it allocates, each of them allocates. One such file gets
    the DAG processor killed, and all DAGs stop being updated.

    ## How to fix it
    Load data in the task that needs it. `[check] memory_limit` sets the limit here, in MiB.
    """
    for text, line in _failures(file, FailureKind.MEMORY):
        yield Fault(
            f"needs more than {file.options.memory_limit} MiB ({text})",
            hint="load data in the task that needs it",
            line=line,
        )


@file_rule("AK105", "prints-at-import", Severity.WARNING)
def prints_at_import(file: FileSubject) -> Iterator[Fault]:
    """Checks that the file prints nothing when it is imported.

    ## Why it matters
    The DAG processor imports it every 30 seconds and keeps what it prints in its logs, where it hides what matters;
    bytes that are no text break log shippers.

    ## How to fix it
    Delete the `print`, or use a logger inside the task.
    """
    if file.facts.output:
        yield Fault(f"prints {file.facts.output[:60]!r} when it is imported", hint="delete the print")


@file_rule("AK106", "replaces-modules")
def replaces_modules(file: FileSubject) -> Iterator[Fault]:
    """Checks that the file leaves alone what is loaded already: modules, Airflow's classes, Python's functions.

    ## Why it matters
    A write to `sys.modules`, to `DAG.__init__` or to `builtins.open` holds for all that the process does from then on:
    other files, tasks and Airflow itself run with other code than was tested, or not at all.

    ## How to fix it
    Import the module that is meant, under its own name. Instead of changing a class or a function, derive a class of
    your own, or write a function of another name. Patches belong in tests, which undo them.
    """
    modules = ", ".join(module.name for module in file.facts.modules)
    if modules:
        yield Fault(
            f"replaces or removes modules that are loaded: {shorten(modules, 80)}",
            hint="import the module that is meant under its own name",
        )
    for patch in file.facts.patches:
        yield Fault(
            f"replaces {patch.name} for the whole process",
            hint="leave it alone: derive a class of your own, or write a function of another name",
        )


@file_rule("AK107", "variable-at-import", Severity.WARNING)
def variable_at_import(file: FileSubject) -> Iterator[Fault]:
    """Checks that no Variable is looked up while the file is imported.

    ## Why it matters
    Every parse asks the API server and the database, for every file, every 30 seconds; a Variable that is missing
    makes the DAG vanish.

    ## How to fix it
    Use `{{ var.value.name }}` in a templated field, or call `Variable.get` inside the task. Ruff's AIR003 finds the
    plain cases in the source.
    """
    for variable in file.facts.variables:
        yield Fault(
            f"looks up Variable {variable.name!r} when it is imported",
            hint=f"use {{{{ var.value.{variable.name} }}}} in a templated field, or look it up inside the task",
            line=variable.line,
        )


@file_rule("AK108", "connection-at-import", Severity.WARNING)
def connection_at_import(file: FileSubject) -> Iterator[Fault]:
    """Checks that no Connection is looked up while the file is imported.

    ## Why it matters
    As for Variables: every parse asks for it, and a connection that is missing makes the DAG vanish. What is read of
    it, often a password, ends in the serialized DAG.

    ## How to fix it
    Give the operator the connection's id, or call the hook inside the task.
    """
    for connection in file.facts.connections:
        yield Fault(
            f"looks up Connection {connection.name!r} when it is imported",
            hint="hand the operator its id, or use the hook inside the task",
            line=connection.line,
        )


@file_rule("AK109", "network-at-import", Severity.WARNING)
def network_at_import(file: FileSubject) -> Iterator[Fault]:
    """Checks that the file talks to no host while it is imported.

    ## Why it matters
    Every parse waits for that host, every 30 seconds and again before each task; when it is down, the DAG is gone.

    ## How to fix it
    Fetch inside a task; for tasks that depend on what is fetched, use dynamic task mapping.
    """
    for host in file.facts.hosts:
        yield Fault(f"connects to {host.name} when it is imported", hint="fetch inside a task", line=host.line)


RULES: Final = (
    import_error,
    import_timeout,
    exits_at_import,
    eats_memory_at_import,
    prints_at_import,
    replaces_modules,
    variable_at_import,
    connection_at_import,
    network_at_import,
)
