"""AK206 to AK210: what a team agrees on for its DAGs; each rule is silent until `[check]` says what that is."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from airflowkit.checks.model.findings import Fault, Severity
from airflowkit.checks.model.rule import DagSubject, dag_rule
from airflowkit.errors import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator


@dag_rule("AK206", "dag-tags", Severity.WARNING)
def dag_tags(dag: DagSubject) -> Iterator[Fault]:
    """Checks that each DAG carries a tag, and only tags that the team has agreed on.

    ## Why it matters
    Tags are how people find a DAG in a list of hundreds; a misspelt one hides it.

    ## How to fix it
    Add one of the tags that `[check] tags` lists. Without that list the rule is silent.
    """
    agreed = dag.options.tags
    if agreed and not dag.dag.tags:
        yield Fault("has no tags", hint=f"add one of {', '.join(agreed)}")
    for tag in sorted(dag.dag.tags or ()):
        if agreed and tag not in agreed:
            yield Fault(f"has the tag {tag!r}, which is not in [check] tags", hint=did_you_mean(tag, agreed))


@dag_rule("AK207", "dag-without-docs", Severity.WARNING)
def dag_without_docs(dag: DagSubject) -> Iterator[Fault]:
    """Checks that each DAG says what it is for.

    ## Why it matters
    Whoever is woken at night sees its description first.

    ## How to fix it
    Pass `description=` or `doc_md=`. Silent unless `[check] require_docs` is true.
    """
    if dag.options.require_docs and not (dag.dag.description or dag.dag.doc_md):
        yield Fault("has neither a description nor doc_md", hint="pass description=")


@dag_rule("AK208", "dag-id-pattern", Severity.WARNING)
def dag_id_pattern(dag: DagSubject) -> Iterator[Fault]:
    """Checks that each DAG id follows the team's pattern.

    ## Why it matters
    Access rules, dashboards and alerts often go by the beginning of the id.

    ## How to fix it
    Rename the DAG. Airflow takes it for a new one, without a history and with nothing to catch up on but what its
    `start_date` asks for: switch the old one off first. `[check] dag_id_pattern` is a regular expression that matches
    the whole id.
    """
    pattern = dag.options.dag_id_pattern
    if pattern and not re.fullmatch(pattern, dag.dag.dag_id):
        yield Fault(f"its id does not match {pattern!r}", hint="rename it")


@dag_rule("AK209", "too-many-active-runs", Severity.WARNING)
def too_many_active_runs(dag: DagSubject) -> Iterator[Fault]:
    """Checks that each DAG bounds its runs at a time as the team has agreed.

    ## Why it matters
    After an outage all missed runs start together, and take the workers of everybody else.

    ## How to fix it
    Pass `max_active_runs=`. `[check] max_active_runs` is the largest number; without it the rule is silent.
    """
    most = dag.options.max_active_runs
    if most is not None and dag.dag.max_active_runs > most:
        yield Fault(f"may run {dag.dag.max_active_runs} times at once", hint=f"pass max_active_runs={most} or less")


@dag_rule("AK210", "unknown-owner", Severity.WARNING)
def unknown_owner(dag: DagSubject) -> Iterator[Fault]:
    """Checks that each task belongs to an owner that exists.

    ## Why it matters
    Alerts mention the owner; `airflow`, the default, is nobody.

    ## How to fix it
    Pass `owner=` in `default_args`. `[check] owners` lists the owners; without it the rule is silent.
    """
    owners = dag.options.owners
    for owner in sorted({task.task.owner for task in dag.tasks}) if owners else ():
        if owner not in owners:
            hint = did_you_mean(owner, owners)
            yield Fault(f"has the owner {owner!r}, who is not in [check] owners", hint=hint or "pass owner=")


RULES: Final = (
    dag_tags,
    dag_without_docs,
    dag_id_pattern,
    too_many_active_runs,
    unknown_owner,
)
