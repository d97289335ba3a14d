"""A second Airflow, `make … ENV=dev`, beside the first one."""

import os
import shutil
import subprocess

import pytest

from scaffold.conftest import documents_of, files_of


def test_the_second_airflow_shares_no_volume_and_no_folder_with_the_first(each):
    """The folder of DAGs on a laptop is one: where people write them."""
    of_first, of_second = (
        [it for it in documents_of(each, f"deploy/volumes{suffix}.yaml") if it] for suffix in ("", "-dev")
    )
    assert not {identity(it) for it in of_first} & {identity(it) for it in of_second}
    folders = [{path for it in found if (path := folder_of(it))} for found in (of_first, of_second)]
    assert folders[0] & folders[1] <= {each.host_dags_folder}


def identity(manifest):
    return manifest["kind"], manifest["metadata"].get("namespace"), manifest["metadata"]["name"]


def folder_of(manifest):
    return manifest["spec"].get("hostPath", {}).get("path") if manifest["kind"] == "PersistentVolume" else None


@pytest.mark.skipif(not shutil.which("make"), reason="no make")
@pytest.mark.parametrize("deploy", ["argocd", "flux", "terraform"])
def test_the_second_airflow_never_takes_the_place_of_the_first(new, deploy, tmp_path):
    """Terraform would destroy a release whose namespace changes, if both were in one state."""
    (tmp_path / "Makefile").write_text(files_of(new(deploy=deploy))["Makefile"])
    (tmp_path / "deploy").mkdir()
    (tmp_path / "bin").mkdir()
    for program in ("terraform", "kubectl", "helm"):
        (tmp_path / "bin" / program).write_text('#!/bin/sh\necho "$(basename $0) $*"\n')
        (tmp_path / "bin" / program).chmod(0o755)
    env = {**os.environ, "PATH": f"{tmp_path}/bin:{os.environ['PATH']}"}
    done = subprocess.run(
        ["make", "--silent", "install", "ENV=dev"], cwd=tmp_path, env=env, capture_output=True, text=True, check=False
    )
    if deploy == "terraform":
        lines = done.stdout.splitlines()
        selected = lines.index("terraform -chdir=deploy workspace select -or-create dev")
        assert selected < next(number for number, line in enumerate(lines) if " apply " in line)
    else:
        assert done.returncode != 0
        assert "deploys production" in done.stdout
        assert "apply" not in done.stdout
