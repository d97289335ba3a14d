"""Node selectors and affinity as text, and the nodes that match."""

import pytest

from airflowkit.contract.nodes import matches, node_selector

LABELS = {"disk": "ssd", "cpus": "16", "zone": "eu-1"}


def _affinity(*terms):
    required = {"nodeSelectorTerms": [{"matchExpressions": term} for term in terms]}
    return {"affinity": {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": required}}}


def _asked(key, operator, *values):
    return {"key": key, "operator": operator, "values": list(values)}


@pytest.mark.parametrize(
    ("spec", "text", "fits"),
    [
        ({}, "", None),
        ({"nodeSelector": {"disk": "ssd"}}, "disk=ssd", True),
        ({"nodeSelector": {"disk": "ssd", "zone": "eu-2"}}, "disk=ssd,zone=eu-2", False),
        (_affinity([_asked("zone", "In", "eu-1", "eu-2")]), "zone in (eu-1,eu-2)", True),
        (_affinity([_asked("zone", "NotIn", "eu-1", "eu-2")]), "zone notin (eu-1,eu-2)", False),
        (_affinity([_asked("gpu", "NotIn", "old")]), "gpu notin (old)", True),
        (_affinity([_asked("disk", "Exists")]), "disk", True),
        (_affinity([_asked("disk", "DoesNotExist")]), "!disk", False),
        (_affinity([_asked("cpus", "Gt", "8")]), "cpus>8", True),
        (_affinity([_asked("cpus", "Lt", "8")]), "cpus<8", False),
        (_affinity([_asked("gpu", "Exists")], [_asked("disk", "Exists")]), "gpu or disk", True),
        ({"nodeSelector": {"disk": "hdd"}, **_affinity([_asked("zone", "Exists")])}, "disk=hdd,zone", False),
        ({"nodeName": "n1"}, "metadata.name=n1", True),
        ({"nodeName": "n2"}, "metadata.name=n2", False),
    ],
)
def test_a_selector_is_text_that_nodes_match(spec, text, fits):
    assert node_selector(spec) == text
    if fits is not None:
        assert matches(text, "n1", LABELS) is fits
