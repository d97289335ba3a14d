"""AK110 to AK116: whether Airflow parses a file, what that costs, and what the file imports."""

from __future__ import annotations

import ast
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from airflowkit.checks.model.findings import Fault, Severity
from airflowkit.checks.model.rule import FileSubject, FolderSubject, file_rule, folder_rule
from airflowkit.checks.rules.import_path import module_outside_dag_folder

if TYPE_CHECKING:
    from collections.abc import Iterator

MIB: Final = 2**20
_SCALES: Final = {"s": 1, "MiB": MIB}
_NAMED: Final = 3


@file_rule("AK110", "skipped-by-safe-mode")
def skipped_by_safe_mode(file: FileSubject) -> Iterator[Fault]:
    """Checks that Airflow parses every file that builds DAGs.

    ## Why it matters
    In safe mode, the default, Airflow silently skips files whose text does not contain both `airflow` and `dag` (or
    `asset`). If a file only calls a factory of your own, its DAGs never appear.

    ## How to fix it
    Add a comment with both words, such as `# airflow DAG`.
    """
    if not file.facts.safe_mode:
        ids = ", ".join(dag.dag_id for dag in file.facts.dags)
        yield Fault(
            f"builds {ids}, but Airflow's safe mode skips the file: its text does not contain both `airflow` and `dag`",
            hint="add the comment `# airflow DAG`",
            line=1,
        )


@file_rule("AK111", "slow-import", Severity.WARNING)
def slow_import(file: FileSubject) -> Iterator[Fault]:
    """Checks that the import stays within its CPU time budget.

    ## Why it matters
    The DAG processor imports every file every 30 seconds, and each task imports its file again before it starts: two
    seconds here delay every task by two seconds.

    ## How to fix it
    The message names the most expensive imports: move them into the functions that need them. `[check] parse_seconds`
    sets the budget. Airflow's own modules do not count, because the DAG processor loads them once.
    """
    spent, budget = file.facts.cpu_seconds, file.options.parse_seconds
    if spent > budget:
        blamed = _most_expensive(file, "seconds", spent, "s")
        yield Fault(
            f"takes {spent:.1f} s of CPU time to import; the budget is {budget:g} s{blamed}",
            hint="move slow imports into the functions that need them, and other work into tasks",
        )


@file_rule("AK112", "hungry-import", Severity.WARNING)
def hungry_import(file: FileSubject) -> Iterator[Fault]:
    """Checks that the import stays within its memory budget.

    ## Why it matters
    Each parsing process and each running task holds this memory: 300 MiB in 16 concurrent tasks are 5 GiB of the node.

    ## How to fix it
    Move the import of large libraries into the functions that need them, and load data in tasks. `[check] parse_memory`
    sets the budget, in MiB.
    """
    grown, budget = file.facts.memory // MIB, file.options.parse_memory
    if grown > budget:
        blamed = _most_expensive(file, "memory", grown, "MiB")
        yield Fault(
            f"takes {grown} MiB to import; the budget is {budget} MiB{blamed}",
            hint="move large imports into the functions that need them, and load data in tasks",
        )


@file_rule("AK114", "deprecated-airflow", Severity.WARNING)
def deprecated_airflow(file: FileSubject) -> Iterator[Fault]:
    """Checks that the file uses nothing that Airflow or its providers deprecate.

    ## Why it matters
    What is deprecated disappears in the next major version, and the upgrade breaks the DAG.

    ## How to fix it
    Follow the message. `ruff check --preview --select AIR --fix dags` fixes many of these in the source.
    """
    lines: dict[str, list[int | None]] = {}
    for deprecation in file.facts.deprecations:
        lines.setdefault(" ".join(deprecation.name.split()), []).append(deprecation.line)
    for text, found in lines.items():
        places = f" ({len(found)} lines)" if len(found) > 1 else ""
        yield Fault(
            f"uses something deprecated{places}: {text}",
            hint="use the replacement that the message names",
            line=found[0],
        )


@file_rule("AK115", "forbidden-import")
def forbidden_import(file: FileSubject) -> Iterator[Fault]:
    """Checks for top-level imports that the team forbids.

    ## Why it matters
    Some libraries take seconds to import, or are not in every image, and the team has agreed to import them inside
    tasks.

    ## How to fix it
    Move the import into the function that needs it. `[check] forbidden_imports` lists the modules; the rule is off
    without it.
    """
    forbidden = file.options.forbidden_imports
    for name, line in _top_level_imports(Path(file.facts.path)) if forbidden else ():
        if any(name == module or name.startswith(f"{module}.") for module in forbidden):
            yield Fault(f"imports {name} at the top level", hint="import it inside the task", line=line)


@folder_rule("AK116", "unreachable-module-name", Severity.WARNING)
def unreachable_module_name(folder: FolderSubject) -> Iterator[Fault]:
    """Checks for imports of a helper that has the name of a standard library module.

    ## Why it matters
    The DAG folder comes last on Airflow's path: `import types` always gets Python's own module, never the file beside
    the DAG.

    ## How to fix it
    Rename the helper.
    """
    hidden = sys.stdlib_module_names & {path.stem for path in folder.folder.glob("*.py")}
    for path in [file.path for file in folder.files] if hidden else ():
        for name, line in _top_level_imports(Path(path)):
            top = name.partition(".")[0]
            if top in hidden:
                reason = f"imports Python's own {top!r}, not {top}.py in the DAG folder"
                yield Fault(reason, hint=f"rename {top}.py", line=line, path=path)


RULES: Final = (
    skipped_by_safe_mode,
    slow_import,
    hungry_import,
    module_outside_dag_folder,
    deprecated_airflow,
    forbidden_import,
    unreachable_module_name,
)


def _most_expensive(file: FileSubject, quantity: str, whole: float, unit: str) -> str:
    """Return the imports that cost more than a tenth of the whole, the most expensive first."""
    scale, least = _SCALES[unit], whole / 10
    costs = {cost.name: getattr(cost, quantity) / scale for cost in file.facts.imports}
    named = sorted(((cost, name) for name, cost in costs.items() if cost > least), reverse=True)
    return f": {', '.join(f'import {name} {cost:.1f} {unit}' for cost, name in named[:_NAMED])}" if named else ""


def _top_level_imports(path: Path) -> Iterator[tuple[str, int]]:
    try:
        body = ast.parse(path.read_bytes()).body
    except (OSError, SyntaxError, ValueError):
        return
    for statement in body:
        if isinstance(statement, ast.Import):
            yield from ((alias.name, statement.lineno) for alias in statement.names)
        elif isinstance(statement, ast.ImportFrom) and statement.module and not statement.level:
            yield statement.module, statement.lineno
