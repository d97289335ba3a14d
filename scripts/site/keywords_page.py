"""The reference of the keywords of `pod_task`, from the table that checks them and the types that editors read."""

from __future__ import annotations

import ast
from typing import Final

from scripts.site.places import ROOT
from scripts.site.tables import code, table

from airflowkit.pods.spec.keywords import AIRFLOWKIT, ANY_TASK, DEAD, KEYWORDS, OVERRIDABLE, PLACES, SOURCES, TEMPLATES

TYPES: Final = ROOT / "src/airflowkit/pods/spec/keyword_types.py"
INTRODUCTION: Final = """\
`pod_task` takes every keyword of `KubernetesPodOperator` under its own name, and four of airflowkit's own. Those with a
place in the pod are checked against Kubernetes' own rules while the DAG is parsed. [Pods](../explanation/pods.md) says
how the layers of their values are put together.
"""
_SECTIONS: Final = {"metadata": "metadata", "spec": "spec", "container": "spec.containers[0]", "sidecar": "sidecar"}
_OWN: Final = {
    "memory_after_oom": "[more memory after out of memory](../how-to/retries.md#more-memory-after-out-of-memory)",
    "node_pool": "a placement from [`[node_pools]`](settings.md#node_pools)",
    "resources": "requests and limits: [`Resources`](api.md#airflowkit.Resources), or the name of a size",
    "security": "a whole security context: `none`, `non-root` or `restricted`",
}


def pages() -> dict[str, str]:
    """Return the page, by its place."""
    types = _types()
    of_pod = [*sorted(AIRFLOWKIT), *(name for name in KEYWORDS if name in PLACES or name in SOURCES), *TEMPLATES]
    of_operator = sorted(KEYWORDS.keys() - ANY_TASK.keys() - {*of_pod, *DEAD})
    pod = [(code(name), code(types[name]), _place(name), "yes" if name in OVERRIDABLE else "") for name in of_pod]
    text = "".join(
        [
            f"# Keywords of pod_task\n\n{INTRODUCTION}\n## The pod\n\n",
            table(("keyword", "type", "sets", "in `pod_override`"), pod),
            "\n## How the operator runs it\n\n",
            table(("keyword", "type"), [(code(name), code(types[name])) for name in of_operator]),
            "\n## What any task has\n\n",
            ", ".join(code(name) for name in sorted(ANY_TASK)),
            "\n\n## What does nothing any more\n\n",
            table(("keyword", "why", "instead"), [(code(name), dead.reason, dead.hint) for name, dead in DEAD.items()]),
        ]
    )
    return {"reference/keywords.md": text}


def _place(name: str) -> str:
    if name in AIRFLOWKIT:
        return _OWN[name]
    if name in PLACES:
        return code(f"{_SECTIONS[PLACES[name].section]}.{PLACES[name].key}")
    if name in SOURCES:
        return " or ".join(map(code, SOURCES[name].hint.removeprefix("write ").split(" or ")))
    return "a whole pod, beneath the other keywords"


def _types() -> dict[str, str]:
    """Return the types by keyword, as they are written: to import them is to import the Kubernetes client."""
    classes = [node for node in ast.parse(TYPES.read_text("utf-8")).body if isinstance(node, ast.ClassDef)]
    fields = [field for each in classes for field in each.body if isinstance(field, ast.AnnAssign)]
    return {ast.unparse(field.target): ast.unparse(field.annotation) for field in fields}
