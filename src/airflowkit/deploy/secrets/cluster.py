"""Reads and applies Secrets through the user's own kubectl. No value is ever an argument of it."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from airflowkit.deploy.secrets.confidential import without_secrets
from airflowkit.deploy.secrets.manifest import Secret, json_list, parse_object
from airflowkit.errors import SecretsError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

MANAGER: Final = "airflowkit"
"""What the API server notes as the owner of a key."""
_TIMEOUT: Final = "--request-timeout=30s"
_NO_KUBECONFIG: Final = "kubectl knows no cluster here: set KUBECONFIG, or use --output FILE"


@dataclass(frozen=True, slots=True)
class Existing:
    """A Secret in the cluster.

    Attributes:
        secret: The Secret.
        ours: The keys that airflowkit applied: server-side apply removes those that are left out the next time.
    """

    secret: Secret
    ours: frozenset[str]


@dataclass(frozen=True, slots=True)
class Cluster:
    """A namespace of a cluster.

    Attributes:
        namespace: The namespace.
        context: The context of the kubeconfig; empty for the current one.
    """

    namespace: str
    context: str = ""

    def describe(self) -> str:
        """Return the namespace and the context, as a phrase."""
        context = self.context or _current("current-context")
        return f"namespace {self.namespace}" + (f" of {context}" if context else "")

    def read(self, names: Iterable[str]) -> dict[str, Existing]:
        """Return those of the Secrets that exist.

        Raises:
            SecretsError: The cluster does not answer, or does not allow it.
        """
        asked = [*names]
        if not asked:
            return {}
        arguments = ["get", "secret", *asked, "--ignore-not-found", "--output=json", "--show-managed-fields"]
        answer = self._call(arguments).stdout
        found = json.loads(answer) if answer.strip() else {"items": []}
        items = found.get("items", [found])
        if not items:
            self._check_namespace()
        return {item["metadata"]["name"]: Existing(parse_object(item), _own_keys(item)) for item in items}

    def apply(self, secrets: Sequence[Secret]) -> None:
        """Create and change Secrets on the server, after it has accepted all of them in a dry run.

        Server-side: client-side apply would copy the values into an annotation
        (https://kubernetes.io/docs/reference/using-api/server-side-apply). Those with a version may take over keys from
        other managers, because the version proves that nothing was overwritten unseen.

        Raises:
            SecretsError: The API server refuses one.
        """
        new = [each for each in secrets if not each.version]
        changed = [each for each in secrets if each.version]
        for dry_run in (True, False):
            for group, force in ((new, False), (changed, True)):
                if group:
                    self._apply(group, force=force, dry_run=dry_run)

    def _apply(self, secrets: Sequence[Secret], *, force: bool, dry_run: bool) -> None:
        options = [*(["--force-conflicts"] if force else []), *(["--dry-run=server"] if dry_run else [])]
        arguments = ["apply", "--server-side", f"--field-manager={MANAGER}", "--output=name", *options, "--filename=-"]
        self._call(arguments, json_list(secrets))

    def _check_namespace(self) -> None:
        """Say that a namespace does not exist; asked for Secrets in it, the API server finds none."""
        answer = self._call(["get", "namespace", self.namespace, "--output=name"], check=False)
        if b"(NotFound)" in answer.stderr:
            hint = f"Create it: kubectl create namespace {self.namespace}"
            raise SecretsError(f"the cluster has no namespace {self.namespace!r}", hint=hint)

    def _call(
        self, arguments: Sequence[str], content: bytes = b"", *, check: bool = True
    ) -> subprocess.CompletedProcess[bytes]:
        place = [f"--namespace={self.namespace}", *([f"--context={self.context}"] if self.context else [])]
        return _kubectl([*arguments, *place, _TIMEOUT], content, check=check)


def current_namespace(context: str = "") -> str:
    """Return the namespace that kubectl itself would use."""
    place = [f"--context={context}"] if context else []
    return _current("view", "--minify", "--output=jsonpath={..namespace}", *place) or "default"


def _current(*query: str) -> str:
    """Return what the kubeconfig says; empty without kubectl, too."""
    if shutil.which("kubectl") is None:
        return ""
    return _kubectl(["config", *query], check=False).stdout.decode().strip()


def _kubectl(
    arguments: Sequence[str], content: bytes = b"", *, check: bool = True
) -> subprocess.CompletedProcess[bytes]:
    if shutil.which("kubectl") is None:
        raise SecretsError(
            "kubectl is not installed", hint="https://kubernetes.io/docs/tasks/tools, or use --output FILE"
        )
    ended = subprocess.run(  # noqa: S603  the user's own kubectl; values are on its standard input
        ["kubectl", *arguments],  # noqa: S607
        input=content,
        capture_output=True,
        check=False,
    )
    if check and ended.returncode:
        reason = _reason(ended.stderr)
        hint = _NO_KUBECONFIG if "localhost:8080" in reason else ""
        raise SecretsError(f"kubectl {arguments[0]} failed: {reason}", hint=hint)
    return ended


def _reason(stderr: bytes) -> str:
    """Return the last thing that kubectl said, without values: it may quote what it was given."""
    lines = [line.strip() for line in stderr.decode(errors="replace").splitlines() if line.strip()]
    said = [line for line in lines if line.startswith(("Error", "error", "The "))] or lines[-1:] or ["no reason given"]
    return without_secrets("; ".join(dict.fromkeys(said)))


def _own_keys(item: Mapping[str, Any]) -> frozenset[str]:
    ours = (
        entry.get("fieldsV1", {}).get("f:data", {})
        for entry in item["metadata"].get("managedFields", [])
        if entry.get("manager") == MANAGER and entry.get("operation") == "Apply"
    )
    return frozenset(name.removeprefix("f:") for fields in ours for name in fields if name != ".")
