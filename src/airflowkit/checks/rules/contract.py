"""AK611 and AK612: the kept contract of what the DAGs need of the cluster."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from airflowkit.checks.model.findings import Fault
from airflowkit.checks.model.rule import FolderSubject, TaskSubject, folder_rule, task_rule
from airflowkit.contract.kept import kept_contract, kept_path
from airflowkit.errors import ContractError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from airflowkit.contract.document import Contract

_MAKE: Final = "write it: `airflowkit doctor --contract --write`"
_WRITE: Final = "have it provided, then `airflowkit doctor --contract --write`"


@task_rule("AK611", "contract-outgrown")
def contract_outgrown(task: TaskSubject) -> Iterator[Fault]:
    """Checks that the kept contract names what each task needs of the cluster.

    Only repositories with a `contract.json` are checked, which `airflowkit doctor --contract --write` writes;
    `[check] contract` names another file.

    ## Why it matters
    Whoever runs the cluster provides what the contract names. A task that needs another Secret, key, claim or
    permission fails when it runs: its pod never starts, or the API server refuses it.

    ## How to fix it
    Have what is missing provided in the cluster, then write the contract again: `airflowkit doctor --contract --write`.
    """
    kept = _kept(Path(str(task.dag.fileloc)), task.options.contract)
    if kept is None:
        return
    from airflowkit.contract.collection import needs_of_task  # noqa: PLC0415  only beside a contract

    found, name = needs_of_task(task.task), task.options.contract
    for need in found.needs:
        if not need.at_run_time and kept.lacks(need):
            where = f" in namespace {need.namespace}" if need.namespace else ""
            yield Fault(f"needs {need}{where}, which {name} does not name", hint=_WRITE)
    refused = [each for each in found.permissions if each not in kept.permissions]
    if refused:
        what = ", ".join(map(str, refused))
        yield Fault(f"does what the Role of {name} does not allow: {what}", hint=_WRITE)


@folder_rule("AK612", "contract-not-valid")
def contract_not_valid(folder: FolderSubject) -> Iterator[Fault]:
    """Checks that the kept contract can be read, and is where `[check] contract` says.

    ## Why it matters
    Without a contract that can be read, nothing that the DAGs need is compared with it.

    ## How to fix it
    Correct the line that the message names, or write the file again: `airflowkit doctor --contract --write`.
    """
    path = kept_path(folder.folder, folder.options.contract)
    try:
        if kept_contract(path) is None and "contract" in folder.options.model_fields_set:
            yield Fault(f"[check] contract names {folder.options.contract}, which does not exist", hint=_MAKE)
    except ContractError as error:
        hint = error.hint or "write it again: `airflowkit doctor --contract --write`"
        yield Fault(error.reason, hint=hint, path=str(path), line=error.line)


RULES: Final = (contract_outgrown, contract_not_valid)


def _kept(path: Path, name: str) -> Contract | None:
    try:
        return kept_contract(kept_path(path, name))
    except ContractError:
        return None  # `contract-not-valid` reports it
