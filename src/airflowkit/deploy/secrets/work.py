"""One call of `airflowkit secrets`: what is needed, where it goes, and what is made of it."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from airflowkit.deploy.secrets.application import additions
from airflowkit.deploy.secrets.cluster import Cluster, Existing, current_namespace
from airflowkit.deploy.secrets.content.kinds import FERNET
from airflowkit.deploy.secrets.deployment import Deployment
from airflowkit.deploy.secrets.files import read_files
from airflowkit.deploy.secrets.gathering import Asker, Gathered, Place, Stock, gather
from airflowkit.deploy.secrets.manifest import Secret, yaml_documents
from airflowkit.deploy.secrets.output import check_output, read_output, write_output
from airflowkit.deploy.secrets.reading import Reading, read_references
from airflowkit.deploy.secrets.references import Need, Reference, needs_of
from airflowkit.deploy.values.chart import dotted, wrong_types
from airflowkit.deploy.values.files import load_values
from airflowkit.errors import SecretsError, did_you_mean
from airflowkit.repository import repository_root
from airflowkit.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from airflowkit.deploy.values.files import Values

VALUES: Final = Path("deploy", "values.yaml")
_NAMESPACE: Final = "airflow"


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked for.

    Attributes:
        values: The values files; none are those of the repository.
        files: Values in files, each `NAME/KEY=PATH`.
        replaced: What is made again although it exists, each `NAME` or `NAME/KEY`.
        output: The file to write.
    """

    values: tuple[Path, ...] = ()
    files: tuple[str, ...] = ()
    replaced: tuple[str, ...] = ()
    output: Path | None = None


@dataclass(frozen=True, slots=True)
class Work:
    """A request with what it needs.

    Attributes:
        request: The request.
        deployment: What the values mean.
        cluster: Where the Secrets are.
        needs: The Secrets.
        notes: What to see to by hand, in a sentence each.
    """

    request: Request
    deployment: Deployment
    cluster: Cluster
    needs: tuple[Need, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Made:
    """What became of a request.

    Attributes:
        gathered: The new values, and where each is from.
        applied: What was applied.
        existing: The Secrets that the cluster had before.
        left: The keys for which a file was named although they exist.
    """

    gathered: Gathered
    applied: tuple[Secret, ...] = ()
    existing: Mapping[str, Existing] = field(default_factory=dict)
    left: tuple[str, ...] = ()


def prepare(
    request: Request,
    *,
    namespace: str = "",
    context: str = "",
    release: str = "airflow",
    named_by_dags: Iterable[Reference] = (),
) -> Work:
    """Return what a request needs.

    Args:
        request: The request.
        namespace: The namespace; by default the settings', else kubectl's.
        context: The context of the kubeconfig.
        release: The name of the Helm release.
        named_by_dags: References of the DAGs' pods, for the Secrets beside those of the values.

    Raises:
        SecretsError: There are no values, or they name what cannot be a Secret.
        ValuesError: The values cannot be read.
    """
    values = load_values(request.values or [_default_values()])
    _check_forms(values)
    place = (
        namespace
        or load_settings().namespace
        or (current_namespace(context) if shutil.which("kubectl") else _NAMESPACE)
    )
    deployment = Deployment(values, release, place)
    reading = read_references(deployment)
    needs = needs_of((*reading.references, *named_by_dags))
    return Work(request, deployment, Cluster(place, context), needs, tuple(_notes(deployment, reading)))


def make_secrets(work: Work, *, apply: bool, asker: Asker | None) -> Made:
    """Gather what is missing; then write it, apply it, or both. Before everything is gathered, nothing is changed.

    Raises:
        SecretsError: A value is missing or not valid, the file cannot be written, or the cluster refuses.
    """
    output = work.request.output
    if output:
        check_output(output)
    given = read_files(work.request.files, work.needs)
    replaced = _replaced(work, given)
    existing = work.cluster.read(need.secret for need in work.needs) if apply else {}
    written = read_output(output) if output else []
    known = {place: value for place, value in _stock(existing, written).items() if place not in replaced}
    gathered = gather(work.needs, work.deployment, given=given, known=known, asker=asker)
    stock = known | gathered.values
    if output:
        write_output(output, yaml_documents(_whole(work.needs, stock, written)))
    applied = additions(work.needs, existing, stock, replaced) if apply else []
    work.cluster.apply(applied)
    left = tuple("/".join(place) for place in given if place in known)
    return Made(gathered, tuple(applied), existing, left)


def _notes(deployment: Deployment, reading: Reading) -> Iterator[str]:
    for place in reading.unread:
        yield f"{place} is a template that only Helm can render: see to its Secrets yourself"
    git_sync = "dags.gitSync"
    by_ssh = deployment.enabled(git_sync) and deployment.value(f"{git_sync}.sshKeySecret")
    if by_ssh and not deployment.value(f"{git_sync}.knownHosts"):
        yield (
            f"{git_sync}.knownHosts is empty, so git-sync trusts any server: put the lines of `ssh-keyscan HOST` "
            "there, compared with the host's own page; they are not secret"
        )


def _check_forms(values: Values) -> None:
    """Reject a list or a mapping where the chart takes the other, or a scalar: nothing could be read from there."""
    for path, taken in wrong_types(values):
        if taken in {"a list", "a mapping"}:
            raise SecretsError(f"{dotted(path)} in the values is not {taken}, and the chart takes nothing else")


def _default_values() -> Path:
    path = (repository_root(Path.cwd()) or Path.cwd()) / VALUES
    if not path.exists():
        hint = "Name the values of your deployment: airflowkit secrets --values FILE"
        raise SecretsError(f"there is no {path}", hint=hint)
    return path


def _replaced(work: Work, given: Stock) -> set[Place]:
    keys = {need.secret: need.keys for need in work.needs}
    places: set[Place] = set()
    for argument in work.request.replaced:
        secret, slash, key = argument.partition("/")
        if secret not in keys or (slash and key not in keys[secret]):
            hint = did_you_mean(argument, [*keys, *(f"{name}/{each}" for name in keys for each in keys[name])])
            raise SecretsError(f"--replace: the values ask for no {argument!r}", hint=hint)
        places |= {(secret, each) for each in ([key] if slash else keys[secret])}
    for place in places - given.keys():
        if keys[place[0]][place[1]] is FERNET:
            raise SecretsError(
                f"--replace: without the old key in {'/'.join(place)}, no connection in the database can be read",
                hint="Use --rotate fernet, or name a file with the new key",
            )
    return places


def _stock(existing: Mapping[str, Existing], written: Iterable[Secret]) -> Stock:
    """Return the values that exist; where both have one, the cluster's."""
    secrets = [*written, *(each.secret for each in existing.values())]
    return {(secret.name, key): value for secret in secrets for key, value in secret.data.items() if value}


def _whole(needs: Iterable[Need], stock: Stock, written: Iterable[Secret]) -> list[Secret]:
    """Return the contents of the file: what is needed, and what else it had."""
    types = {need.secret: need.type for need in needs}
    others = {secret.name: secret for secret in written if secret.name not in types}
    found = [
        Secret(name, type_, {key: value for (secret, key), value in stock.items() if secret == name})
        for name, type_ in types.items()
    ]
    return [*found, *others.values()]
