"""AK310 to AK313: Jinja in templated fields."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from airflowkit._airflow import airflow_version, context_names
from airflowkit.checks.model.findings import Fault, Severity
from airflowkit.checks.model.pod_view import operator_class
from airflowkit.checks.model.rule import TaskSubject, task_rule
from airflowkit.checks.model.run_dates import dates_needed, instead_of, undated_runs
from airflowkit.checks.moves.context import ATTRIBUTES, in_template
from airflowkit.errors import did_you_mean
from airflowkit.pods.schema.jinja import Unparsable, environment_of, parse_template

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jinja2 import Environment, nodes

_KEY: Final = 2
"""The place of `key` among the arguments of `xcom_pull(task_ids, dag_id, key)`."""


class Template(NamedTuple):
    """What Jinja reads in a text.

    Attributes:
        fault: What is wrong with its syntax, or an empty string.
        hint: What to do about that, where it is known.
        names: The variables that it needs.
        dates: Those of them that only a run with a logical date has.
        removed: Attributes of variables that Airflow 3 no longer has, such as `dag_run.execution_date`.
        pulled: The tasks whose XComs it pulls.
        results: Those of them whose result it pulls, not another key.
    """

    fault: str = ""
    hint: str = ""
    names: frozenset[str] = frozenset()
    dates: frozenset[str] = frozenset()
    removed: frozenset[str] = frozenset()
    pulled: frozenset[str] = frozenset()
    results: frozenset[str] = frozenset()


@task_rule("AK310", "template-syntax")
def template_syntax(task: TaskSubject) -> Iterator[Fault]:
    """Checks the syntax of templates, and that the filters in them exist.

    ## Why it matters
    Jinja parses a field when the task runs: only then, after all upstream tasks, does a missing brace, or a filter that
    does not exist, fail it.

    ## How to fix it
    Correct the template. Filters are Jinja's own, Airflow's (`ds`, `ds_nodash`, `ts`, `ts_nodash`,
    `ts_nodash_with_tz`), and those of the DAG's `user_defined_filters`. Put text that is not a Jinja template, such as
    a Go template, between `{% raw %}` and `{% endraw %}`.
    """
    for field, text in task.templates:
        template = read_template(text, task.dag)
        if template.fault:
            hint = template.hint or "correct the template, or wrap it in {% raw %}"
            yield Fault(f"{field} is not a valid template: {template.fault}", hint=hint)


@task_rule("AK311", "unknown-template-variable")
def unknown_template_variable(task: TaskSubject) -> Iterator[Fault]:
    """Checks that templates use only variables that Airflow provides, in the runs that the DAG has.

    ## Why it matters
    An unknown name renders as nothing, or fails the task: with `{{ execution_date }}`, which Airflow 3 removed, a path
    becomes `s3://bucket//file`.

    In Airflow 3, a run that an asset or a partition starts has no logical date, and neither has one started by
    `airflow dags trigger` or by an API call without a date. There `ds`, `ts`, `logical_date`, `data_interval_start`
    and all others that depend on it are undefined, and each try of the task fails. That is an error where the schedule
    starts such runs, and a warning where `schedule=None` leaves it to whoever starts them. A cron schedule gives each
    of its runs a date; its DAG, too, fails if somebody starts it without one.

    ## How to fix it
    Use the name that the message suggests: `{{ dag_run.run_after | ds }}` is there in every run. A template may also
    ask: `{{ ds if ds is defined else "all" }}`. Define names of your own in `user_defined_macros`. Operators that
    render their templates themselves, with names of their own, are not checked.
    """
    if not task.templates or _renders_itself(operator_class(task.task)):
        return
    macros = getattr(task.dag, "user_defined_macros", None)
    own = frozenset(map(str, macros)) if isinstance(macros, Mapping) else frozenset()
    known = context_names() | own
    for field, text in task.templates:
        template = read_template(text, task.dag)
        lost = template.removed if airflow_version() >= (3, 0) else frozenset()
        for name in sorted((template.names - known) | lost):
            hint = in_template(name) or did_you_mean(name, known) or "define it in user_defined_macros"
            yield Fault(f"{field} uses {{{{ {name} }}}}, which Airflow does not provide", hint=hint)
        yield from _missing_dates(field, template.dates - own, task.dag)


def _missing_dates(field: str, names: frozenset[str], dag: Any) -> Iterator[Fault]:
    undated = undated_runs(dag.timetable) if names else None
    if not undated:
        return
    for name in sorted(names):
        message = f"{field} uses {{{{ {name} }}}}, which {undated.which} does not have"
        severity = Severity.ERROR if undated.regular else Severity.WARNING
        yield Fault(message, hint=instead_of(name, undated), severity=severity)


@task_rule("AK312", "xcom-of-unknown-task")
def xcom_of_unknown_task(task: TaskSubject) -> Iterator[Fault]:
    """Checks that templates pull XComs only from tasks that exist.

    ## Why it matters
    `xcom_pull` returns None for a task that does not exist, and the command gets the word `None`. A task in a group is
    called `group.task`.

    ## How to fix it
    Use the full id of the task.
    """
    known = task.dag.task_ids
    for field, text in task.templates:
        for name in sorted(read_template(text, task.dag).pulled.difference(known)):
            nearest = [task_id for task_id in known if task_id.endswith(f".{name}")]
            hint = f"did you mean {nearest[0]!r}?" if nearest else did_you_mean(name, known)
            yield Fault(f"{field} pulls the XCom of {name!r}, which is not a task of the DAG", hint=hint)


@task_rule("AK313", "template-file-missing")
def template_file_missing(task: TaskSubject) -> Iterator[Fault]:
    """Checks that template files exist.

    ## Why it matters
    Airflow takes `bash_command="load.sh"` for the name of a template file, and fails with TemplateNotFound when the
    task runs.

    ## How to fix it
    Put the file beside the DAG file, or into a folder of the DAG's `template_searchpath`. A command that merely ends
    like a file name needs a space after it: `bash_command="/opt/load.sh "`. Where `template_searchpath` names a folder
    that only the deployment has, nothing is checked.
    """
    given = getattr(task.task, "template_ext", ())
    extensions = tuple(it for it in given if isinstance(it, str)) if isinstance(given, (list, tuple)) else ()
    search = [*map(Path, _searchpath(task.dag))]
    folders = [Path(task.dag.folder or "."), *search]
    known = all(folder.is_dir() for folder in search)
    for field, text in task.texts if extensions and known else ():
        if text.endswith(extensions) and not any((folder / text).is_file() for folder in folders):
            yield Fault(f"{field} names the template file {text!r}, which does not exist", hint=_hint_of(text))


RULES: Final = (
    template_syntax,
    unknown_template_variable,
    xcom_of_unknown_task,
    template_file_missing,
)


@lru_cache(maxsize=256)
def _renders_itself(operator: Any) -> bool:
    """Return whether an operator renders its templates itself, as `SqlToSlackWebhookOperator` does."""
    own = (cls for cls in operator.__mro__ if not cls.__module__.startswith(("airflow.sdk.", "airflow.models.")))
    return any("render_template_fields" in vars(cls) for cls in own)


def read_template(text: str, dag: Any = None) -> Template:
    """Return what Jinja reads in a text, with the filters of a DAG."""
    environment = environment_of(dag)
    shared = environment is environment_of(None)
    return _read_shared(text) if shared else _read(text, environment)


@lru_cache(maxsize=4096)
def _read_shared(text: str) -> Template:
    return _read(text, environment_of(None))


def _read(text: str, environment: Environment) -> Template:
    from jinja2 import TemplateError, meta

    tree = parse_template(text, environment)
    if isinstance(tree, Unparsable):
        return Template(fault=tree.reason, hint=tree.hint)
    try:
        names = frozenset(meta.find_undeclared_variables(tree))
    except TemplateError as error:  # what Jinja finds only when it compiles, such as two blocks of one name
        return Template(fault=str(error.message))
    pulled = list(_pulled(tree))
    return Template(
        names=names,
        dates=names & dates_needed(tree),
        removed=frozenset(_attributes(tree)) & ATTRIBUTES.keys(),
        pulled=frozenset(name for name, _ in pulled),
        results=frozenset(name for name, is_result in pulled if is_result),
    )


def _attributes(tree: nodes.Template) -> Iterator[str]:
    """Yield the attributes of variables that a template asks for, such as `dag_run.run_id`."""
    from jinja2 import nodes

    for node in tree.find_all(nodes.Getattr):
        if isinstance(node.node, nodes.Name):
            yield f"{node.node.name}.{node.attr}"


def _hint_of(name: str) -> str:
    """Return what to do about a missing template file, which may be meant as a command."""
    if name.endswith((".sh", ".bash")):
        return "put it beside the DAG file; if it is a command, add a space after it"
    return "put it beside the DAG file, or into a folder of template_searchpath"


def _pulled(tree: nodes.Template) -> Iterator[tuple[str, bool]]:
    """Yield the tasks whose XComs a template pulls, each with whether it is the task's result."""
    from jinja2 import nodes

    for call in tree.find_all(nodes.Call):
        if isinstance(call.node, nodes.Getattr) and call.node.attr == "xcom_pull":
            keywords = {keyword.key: keyword.value for keyword in call.kwargs}
            named = keywords.get("task_ids") or (call.args[0] if call.args else None)
            if "dag_id" not in keywords:
                key = keywords.get("key") or (call.args[2] if len(call.args) > _KEY else None)
                is_result = key is None or "return_value" in _constants(key)
                yield from ((name, is_result) for name in _constants(named))


def _constants(node: nodes.Node | None) -> Iterator[str]:
    from jinja2 import nodes

    if isinstance(node, nodes.Const):  # Jinja makes one constant of a list of constants when it looks for names
        values = node.value if isinstance(node.value, (list, tuple)) else [node.value]
        yield from (value for value in values if isinstance(value, str))
    elif isinstance(node, (nodes.List, nodes.Tuple)):
        for item in node.items:
            yield from _constants(item)


def _searchpath(dag: Any) -> list[str | os.PathLike[str]]:
    path = dag.template_searchpath
    paths = [path] if isinstance(path, str) else path if isinstance(path, (list, tuple)) else []
    return [it for it in paths if isinstance(it, (str, os.PathLike))]
