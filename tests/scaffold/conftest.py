import functools

import pytest
import yaml

from airflowkit.scaffold.answers.dag import DagAnswers
from airflowkit.scaffold.creation import FIRST_DAG
from airflowkit.scaffold.rendering import render_repository
from scaffold.combinations import ALL, answers


@functools.cache
def files_of(repo):
    """Return the files of a new repository, rendered once."""
    return render_repository(repo, DagAnswers(name=FIRST_DAG, owner=repo.owner, tags=(repo.owner,), teams=repo.teams))


@functools.cache
def documents_of(repo, path):
    """Return the documents of a YAML file of a new repository, read once; they are not to be changed."""
    return tuple(yaml.load_all(files_of(repo).get(path, ""), yaml.CSafeLoader))


def values_of(repo, overlay=""):
    """Return the values of a new repository, or those that are laid over them."""
    return documents_of(repo, f"deploy/values{'-' if overlay else ''}{overlay}.yaml")[0]


def pairs(value, key=""):
    """Yield each text in a value, with the key that it is below."""
    if isinstance(value, dict):
        for name, below in value.items():
            yield from pairs(below, name)
    elif isinstance(value, list):
        for below in value:
            yield from pairs(below, key)
    elif isinstance(value, str):
        yield key, value


@pytest.fixture(scope="session")
def new():
    """Answers by what differs from the defaults."""
    return answers


@pytest.fixture(scope="session", params=ALL, ids=[str(number) for number in range(len(ALL))])
def each(request):
    """Answers in which every pair of values meets."""
    return request.param
