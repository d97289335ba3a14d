"""AK101 to AK109: the import of a DAG file, and what the file does meanwhile."""

from __future__ import annotations

from pathlib import Path
from textwrap import shorten
from typing import TYPE_CHECKING, Final

from airflowkit.checks.model.facts import FailureKind
from airflowkit.checks.model.findings import Fault, Severity
from airflowkit.checks.model.rule import FileSubject, file_rule
from airflowkit.checks.rules.import_hints import hint_of
from airflowkit.checks.rules.import_path import module_home
from airflowkit.checks.rules.needed_values import needed

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
    Airflow shows an import error instead of the file's DAGs. DAGs that it already knew disappear from the list and stop
    running.

    ## How to fix it
    The message names the exception and the line. If Airflow moved, renamed or removed what the file uses, it says the
    successor and the version; the file is then imported once more with that provided, so that everything else is shown,
    too. Add a missing package to `requirements.txt`, from which the image is built. If the file needs a
    Variable, a Connection or an environment variable that only the deployment has, add the line that the message gives
    to `airflowkit.toml`. Where airflowkit itself fails on the file, the message says so, and where to report it.
    """
    facts = file.facts
    for each in facts.outdated:
        yield Fault(each.message, hint=each.hint, line=each.line)
    failure = facts.still_fails if facts.outdated else facts.failure
    if failure and failure.kind is FailureKind.EXCEPTION and not module_home(file):
        text = f"{needed(failure.needs)}: {failure.text}" if failure.needs else failure.text
        yield Fault(text, hint=hint_of(failure, facts.path), line=failure.line)


@file_rule("AK102", "import-timeout")
def import_timeout(file: FileSubject) -> Iterator[Fault]:
    """Checks that the import finishes in time.

    ## Why it matters
    Airflow gives up after `[core] dagbag_import_timeout` (30 seconds), at every parse, and each time a parsing process
    is blocked for that long.

    ## How to fix it
    Move the work at the top level of the file into a task. `[check] import_timeout` sets the limit here.
    """
    for text, line in _failures(file, FailureKind.TIMEOUT):
        yield Fault(text, hint="move the work into a task", line=line)


@file_rule("AK103", "exits-at-import")
def exits_at_import(file: FileSubject) -> Iterator[Fault]:
    """Checks that the file does not end the process that imports it.

    ## Why it matters
    `sys.exit()`, `os._exit()`, a signal or a crashing library at the top level takes the parsing process with it.
    Airflow shows no DAGs and, except for `sys.exit()`, no reason.

    ## How to fix it
    Keep scripts out of the DAG folder, or move the call under `if __name__ == "__main__":`. If the message names no
    line, `python orders.py` ends at the same place, and `python -X faulthandler orders.py` shows where a library
    crashes.
    """
    for text, line in _failures(file, FailureKind.EXIT):
        yield Fault(f"calls sys.exit ({text})", hint='put the call under `if __name__ == "__main__":`', line=line)
    for text, line in _failures(file, FailureKind.DEATH):
        script = Path(file.facts.path).name
        yield Fault(text, hint=f"run `python {script}` to find the line", line=line)


@file_rule("AK104", "eats-memory-at-import")
def eats_memory_at_import(file: FileSubject) -> Iterator[Fault]:
    """Checks that the import stays within the memory limit.

    ## Why it matters
    The DAG processor and every task import the file, and each of them allocates that memory. One such file gets the DAG
    processor killed, and no DAG is updated any more.

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
    """Checks that the file prints nothing at import.

    ## Why it matters
    The DAG processor imports the file every 30 seconds, and the output clutters its logs; bytes that are not text break
    log shippers.

    ## How to fix it
    Delete the `print`, or use a logger inside the task.
    """
    if file.facts.output:
        yield Fault(f"prints {file.facts.output[:60]!r} at import", hint="delete the print")


@file_rule("AK106", "replaces-modules")
def replaces_modules(file: FileSubject) -> Iterator[Fault]:
    """Checks that the file does not replace loaded modules, Airflow's classes or Python's functions.

    ## Why it matters
    A write to `sys.modules`, `DAG.__init__` or `builtins.open` affects everything that the process does from then on:
    other files, tasks and Airflow itself run code that nobody tested, or fail.

    ## How to fix it
    Import the module you mean under its own name. Instead of patching a class or function, write a subclass, or a
    function with another name. Patches belong in tests, which undo them.
    """
    modules = ", ".join(module.name for module in file.facts.modules)
    if modules:
        yield Fault(
            f"replaces or removes loaded modules: {shorten(modules, 80)}",
            hint="import the module you mean under its own name",
        )
    for patch in file.facts.patches:
        yield Fault(
            f"replaces {patch.name} for the whole process",
            hint="write a subclass, or a function with another name",
        )


@file_rule("AK107", "variable-at-import", Severity.WARNING)
def variable_at_import(file: FileSubject) -> Iterator[Fault]:
    """Checks that no Variable is read at import.

    ## Why it matters
    Every parse of the file, every 30 seconds, asks the API server and the database; if the Variable is missing, the DAG
    disappears.

    ## How to fix it
    Use `{{ var.value.name }}` in a templated field, or call `Variable.get` inside the task. Ruff's AIR003 finds the
    simple cases in the source.
    """
    for variable in file.facts.variables:
        yield Fault(
            f"reads Variable {variable.name!r} at import",
            hint=f"use {{{{ var.value.{variable.name} }}}} in a templated field, or read it inside the task",
            line=variable.line,
        )


@file_rule("AK108", "connection-at-import", Severity.WARNING)
def connection_at_import(file: FileSubject) -> Iterator[Fault]:
    """Checks that no Connection is read at import.

    ## Why it matters
    As with Variables: every parse asks for it, and if it is missing, the DAG disappears. What is read from it, often a
    password, ends up in the serialized DAG.

    ## How to fix it
    Pass the connection's id to the operator, or use the hook inside the task.
    """
    for connection in file.facts.connections:
        yield Fault(
            f"reads Connection {connection.name!r} at import",
            hint="pass its id to the operator, or use the hook inside the task",
            line=connection.line,
        )


@file_rule("AK109", "network-at-import", Severity.WARNING)
def network_at_import(file: FileSubject) -> Iterator[Fault]:
    """Checks that the file contacts no host at import.

    ## Why it matters
    Every parse waits for that host, every 30 seconds and again before each task; when it is down, the DAG disappears.

    ## How to fix it
    Fetch the data inside a task. If tasks depend on it, use dynamic task mapping.
    """
    for host in file.facts.hosts:
        yield Fault(f"connects to {host.name} at import", hint="fetch the data inside a task", line=host.line)


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
