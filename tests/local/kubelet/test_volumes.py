"""Volumes that depend on the pod, or on this computer."""

from __future__ import annotations

import pytest

from airflowkit.local.kubelet.objects import LocalObjects, MissingObject
from airflowkit.local.kubelet.volumes import VolumeFolders


@pytest.fixture
def prepare(tmp_path):
    folders = VolumeFolders(tmp_path, LocalObjects(tmp_path / "airflowkit.local.toml"))

    def prepared(volume):
        base = {"name": "base", "resources": {"limits": {"memory": "64Mi", "cpu": "1500m"}}}
        spec = {"containers": [base], "volumes": [{"name": "v", **volume}]}
        return folders.prepare({"metadata": {"uid": "1", "namespace": "n"}, "spec": spec})["v"].folder

    return prepared


def test_a_file_may_hold_a_container_s_limit(prepare):
    limit = {"containerName": "base", "resource": "limits.memory", "divisor": "1Mi"}
    items = [{"path": "memory", "resourceFieldRef": limit}]
    assert (prepare({"downwardAPI": {"items": items}}) / "memory").read_text() == "64"
    assert (prepare({"projected": {"sources": [{"downwardAPI": {"items": items}}]}}) / "memory").read_text() == "64"


def test_a_folder_or_file_of_the_node_is_created_where_its_type_says_so(prepare, tmp_path):
    new = tmp_path / "new" / "folder"
    with pytest.raises(MissingObject):
        prepare({"hostPath": {"path": str(new)}})
    assert prepare({"hostPath": {"path": str(new), "type": "DirectoryOrCreate"}}).is_dir()
    assert prepare({"hostPath": {"path": str(new / "file"), "type": "FileOrCreate"}}).is_file()
