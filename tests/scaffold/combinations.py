"""Answers for new repositories in which every two values of different answers meet."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Any

from airflowkit.scaffold.answers.choices import Broker, Ci, Dags, Database, Deploy, Executor, Laptop, Logs, Metrics
from airflowkit.scaffold.answers.repository import RepositoryAnswers

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SSH = "git@github.com:team/dags.git"
HTTPS = "https://git.example.com/team/dags.git"

OPTIONS: dict[str, Sequence[Any]] = {
    "dags": list(Dags),
    "git_url": [SSH, "ssh://git@git.example.com:2222/team/dags.git", "git@ssh.dev.azure.com:v3/team/project/dags"],
    "dags_folder": ["dags", "src/dags", "."],
    "executor": list(Executor),
    "broker": list(Broker),
    "workers": ["2", "0-8"],
    "flower": [False, True],
    "database": list(Database),
    "logs": list(Logs),
    "metrics": list(Metrics),
    "ingress": ["none", "airflow.example.com"],
    "laptop": list(Laptop),
    "data_volume": [False, True],
    "ci": list(Ci),
    "deploy": list(Deploy),
    "providers": [(), ("snowflake", "dbt-cloud")],
    "pod_namespaces": [(), ("jobs", "1st")],
    "namespace": ["airflow", "123"],
    "branch": ["main", "release/v1.0+hotfix", "1.0"],
    "owner": ["data-eng", "Team Ä: x"],
    "teams": [True, False],
}


def pairwise(options: Mapping[str, Sequence[Any]]) -> list[dict[str, Any]]:
    """Return few combinations such that each pair of values is in one of them."""
    names = list(options)
    pairs = {
        ((one, i), (other, j)): None
        for one, other in combinations(names, 2)
        for i in range(len(options[one]))
        for j in range(len(options[other]))
    }
    found = []
    while pairs:
        chosen = dict(next(iter(pairs)))
        for name in names:
            if name not in chosen:
                chosen[name] = max(range(len(options[name])), key=lambda i: _new_pairs(pairs, names, chosen, (name, i)))
        for pair in combinations([(name, chosen[name]) for name in names], 2):
            pairs.pop(pair, None)
        found.append({name: options[name][chosen[name]] for name in names})
    return found


def _new_pairs(pairs: dict[Any, None], names: list[str], chosen: dict[str, int], value: tuple[str, int]) -> int:
    """Return how many pairs a value would add to those that are covered."""
    place = names.index(value[0])
    others = list(chosen.items())
    return sum(((value, other) if place < names.index(other[0]) else (other, value)) in pairs for other in others)


def answers(**options: Any) -> RepositoryAnswers:
    """Return answers for a new repository; the URL is one that the way to deliver the DAGs can clone."""
    if options.get("dags") in {Dags.GIT_SYNC_HTTPS, Dags.GIT_SYNC_PUBLIC}:
        options["git_url"] = HTTPS
    fixed = {"name": "dags", "airflow_version": "3.3.2", "airflowkit_version": "0.1.0"}
    return RepositoryAnswers(**{**fixed, **options})


ALL = [answers(**options) for options in pairwise(OPTIONS)]
"""Answers in which every pair of values meets."""
