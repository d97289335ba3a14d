"""What happens in the story, step by step."""

from __future__ import annotations

import base64
import statistics
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from scripts.story import database as databases
from scripts.story import git_server, images, log_store, receiver
from scripts.story.airflow_api import AirflowApi
from scripts.story.certificates import Authority
from scripts.story.git_server import GitServer
from scripts.story.steps import StoryError, step, wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from scripts.story.cluster import Cluster
    from scripts.story.kinds import Kind
    from scripts.story.repository import Repository

AIRFLOW_VERSION: Final = "3.3.2"
NAMESPACE: Final = "airflow"
_NAMES: Final = (databases.HOST, git_server.HOST, receiver.HOST, log_store.HOST)
_UPGRADED: Final = ("ordinary", "deferrable")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a team has before it has Airflow.

    Attributes:
        git_url: What the cluster clones.
        server: The git server.
        authority: Who signed the certificates.
        cards: The cards that have come.
    """

    git_url: str
    server: GitServer
    authority: Authority
    cards: list[str]


@contextmanager
def surroundings(kind: Kind, cluster: Cluster, folder: Path) -> Iterator[Surroundings]:
    """Serve the database, git, the receiver of alerts and the store of logs while the block runs."""
    authority, server = Authority(folder / "certificates"), GitServer(folder / "git")
    with ExitStack() as services:
        with step("the host: PostgreSQL, git, the receiver of cards" + (", Azurite" if kind.azure else "")):
            authority.create(_NAMES)
            server.create()
            services.enter_context(databases.database(folder / "database", authority))
            git_url = services.enter_context(server.over_ssh() if kind.ssh else server.over_https(authority))
            cards = services.enter_context(receiver.receiver(authority))
            if kind.azure:
                services.enter_context(log_store.log_store(folder / "logs"))
            cluster.name_hosts(_NAMES)
        try:
            yield Surroundings(git_url, server, authority, cards)
        finally:
            cluster.name_hosts(())


def first_commit(kind: Kind, around: Surroundings, repository: Repository) -> None:
    """Write the repository and push it."""
    with step("airflowkit new-repo, airflowkit check, git push"):
        repository.create(kind, around.git_url, AIRFLOW_VERSION)
        if kind.ssh:
            repository.enter_host_key(around.server.known_hosts())
        repository.airflowkit("check")
        repository.push(around.server, "Start", around.git_url)


def install(kind: Kind, cluster: Cluster, around: Surroundings, repository: Repository, folder: Path) -> AirflowApi:
    """Install Airflow by the commands of the repository's README."""
    with step("make namespace volumes, airflowkit secrets --apply"):
        repository.make("namespace")
        cluster.kubectl(
            "--namespace", NAMESPACE, "create", "configmap", "company-ca", f"--from-file={around.authority.ca}"
        )
        if (repository.folder / "deploy" / "volumes.yaml").exists():
            repository.make("volumes")
        repository.apply_secrets(kind.secrets(around.server), folder / "values-of-secrets")
    with step("make install"):
        print(repository.make("install"))
    with step("airflowkit secrets --check, the API"):
        repository.airflowkit("secrets", "--check", "--namespace", NAMESPACE)
        return _api(cluster)


def _api(cluster: Cluster) -> AirflowApi:
    address = cluster.read("service", "airflow-api-server", "--namespace", NAMESPACE)["spec"]["clusterIP"]
    secret = cluster.read("secret", "airflow-admin", "--namespace", NAMESPACE)["data"]["password"]
    return AirflowApi(f"http://{address}:8080", base64.b64decode(secret).decode())


def green_run(api: AirflowApi) -> None:
    """Run the first DAG of the repository, and read its log back."""
    with step("a green run, and its log by the API"):
        run = api.switch_on("hello_pod")
        api.wait_for_state("hello_pod", run, "success")
        _expect_in_log(api, "hello_pod", run, "hello", "Hello from the pod of")


def failing_run(api: AirflowApi, cards: list[str]) -> None:
    """Run a DAG whose pod fails, and get its card."""
    with step("a failing run, and its card"):
        run = api.start_run("failing")
        api.wait_for_state("failing", run, "failed")
        card = wait_for("the card", lambda: cards and cards[0], seconds=120)
        for part in ("failing", "the last words of the pod", "https://airflow.example.com"):
            if part not in card:
                raise StoryError(f"the card says nothing of {part!r}: {card}")


def start_delay(api: AirflowApi) -> None:
    """Show how long tasks wait for their process, one after the other and all at once."""
    with step("twelve tasks that only start"):
        run = api.start_run("start_delay")
        api.wait_for_state("start_delay", run, "success", seconds=1200)
        delays = api.delays("start_delay", run)
        for how in ("alone", "at_once"):
            its = sorted(seconds for name, seconds in delays.items() if name.startswith(how))
            print(f"          {how}: {statistics.median(its):.1f} s from queued to started, {its[-1]:.1f} s at most")


def upgrade(cluster: Cluster, repository: Repository, around: Surroundings, api: AirflowApi) -> None:
    """Upgrade to another tag of the image while tasks run."""
    dag = "through_an_upgrade"
    with step("two tasks that outlast an upgrade"):
        run = api.start_run(dag)
        wait_for("both pods", lambda: _pods_run(cluster), seconds=300)
    with step("a new image tag, make upgrade"):
        cluster.tag(f"{images.AIRFLOW}:{AIRFLOW_VERSION}-1", f"{images.AIRFLOW}:{AIRFLOW_VERSION}-2")
        repository.set_tag(f"{AIRFLOW_VERSION}-2")
        repository.push(around.server, "Use the next image", around.git_url)
        print(repository.make("upgrade", "YES=1").partition("no change")[0][-600:])
        _expect_new_pods(cluster)
    with step("the end of both tasks"):
        api.wait_for_state(dag, run, "success", seconds=900)
        for task_id, task in api.tasks(dag, run).items():
            _expect_in_log(api, dag, run, task_id, "ended well")
            if task["try_number"] != 1:
                raise StoryError(f"{task_id} needed {task['try_number']} tries\n{api.tasks_in_words(dag, run)}")


def uninstall(cluster: Cluster, repository: Repository) -> None:
    """Remove the release; nothing of it may stay but what the README names."""
    with step("make uninstall"):
        repository.make("uninstall")
        kinds = "deployments,statefulsets,jobs,cronjobs,services"
        selector = ("--selector", "release=airflow")

        def is_gone() -> bool:
            return not cluster.read(kinds, "--namespace", NAMESPACE, *selector)["items"]

        wait_for("the end of the release", is_gone, seconds=120)


def _expect_in_log(api: AirflowApi, dag: str, run: str, task: str, text: str) -> None:
    log = api.log(dag, run, task)
    if text not in log:
        raise StoryError(f"the log of {dag}.{task} has no {text!r}:\n{log[-3000:]}")


def _pods_run(cluster: Cluster) -> bool:
    found = cluster.read(
        "pods", "--namespace", NAMESPACE, "--selector", "dag_id=through_an_upgrade,kubernetes_pod_operator=True"
    )
    running = {pod["metadata"]["labels"]["task_id"] for pod in found["items"] if pod["status"]["phase"] == "Running"}
    return running >= set(_UPGRADED)


def _expect_new_pods(cluster: Cluster) -> None:
    """Hold `make upgrade` to its word: when it ends, every component runs the new image."""
    for deployment in cluster.read("deployments,statefulsets", "--namespace", NAMESPACE)["items"]:
        status, wanted = deployment["status"], deployment["spec"]["replicas"]
        if status.get("updatedReplicas", 0) < wanted or status.get("readyReplicas", 0) < wanted:
            raise StoryError(f"{deployment['metadata']['name']} is not upgraded: {status}")
