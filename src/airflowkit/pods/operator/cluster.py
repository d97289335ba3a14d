"""Where a worker found its cluster, in a form in which the triggerer finds the same one.

The worker's hook tries the cluster that it runs in; the triggerer's hook does not, and reads no file of the worker's
(apache/airflow#44325, #39685, #34644, #55368). So the trigger gets what the worker has found, and searches for nothing.
"""

from __future__ import annotations

import base64
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import yaml
from airflow.providers.cncf.kubernetes.hooks.kubernetes import KubernetesHook
from kubernetes.config import kube_config
from requests.utils import should_bypass_proxies

if TYPE_CHECKING:
    from collections.abc import Mapping

_DECIDING: Final = ("in_cluster", "kube_config_path", "kube_config", "cluster_context")
"""What a connection's extra says of where the cluster is; the rest of it is left to the trigger."""
_OLD_PREFIX: Final = "extra__kubernetes__"
_KINDS: Final = ("clusters", "contexts", "users")
_TOKEN_FILE: Final = "tokenFile"  # noqa: S105  the key's name
_FILES: Final = {
    "certificate-authority": "certificate-authority-data",
    "client-certificate": "client-certificate-data",
    "client-key": "client-key-data",
    _TOKEN_FILE: "token",
}
"""The files that a kubeconfig names, and the keys for their contents, which come first (client-go's `api.Config`)."""


def found_cluster(hook: Any) -> dict[str, Any]:
    """Return the trigger's keywords for the cluster that a worker's hook talks to; none for another provider's hook.

    Args:
        hook: The operator's hook, which has reached the cluster.
    """
    if not isinstance(hook, KubernetesHook):
        return {}
    extras = hook.conn_extras
    others = {key: value for key, value in extras.items() if key.removeprefix(_OLD_PREFIX) not in _DECIDING}
    if hook.is_in_cluster:
        return {"in_cluster": True, "config_dict": None, "cluster_context": None, "connection_extras": others}
    context = hook.cluster_context if hook.cluster_context is not None else _field(extras, "cluster_context")
    config = _as_the_worker_connects(_kubeconfig(hook), hook.api_client.configuration)
    return {"in_cluster": False, "config_dict": config, "cluster_context": context, "connection_extras": others}


def with_renewed_tokens(config: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Return a kubeconfig without the tokens that this machine has in files: there they are renewed."""
    if config is None:
        return None
    return {**config, "users": [{**each, "user": _renewed(each["user"])} for each in config.get("users") or ()]}


def _renewed(user: Mapping[str, Any]) -> Mapping[str, Any]:
    if not Path(user.get(_TOKEN_FILE) or "/nowhere").is_file():
        return user
    return {key: value for key, value in user.items() if key != _FILES[_TOKEN_FILE]}


def _kubeconfig(hook: KubernetesHook) -> dict[str, Any]:
    """Return the kubeconfig that the hook has read, in the hook's own order."""
    path = hook.config_file if hook.config_file is not None else _field(hook.conn_extras, "kube_config_path")
    content = _field(hook.conn_extras, "kube_config")
    if path is None and content is not None:
        found: dict[str, Any] = yaml.safe_load(content) if isinstance(content, str) else content
        return found
    # Several files, as $KUBECONFIG may list them, make one.
    merged = kube_config.KubeConfigMerger(
        kube_config.KUBE_CONFIG_DEFAULT_LOCATION if path is None else path
    ).config.value
    return {**merged, **{kind: [_self_contained(node) for node in merged[kind]] for kind in _KINDS}}


def _self_contained(node: Any) -> dict[str, Any]:
    """Return an entry with the contents of the files that it names, which the triggerer may not have."""
    folder = Path(node.path).parent
    return {key: _inlined(value, folder) if isinstance(value, dict) else value for key, value in node.value.items()}


def _inlined(entry: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    inlined = dict(entry)
    for name in _FILES.keys() & inlined.keys():
        file = (folder / inlined[name]).resolve()
        inlined[name] = str(file)
        with suppress(OSError):  # another context's file, which the worker did not need
            inlined.setdefault(_FILES[name], _content(name, file))
    return inlined


def _content(name: str, file: Path) -> str:
    return file.read_text().strip() if name == _TOKEN_FILE else base64.b64encode(file.read_bytes()).decode()


def _as_the_worker_connects(config: dict[str, Any], client: Any) -> dict[str, Any]:
    """Return the kubeconfig with what the worker's client has from elsewhere: the connection, the environment."""
    added: dict[str, Any] = {}
    if not client.verify_ssl:
        added["insecure-skip-tls-verify"] = True
    if client.proxy and not should_bypass_proxies(client.host, no_proxy=client.no_proxy or ""):
        added["proxy-url"] = client.proxy
    clusters = [{**each, "cluster": {**each["cluster"], **added}} for each in config.get("clusters") or ()]
    return {**config, "clusters": clusters} if added else config


def _field(extras: Mapping[str, Any], name: str) -> Any:
    return (extras[name] if name in extras else extras.get(_OLD_PREFIX + name)) or None
