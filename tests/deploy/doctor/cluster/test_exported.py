"""A cluster in a file, in every form that kubectl and shells give it, and in forms that nobody should."""

from __future__ import annotations

import json

import pytest

from airflowkit.contract.document import Contract
from airflowkit.contract.needs import Kind, Need, TaskNeeds
from airflowkit.deploy.doctor.cluster.comparison import Comparison
from airflowkit.deploy.doctor.cluster.exported import ExportedCluster
from airflowkit.errors import ClusterError

SECRET = {"kind": "Secret", "metadata": {"name": "orders-db", "namespace": "etl"}, "data": {"password": "aHVudGVyMg=="}}
NODE = {"kind": "Node", "metadata": {"name": "n", "labels": {"disk": "ssd"}}}
NEEDS = (Need("etl", Kind.SECRET, "orders-db", "password"), Need("", Kind.NODE, "disk=ssd"))
CONTRACT = Contract.of([TaskNeeds("orders_daily", "extract", NEEDS)])


def compare(tmp_path, content):
    """Return the findings as text, and what the file does not say."""
    path = tmp_path / "cluster.yaml"
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    comparison = Comparison(CONTRACT, ExportedCluster(path), "etl")
    found = [f"{each.code} {each.subject}: {each.message}" for each in comparison.findings()]
    return found, comparison.refused


def in_list(*items, kind="List"):
    return {"apiVersion": "v1", "kind": kind, "items": [*items]}


BARE_SECRET, BARE_NODE = ({key: value for key, value in each.items() if key != "kind"} for each in (SECRET, NODE))
FORMS = {
    "a list": in_list(SECRET, NODE),
    "objects": [SECRET, NODE],
    "lists in one list, as of jq": [in_list(SECRET), in_list(NODE)],
    "a list of lists": in_list(in_list(SECRET), NODE),
    "lists of the API": [
        in_list(BARE_SECRET, kind="SecretList"),
        in_list(BARE_NODE, kind="NodeList"),
    ],
    "JSON after JSON": f"{json.dumps(in_list(SECRET), indent=1)}\n{json.dumps(in_list(NODE))}\n".encode(),
    "YAML documents": f"---\n{json.dumps(SECRET)}\n---\n---\n{json.dumps(NODE)}\n".encode(),
    "UTF-16 of PowerShell": json.dumps(in_list(SECRET, NODE)).encode("utf-16"),
    "a byte order mark": b"\xef\xbb\xbf" + json.dumps(in_list(SECRET, NODE)).encode(),
    "Windows lines": json.dumps(in_list(SECRET, NODE), indent=1).replace("\n", "\r\n").encode(),
    "other things among them": in_list(3, None, "x", [], {}, {"kind": ["Secret"]}, {"kind": {}}, SECRET, NODE),
    "stringData": [{**SECRET, "data": None, "stringData": {"password": "hunter2"}}, NODE],
}


@pytest.mark.parametrize("content", FORMS.values(), ids=FORMS)
def test_every_form_of_an_export_is_read(tmp_path, content):
    assert compare(tmp_path, content) == ([], {})


@pytest.mark.parametrize("data", [["hunter2"], "hunter2", 3, True, [["hunter2"]], [{"hunter2": 1}]], ids=str)
def test_what_is_in_the_place_of_the_keys_is_never_taken_for_keys(tmp_path, data):
    found, _ = compare(tmp_path, [{**SECRET, "data": data}, NODE])
    assert [each[:5] for each in found] == ["AD302"]
    assert "hunter2" not in found[0]


@pytest.mark.parametrize("labels", [["disk=ssd"], "disk=ssd", 3, {"disk": ["ssd"]}, None], ids=str)
def test_labels_of_another_form_are_none(tmp_path, labels):
    found, _ = compare(tmp_path, [SECRET, {**NODE, "metadata": {"name": "n", "labels": labels}}])
    assert [each[:5] for each in found] == ["AD310"]


@pytest.mark.parametrize("metadata", [{"name": "orders-db"}, {"name": "orders-db", "namespace": ["etl"]}], ids=str)
def test_a_namespace_of_which_nothing_was_exported_is_not_called_missing(tmp_path, metadata):
    found, refused = compare(tmp_path, [{**SECRET, "metadata": metadata}, NODE])
    assert found == []
    assert "has nothing of namespace etl" in refused["namespace etl"]


def test_of_many_keys_only_some_are_named(tmp_path):
    found, _ = compare(tmp_path, [{**SECRET, "data": dict.fromkeys(map(str, range(5_000)))}, NODE])
    assert "and 4990 more" in found[0]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is empty"),
        (b"\n \n", "is empty"),
        (b"hello", "no object"),
        (b"Error from server (Forbidden): secrets is forbidden", "no object"),
        (b"NAME  TYPE    DATA  AGE\nhunter2  Opaque  1  3d\n", "no object"),
        (in_list(), "no object"),
        ({"kind": "List", "items": {"a": "hunter2"}}, "no object"),
        ({**SECRET, "metadata": {"name": ["hunter2"]}}, "no object"),
        ({**SECRET, "metadata": None}, "no object"),
        (b"&a [*a]", "no object"),
        (b"data: {password: hunter2\n b: [", "not valid YAML"),
        (b"a: 2026-13-01", "not valid YAML"),
        (b"a: !!python/object:os.system hunter2", "not valid YAML"),
        (b"[" * 400_000, "not valid YAML"),
        (b'{"a":' * 400_000, "not valid YAML"),
        (b"\xff\xfeh", "not UTF-8"),
        (b"password: \xe4", "not UTF-8"),
    ],
)
def test_what_is_no_export_is_one_line_without_a_value(tmp_path, content, reason):
    with pytest.raises(ClusterError, match=reason) as refused:
        compare(tmp_path, content)
    assert "hunter2" not in str(refused.value)
    assert "\n" not in str(refused.value)
