"""`make story KIND=…`: a team's first day with Airflow, for real, from an empty folder to an upgrade.

It needs root on Debian 12, the test cluster's programs (TEST_CLUSTER), PostgreSQL and OpenSSH's server from Debian, and
AIRFLOW_CHART, HELM and GIT_SYNC: the official chart's .tgz, and the executables of Helm and git-sync.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, suppress
from pathlib import Path

from scripts.story import chapters, images
from scripts.story.cluster import Cluster
from scripts.story.diagnosis import diagnosis
from scripts.story.kinds import KINDS, Kind
from scripts.story.repository import Repository
from scripts.story.steps import StoryError, step

_NEEDED = {"AIRFLOW_CHART": "the official chart's .tgz", "HELM": "Helm 4", "GIT_SYNC": "git-sync 4.4.2"}


def main() -> int:
    parser = argparse.ArgumentParser(prog="make story", description=__doc__)
    parser.add_argument("kind", choices=KINDS, metavar="KIND", help=", ".join(KINDS))
    parser.add_argument("--keep", action="store_true", help="leave Airflow and the cluster as they are after a failure")
    arguments = parser.parse_args()
    if missing := [
        f"{name} ({what})" for name, what in _NEEDED.items() if not Path(os.environ.get(name, "-")).is_file()
    ]:
        sys.exit(f"make story: set {', '.join(missing)} to an existing file")
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, signal.default_int_handler)
    begin = time.monotonic()
    try:
        tell(arguments.kind, keep=arguments.keep)
    except StoryError as error:
        print(f"\nmake story: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nmake story: interrupted", file=sys.stderr)
        return 130
    print(f"{arguments.kind}: the whole story went well, in {(time.monotonic() - begin) / 60:.1f} minutes")
    return 0


def tell(name: str, *, keep: bool) -> None:
    """Go through the story of one kind, and clean up whatever comes."""
    cluster, kind = Cluster.found(), KINDS[name]
    images.STORE.mkdir(exist_ok=True)
    with ExitStack() as clean_up:
        folder = Path(tempfile.mkdtemp(prefix="airflowkit-story-"))
        folder.chmod(0o755)  # PostgreSQL and sshd drop root
        clean_up.callback(shutil.rmtree, folder, ignore_errors=True)
        with step("the cluster and its images"):
            if not cluster.is_up():
                clean_up.callback(cluster.stop)
                cluster.start()  # a second start would end its kube-proxy
            images.load_airflow(cluster, chapters.AIRFLOW_VERSION)
            images.load_programs(cluster, Path(os.environ["GIT_SYNC"]).resolve())
        _clear(cluster)
        clean_up.callback(_clear, cluster)
        with chapters.surroundings(kind, cluster, folder) as around:
            try:
                _chapters(kind, cluster, around, folder)
            except StoryError as error:
                print(f"\n{diagnosis(cluster, chapters.NAMESPACE)}", file=sys.stderr)
                if keep:
                    _leave_it(folder, error)
                raise


def _chapters(kind: Kind, cluster: Cluster, around: chapters.Surroundings, folder: Path) -> None:
    tools = (cluster.kubeconfig, Path(os.environ["HELM"]).resolve(), Path(os.environ["AIRFLOW_CHART"]).resolve())
    repository = Repository(folder / "airflow-dags", *tools)
    chapters.first_commit(kind, around, repository)
    api = chapters.install(kind, cluster, around, repository, folder)
    chapters.green_run(api)
    chapters.failing_run(api, around.cards)
    chapters.start_delay(api)
    chapters.upgrade(cluster, repository, around, api)
    chapters.uninstall(cluster, repository)


def _leave_it(folder: Path, error: StoryError) -> None:
    """Wait at the place of the failure until Ctrl-C."""
    print(f"\n{error}\n\nEverything still runs; its files are in {folder}. Ctrl-C cleans up.", file=sys.stderr)
    signal.pause()


def _clear(cluster: Cluster) -> None:
    """Remove what a story creates in the cluster and on the node, without the patience of its pods."""
    here = ("--namespace", chapters.NAMESPACE)
    with suppress(StoryError):
        cluster.kubectl("delete", "deployments,statefulsets,cronjobs,jobs", "--all", *here)
        cluster.kubectl("delete", "pods", "--all", "--force", "--grace-period=0", *here)
        cluster.kubectl("delete", "namespace", chapters.NAMESPACE, "--ignore-not-found", "--timeout=120s")
        cluster.kubectl("delete", "persistentvolume", "airflow-airflow-logs", "--ignore-not-found", "--timeout=30s")
    subprocess.run(["rm", "-rf", "/var/local/airflow"], check=False)


if __name__ == "__main__":
    sys.exit(main())
