"""AK206 to AK210: what a team agrees on for its DAGs; each rule is off until `[check]` says what that is."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from airflowkit._airflow import limit
from airflowkit.checks.model.findings import Fault, Severity
from airflowkit.checks.model.rule import DagSubject, dag_rule
from airflowkit.errors import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator


@dag_rule("AK206", "dag-tags", Severity.WARNING)
def dag_tags(dag: DagSubject) -> Iterator[Fault]:
    """Checks that each DAG has a tag, and only tags that the team has agreed on.

    ## Why it matters
    Tags are how people find a DAG in a list of hundreds; a misspelt one hides it.

    ## How to fix it
    Use one of the tags in `[check] tags`. The rule is off without that list.
    """
    agreed = dag.options.tags
    if agreed and not dag.dag.tags:
        yield Fault("has no tags", hint=f"add one of {', '.join(agreed)}")
    for tag in sorted(map(str, dag.dag.tags or ())):
        if agreed and tag not in agreed:
            yield Fault(f"has the tag {tag!r}, which is not in [check] tags", hint=did_you_mean(tag, agreed))


@dag_rule("AK207", "dag-without-docs", Severity.WARNING)
def dag_without_docs(dag: DagSubject) -> Iterator[Fault]:
    """Checks that each DAG says what it is for.

    ## Why it matters
    The description is the first thing that the person on call sees.

    ## How to fix it
    Pass `description=` or `doc_md=`. The rule is off unless `[check] require_docs` is true.
    """
    if dag.options.require_docs and not (dag.dag.description or dag.dag.doc_md):
        yield Fault("has neither a description nor doc_md", hint="pass description=")


@dag_rule("AK208", "dag-id-pattern", Severity.WARNING)
def dag_id_pattern(dag: DagSubject) -> Iterator[Fault]:
    """Checks that each DAG id follows the team's pattern.

    ## Why it matters
    Access rules, dashboards and alerts often match the beginning of the id.

    ## How to fix it
    Rename the DAG. To Airflow it is then a new DAG, without a history, that catches up on what its `start_date` and
    `catchup` ask for: pause the old one first. `[check] dag_id_pattern` is a regular expression that matches the whole
    id; the rule is off without it.
    """
    pattern = dag.options.dag_id_pattern
    if pattern and not re.fullmatch(pattern, dag.dag.dag_id):
        yield Fault(f"its id does not match {pattern!r}", hint="rename the DAG")


@dag_rule("AK209", "too-many-active-runs", Severity.WARNING)
def too_many_active_runs(dag: DagSubject) -> Iterator[Fault]:
    """Checks that each DAG limits its concurrent runs as the team has agreed.

    ## Why it matters
    After an outage all missed runs start together, and take the workers from everybody else.

    ## How to fix it
    Pass `max_active_runs=`. `[check] max_active_runs` is the largest number allowed; the rule is off without it.
    """
    most = dag.options.max_active_runs
    allowed = limit(dag.dag, "max_active_runs")
    if most is not None and allowed > most:
        yield Fault(f"allows {allowed} concurrent runs", hint=f"pass max_active_runs={most} or less")


@dag_rule("AK210", "unknown-owner", Severity.WARNING)
def unknown_owner(dag: DagSubject) -> Iterator[Fault]:
    """Checks that each task has an owner who exists.

    ## Why it matters
    Alerts mention the owner; `airflow`, the default, is nobody.

    ## How to fix it
    Set `owner` in `default_args`. `[check] owners` lists the owners; the rule is off without it.
    """
    owners = dag.options.owners
    for owner in sorted({str(task.task.owner) for task in dag.tasks}) if owners else ():
        if owner not in owners:
            hint = did_you_mean(owner, owners)
            yield Fault(
                f"has the owner {owner!r}, which is not in [check] owners", hint=hint or "set owner in default_args"
            )


RULES: Final = (
    dag_tags,
    dag_without_docs,
    dag_id_pattern,
    too_many_active_runs,
    unknown_owner,
)
