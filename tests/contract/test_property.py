"""The contract of any pod names whatever its manifest refers to."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from airflowkit import ClaimVolume, ConfigMapVolume, PodSpecError, SecretEnv, SecretVolume, pod_task
from airflowkit.contract.collection import needs_of_task
from airflowkit.contract.needs import Kind
from airflowkit.pods.render import render_pod
from pods.outcomes import dag
from pods.values import VALUES

_BY_FIELD = {
    "secretKeyRef": Kind.SECRET,
    "secretRef": Kind.SECRET,
    "nodePublishSecretRef": Kind.SECRET,
    "secret": Kind.SECRET,
    "azureFile": Kind.SECRET,
    "configMapKeyRef": Kind.CONFIG_MAP,
    "configMapRef": Kind.CONFIG_MAP,
    "configMap": Kind.CONFIG_MAP,
    "persistentVolumeClaim": Kind.CLAIM,
    "imagePullSecrets": Kind.PULL_SECRET,
}
_PLAIN = {
    "serviceAccountName": Kind.SERVICE_ACCOUNT,
    "priorityClassName": Kind.PRIORITY_CLASS,
    "runtimeClassName": Kind.RUNTIME_CLASS,
    "storageClassName": Kind.STORAGE_CLASS,
}
_RIGHT: dict[str, list[Any]] = {
    "secrets": [[SecretEnv("A", secret="orders-db", key="a")], [SecretVolume("/tls", secret="tls", items={"k": "p"})]],
    "volumes": [[ClaimVolume("/data", claim="data"), ConfigMapVolume("/conf", config_map="conf")]],
    "image_pull_secrets": [["regcred", "other"]],
    "service_account_name": ["loader"],
    "priority_class_name": ["high"],
    "node_selector": [{"disk": "ssd"}],
}
"""Right values, which come up more often than those of all keywords, most of which are wrong."""
_TRIED = 200


def named_in(value: Any) -> set[tuple[Kind, str, str]]:
    """Return what a manifest names, found in another way: by the names of fields, wherever they are."""
    found: set[tuple[Kind, str, str]] = set()
    for field, inner in value.items() if isinstance(value, dict) else enumerate(value):
        for each in inner if isinstance(inner, list) else [inner]:
            if field in _BY_FIELD and isinstance(each, dict):
                name = each.get("secretName") or each.get("claimName") or each.get("name")
                keys = [each["key"]] if "key" in each else [item["key"] for item in each.get("items") or ()]
                found |= {(_BY_FIELD[field], name, key) for key in keys or [""] if name}
            if field in _PLAIN and each and each != "default":
                found.add((_PLAIN[field], each, ""))
            if isinstance(each, (dict, list)):
                found |= named_in(each)
    return found


@st.composite
def calls(draw: Any) -> dict[str, Any]:
    """A call with keywords that refer to something, and some others, right or wrong."""
    right = draw(st.lists(st.sampled_from(sorted(_RIGHT)), max_size=4, unique=True))
    other = draw(st.lists(st.sampled_from(sorted(VALUES)), max_size=3, unique=True))
    call = {"image": "a:1", "namespace": "etl"} | {name: draw(st.sampled_from(VALUES[name])) for name in other}
    return call | {name: draw(st.sampled_from(_RIGHT[name])) for name in right}


def test_the_contract_of_random_pods_names_every_reference():
    seen: set[Kind] = set()

    @settings(max_examples=_TRIED, deadline=None, suppress_health_check=list(HealthCheck))
    @given(calls())
    def complete(call: dict[str, Any]) -> None:
        try:
            task = pod_task("task", dag=dag(), **call)
            manifest = render_pod(task)
        except PodSpecError:
            return
        needs = needs_of_task(task).needs
        known = {(need.kind, need.name, need.key) for need in needs}
        later = {need.kind for need in needs if need.at_run_time}
        missing = {each for each in named_in(manifest) - known if each[0] not in later}
        assert {each for each in missing if not (each[0] is Kind.SECRET and _of_azure(each[1], known))} == set()
        spec = manifest["spec"]
        assert bool(spec.get("nodeSelector")) <= any(need.kind is Kind.NODE for need in needs)
        seen.update(need.kind for need in needs)

    complete()
    assert {Kind.SECRET, Kind.CONFIG_MAP, Kind.SERVICE_ACCOUNT, Kind.PULL_SECRET, Kind.NODE} <= seen


def _of_azure(name: str, known: set[tuple[Kind, str, str]]) -> bool:
    return (Kind.SECRET, name, "azurestorageaccountkey") in known
