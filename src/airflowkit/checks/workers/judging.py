"""Loads a DAG file, lets the rules about DAGs and tasks judge it, and keeps what the other rules need."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

from airflowkit import _airflow
from airflowkit.checks.importing.import_costs import IMPORT_COSTS
from airflowkit.checks.importing.loading import LoadedFile, load
from airflowkit.checks.importing.memory import MIB
from airflowkit.checks.importing.tolerance import OUTDATED, tolerate, without_stand_ins
from airflowkit.checks.importing.watch import WATCH
from airflowkit.checks.model.facts import Change, DagFacts, FileFacts
from airflowkit.checks.model.failures import OF_NO_RULE, failed
from airflowkit.checks.model.findings import Place
from airflowkit.checks.model.rule import DagSubject, Scope, TaskSubject
from airflowkit.checks.workers.references import references_of, schedule_of
from airflowkit.declared_values import declared

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from airflowkit.checks.model.findings import Finding
    from airflowkit.checks.model.rule import Rule
    from airflowkit.checks.workers.messages import Job
    from airflowkit.setting_sections import Check


@cache
def _rules(scope: Scope) -> tuple[Rule[Any], ...]:
    from airflowkit.checks.rules import RULES  # noqa: PLC0415  a second parse needs none of them

    return tuple(rule for rule in RULES if rule.scope is scope)


def judge(job: Job) -> FileFacts:
    """Import a file, and return its facts; what airflowkit itself fails to do is one of the findings."""
    try:
        with declared(job.options):  # for rules, too: they ask what a connection says
            return _judged(job)
    except Exception as error:  # noqa: BLE001  a bug of ours, not of the file
        return FileFacts(job.path, findings=(failed("reading the file", error, OF_NO_RULE, Place(job.path)),))
    finally:
        WATCH.start("")  # let go of the DAGs


def _judged(job: Job) -> FileFacts:
    path = job.path
    if job.tolerant:
        tolerate()
    loaded = load(path, job.folder, job.options, job.content)
    subjects = [_subject(dag, line, loaded, job.options) for dag, line in loaded.dags]
    failures: list[Finding] = []
    facts = FileFacts(
        path=path,
        failure=without_stand_ins(loaded.failure) if loaded.failure else None,
        outdated=tuple(OUTDATED),
        dags=tuple(_facts(subject, path, failures) for subject in subjects) if job.judged else (),
        findings=(*failures, *_all_findings(subjects, path)) if job.judged else tuple(failures),
        variables=tuple(WATCH.variables),
        connections=tuple(WATCH.connections),
        hosts=tuple(WATCH.hosts),
        modules=() if job.tolerant else loaded.modules,
        patches=() if job.tolerant else loaded.patches,
        unregistered_dags=loaded.unregistered_dags,
        tasks_without_dag=loaded.tasks_without_dag,
        deprecations=tuple(WATCH.deprecations),
        cpu_seconds=loaded.cpu_seconds,
        memory=loaded.memory,
        imports=tuple(IMPORT_COSTS.costs()) if _is_over_budget(loaded, job.options) else (),
        sources=tuple(sorted(WATCH.read | WATCH.modules)),
    )
    if job.serialize and not (facts.modules or facts.patches):  # with those, Airflow's own code is not what it was
        facts = replace(facts, **_serialized(subjects, validated=job.judged))
    if job.evidence:
        from airflowkit.checks.workers.evidence import evidence_of  # noqa: PLC0415  for proofs only

        tasks = [task for subject in subjects for task in subject.tasks]
        evidence = tuple(evidence_of(task) for task in tasks)
        facts = replace(facts, evidence=evidence, task_lines=tuple(task.line for task in tasks))
    if job.outlined:
        from airflowkit.checks.workers.outline import outlines_of  # noqa: PLC0415  for comparisons only

        facts = replace(facts, outlines=tuple(outlines_of(subjects, facts.serialized, job)))
    if job.contract:
        from airflowkit.contract.collection import needs_of_task  # noqa: PLC0415  for `doctor --contract` only

        found = (needs_of_task(each.task, path, each.line) for subject in subjects for each in subject.tasks)
        facts = replace(facts, needs=tuple(task for task in found if not task.is_empty))
    return facts


def _is_over_budget(loaded: LoadedFile, options: Check) -> bool:
    """Return whether the rules will ask which imports are to blame."""
    return loaded.cpu_seconds > options.parse_seconds or loaded.memory > options.parse_memory * MIB


def _serialized(subjects: list[DagSubject], *, validated: bool) -> dict[str, Any]:
    serialize = _airflow.serialized if validated else _airflow.serialized_unvalidated
    texts, faults = [], []
    for subject in subjects:
        dag_id = subject.dag.dag_id
        try:
            texts.append((dag_id, json.dumps(serialize(subject.dag), sort_keys=True, default=repr)))
        except Exception as error:  # noqa: BLE001  each operator's own code takes part
            faults.append(Change(dag_id, f"{type(error).__name__}: {error}", subject.line))
    return {"serialized": tuple(texts), "unserializable": tuple(faults)}


def _subject(dag: Any, line: int | None, loaded: LoadedFile, options: Check) -> DagSubject:
    lines = loaded.lines or {}
    tasks = tuple(TaskSubject(task, lines.get(id(task)), dag, options) for task in dag.tasks)
    return DagSubject(dag, line, tasks, options)


def _facts(subject: DagSubject, path: str, failures: list[Finding]) -> DagFacts:
    dag = subject.dag
    facts = DagFacts(dag_id=dag.dag_id, line=subject.line, task_ids=tuple(dag.task_ids))
    try:
        return replace(
            facts,
            group_ids=tuple(group for group in dag.task_group.get_task_group_dict() if group),
            schedule=schedule_of(dag),
            references=tuple(references_of(subject)),
        )
    except Exception as error:  # noqa: BLE001  a bug of ours: the rules go on
        place = Place(path, subject.line, dag.dag_id)
        failures.append(failed("finding out which DAGs this one refers to", error, OF_NO_RULE, place))
        return facts


def _all_findings(subjects: Sequence[DagSubject], path: str) -> Iterator[Finding]:
    for subject in subjects:
        yield from _findings(subject, path)


def _findings(subject: DagSubject, path: str) -> Iterator[Finding]:
    dag_id = subject.dag.dag_id
    for rule in _rules(Scope.DAG) if id(subject.dag) not in WATCH.open else ():
        yield from rule.findings(subject, Place(path, subject.line, dag_id))
    placed = [
        (task, Place(path, task.line, dag_id, task.task.task_id))
        for task in subject.tasks
        if id(task.task) not in WATCH.open
    ]
    for rule in _rules(Scope.TASK):  # one rule after the other, so that its code stays in the processor's cache
        for task, place in placed:
            yield from rule.findings(task, place)
