"""`airflowkit doctor --contract`: what the DAGs need of the cluster, printed or kept."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

import typer

from airflowkit.errors import ContractError, agreeing, counted, listed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from airflowkit.contract.document import Contract
    from airflowkit.contract.needs import Need

_ANOTHER: Final = "[check] contract of airflowkit.toml names the file"
_ELSEWHERE: Final = {False: "of the whole cluster", True: "of Airflow"}


def show_contract(root: Path, *, output_format: str, write: bool) -> int:
    """Print what the DAGs of a repository need of the cluster, or keep it there.

    Args:
        root: The repository.
        output_format: `text`, `json`, or `yaml`, which is the Roles alone.
        write: Whether to keep it.

    Returns:
        The exit status: 1 if a DAG file cannot be imported, so that the contract is not whole.
    """
    from airflowkit.checks.contract import collect
    from airflowkit.checks.reports.folding import printable
    from airflowkit.contract.document import as_json

    collected = collect(root)
    for path, reason in collected.failures.items():
        typer.echo(f"airflowkit: {path} cannot be imported; see airflowkit check: {reason}", err=True)
    contract = collected.contract
    if write and not collected.failures:
        _keep(contract, root)
    elif write:
        typer.echo("airflowkit: the contract is not kept, because it is not whole", err=True)
    if output_format == "json":
        typer.echo(as_json(contract), nl=False)
    elif output_format == "yaml":
        typer.echo(_roles(contract), nl=False)
    elif not write:
        for line in _text(contract, whole=not collected.failures):
            typer.echo(printable(line))
    return 1 if collected.failures else 0


def _keep(contract: Contract, root: Path) -> None:
    from airflowkit.contract.document import as_json
    from airflowkit.contract.kept import kept_path
    from airflowkit.replacement import atomic_write
    from airflowkit.settings import check_settings

    path = kept_path(root, check_settings(root).contract)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with atomic_write(path) as file:
            file.write_text(as_json(contract), encoding="utf-8")
    except (OSError, ValueError) as error:  # ValueError: a null character in the name
        reason = getattr(error, "strerror", None) or error
        raise ContractError(str(path), 1, f"cannot be written: {reason}", _ANOTHER) from None
    number = counted(len(contract.needs), "need")
    typer.echo(
        f"wrote {os.path.relpath(path)}: {number}; commit it, and `airflowkit check` compares the DAGs with it",
        err=True,
    )


def _roles(contract: Contract) -> str:
    import yaml

    return yaml.safe_dump_all(contract.roles, sort_keys=False, explicit_start=True) if contract.roles else ""


def _text(contract: Contract, *, whole: bool) -> Iterator[str]:
    if whole and not (contract.needs or contract.permissions or contract.unknown):
        yield "The DAGs need nothing of the cluster."
    for place, needs in _by_place(contract.needs).items():
        yield f"{place}:"
        yield from (f"  {listed(tasks)} {agreeing(len(tasks), 'need')} {need}" for need, tasks in needs.items())
    if contract.unknown:
        yield "Known only when the task runs:"
        yield from (f"  {task}: {what}" for task, what in contract.unknown)
    for role in contract.roles:
        yield f"The smallest Role {_where(role['metadata'].get('namespace', ''))} (--format yaml):"
        yield from (f"  {', '.join(rule['resources'])}: {', '.join(rule['verbs'])}" for rule in role["rules"])


def _by_place(needs: Mapping[Need, tuple[str, ...]]) -> dict[str, dict[Need, tuple[str, ...]]]:
    places: dict[str, dict[Need, tuple[str, ...]]] = {}
    for need, tasks in needs.items():
        where = _where(need.namespace) if need.kind.namespaced else _ELSEWHERE[need.kind.of_airflow]
        places.setdefault(where[0].upper() + where[1:], {})[need] = tasks
    return places


def _where(namespace: str) -> str:
    return f"in namespace {namespace}" if namespace else "in the namespace of the Airflow connection or the release"
