"""Whole pods beneath the arguments: `full_pod_spec`, `pod_template_file`, `pod_template_dict`, and the XCom sidecar.

The joining is Airflow's own (`PodGenerator.reconcile_pods`): what is checked is the pod that will be sent.
"""

from __future__ import annotations

from pathlib import Path as File
from typing import TYPE_CHECKING, Any

import yaml
from airflow.providers.cncf.kubernetes.pod_generator import PodGenerator
from airflow.providers.cncf.kubernetes.utils.xcom_sidecar import PodDefaults

from airflowkit.pods.schema.decoder import Decoder
from airflowkit.pods.schema.faults import MISSING
from airflowkit.pods.schema.jinja import is_runtime_value
from airflowkit.pods.schema.models import to_manifest, to_model
from airflowkit.pods.spec.builder import BASE, NOT_TEMPLATED, Origin
from airflowkit.pods.spec.keywords import TEMPLATES
from airflowkit.yaml_text import document

if TYPE_CHECKING:
    from collections.abc import Mapping

    from airflowkit.pods.spec.builder import PodBuilder


def whole_pod(builder: PodBuilder, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the pod that Airflow will make of the arguments, the pods beneath them and the XCom sidecar."""
    template = _read_templates(builder, values) if any(values.get(keyword) for keyword in TEMPLATES) else None
    builder.template = next((keyword for keyword in TEMPLATES[::-1] if values.get(keyword)), "")
    manifest = _joined_with(builder, template) if template else builder.manifest()
    if values.get("do_xcom_push") is True:
        _add_xcom_sidecar(builder, manifest)
    return manifest


def _read_templates(builder: PodBuilder, values: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the pod beneath the arguments, or None; the operator gets what was read."""
    file, table = values.get("pod_template_file"), values.get("pod_template_dict")
    if file is not None and table is not None:
        builder.decoder.reject("pod_template_dict", MISSING, "is ignored beside pod_template_file", "give only one")
    pods = []
    for keyword in TEMPLATES:
        value = values.get(keyword)
        if keyword in values:
            builder.keywords[keyword] = value
        if value is None or is_runtime_value(value):
            continue
        content = _read_file(builder, value) if keyword == "pod_template_file" else _read_pod(builder, keyword, value)
        if content is not None:
            pods.append(to_model(content, "V1Pod"))
    if not pods:
        return None
    pod: dict[str, Any] = to_manifest(pods[0] if len(pods) == 1 else PodGenerator.reconcile_pods(pods[0], pods[1]))
    return pod


def _read_pod(builder: PodBuilder, keyword: str, value: Any) -> dict[str, Any] | None:
    content = builder.decoder.model(value, "V1Pod", keyword)
    if not isinstance(content, dict):
        return None
    if not content.get("spec"):
        builder.decoder.reject((keyword, "spec"), MISSING, "is empty: only its metadata would be used")
    builder.keywords[keyword] = to_model(content, "V1Pod") if keyword == "full_pod_spec" else content
    return content


def _read_file(builder: PodBuilder, path: Any) -> dict[str, Any] | None:
    reject = builder.decoder.reject
    if not isinstance(path, (str, File)):
        reject("pod_template_file", path, "must be a path")
        return None
    builder.keywords["pod_template_file"] = str(path)
    try:
        if not File(path).is_file():
            reject("pod_template_file", str(path), "is not a file: Airflow would only warn and run the pod without it")
            return None
        content = document(File(path).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        reject("pod_template_file", str(path), f"cannot be read: {getattr(error, 'strerror', None) or error}")
        return None
    decoder = Decoder(builder.decoder.version, coerce=False)
    pod = decoder.model(content, "V1Pod", "pod_template_file")
    builder.decoder.faults += decoder.faults
    for place, value in decoder.runtime_values:
        reject(place, value, NOT_TEMPLATED, "pod_template_dict is rendered")
    return pod if isinstance(pod, dict) else None


def _joined_with(builder: PodBuilder, template: Mapping[str, Any]) -> dict[str, Any]:
    """Return the pod that Airflow makes of a template and the arguments over it."""
    beneath = _without_overridden(template, builder.container)
    own = builder.manifest()
    manifest: dict[str, Any] = to_manifest(
        PodGenerator.reconcile_pods(to_model(beneath, "V1Pod"), to_model(own, "V1Pod"))
    )
    builder.move(_lengths(beneath))
    return manifest


def _without_overridden(template: Mapping[str, Any], container: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out the template's variables that the arguments set too: Airflow sends both, and the last one counts."""
    spec = template.get("spec") or {}
    containers = spec.get("containers") or []
    if not containers:
        return dict(template)
    names = {variable.get("name") for variable in container.get("env", ())}
    env = [variable for variable in containers[0].get("env", ()) if variable.get("name") not in names]
    return {**template, "spec": {**spec, "containers": [{**containers[0], "env": env}, *containers[1:]]}}


def _lengths(template: Mapping[str, Any]) -> dict[tuple[str | int, ...], int]:
    spec = template.get("spec") or {}
    base = (spec.get("containers") or [{}])[0]
    lengths = {(*BASE, part): len(base.get(part) or ()) for part in ("env", "envFrom", "volumeMounts", "ports")}
    return lengths | {("spec", "volumes"): len(spec.get("volumes") or ())}


def _add_xcom_sidecar(builder: PodBuilder, manifest: dict[str, Any]) -> None:
    """Add what `do_xcom_push` adds to a pod, so that it is checked with the rest."""
    spec = manifest["spec"]
    volume, mount = {"name": "xcom", "emptyDir": {}}, {"name": "xcom", "mountPath": PodDefaults.XCOM_MOUNT_PATH}
    sidecar = {"name": PodDefaults.SIDECAR_CONTAINER_NAME, "image": "alpine", "volumeMounts": [mount]} | builder.sidecar
    base = spec["containers"][0]
    volumes, mounts = spec.get("volumes") or [], base.get("volumeMounts") or []
    builder.origins["spec", "volumes", len(volumes)] = Origin("do_xcom_push", {})
    builder.origins[*BASE, "volumeMounts", len(mounts)] = Origin("do_xcom_push", {})
    number = len(spec["containers"])
    builder.origins["spec", "containers", number] = Origin("do_xcom_push", {})
    sidecar_context = "xcom_sidecar_container_security_context"
    builder.origins["spec", "containers", number, "securityContext"] = Origin(sidecar_context)
    spec["volumes"] = [*volumes, volume]
    spec["containers"] = [{**base, "volumeMounts": [*mounts, mount]}, *spec["containers"][1:], sidecar]
