"""`airflowkit new-repo`: a whole git-sync repository."""

from __future__ import annotations

import os
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from airflowkit.scaffold.answers.choices import Broker, Ci, Dags, Database, Deploy, Executor, Laptop, Logs, Metrics

if TYPE_CHECKING:
    from airflowkit.scaffold.answers.repository import RepositoryAnswers
    from airflowkit.scaffold.creation import NewRepository


def _replay(ctx: typer.Context, path: Path | None) -> Path | None:
    """Make the answers of a file the defaults of the options."""
    if path is not None:
        from airflowkit.scaffold.answers.file import read_answers

        ctx.default_map = read_answers(path)
    return path


def new_repo(  # noqa: PLR0913  one for each answer
    ctx: typer.Context,
    path: Annotated[
        Path, typer.Argument(metavar="PATH", help="A new or empty folder, or a clone of an empty repository.")
    ],
    *,
    git_url: Annotated[
        str, typer.Option(help="The URL that the cluster clones, ssh or https.")
    ] = "git@github.com:example/airflow-dags.git",
    branch: Annotated[str, typer.Option(help="The branch that the cluster follows.")] = "main",
    dags: Annotated[
        Dags, typer.Option(help="How the DAGs reach Airflow; without it, the git URL decides between ssh and https.")
    ] = Dags.GIT_SYNC_SSH,
    dags_folder: Annotated[
        str, typer.Option(help="The DAG folder, such as dags or src/dags; a dot is the root.")
    ] = "dags",
    executor: Annotated[Executor, typer.Option(help="What runs the tasks.")] = Executor.KUBERNETES,
    broker: Annotated[Broker, typer.Option(help="The queue of the Celery workers.")] = Broker.REDIS,
    workers: Annotated[str, typer.Option(help="The number of Celery workers, or MIN-MAX for KEDA.")] = "2",
    flower: Annotated[bool, typer.Option(help="Show the Celery workers in Flower.")] = False,
    database: Annotated[Database, typer.Option(help="Airflow's database; chart is for trials.")] = Database.EXTERNAL,
    logs: Annotated[Logs, typer.Option(help="Where the logs of tasks are kept.")] = Logs.VOLUME,
    logs_bucket: Annotated[
        str, typer.Option(help="The container (azure) or bucket (s3) of the logs.")
    ] = "airflow-logs",
    metrics: Annotated[Metrics, typer.Option(help="Who takes Airflow's metrics.")] = Metrics.NONE,
    laptop: Annotated[Laptop, typer.Option(help="The cluster on a laptop, if it is one.")] = Laptop.NONE,
    data_volume: Annotated[bool, typer.Option(help="A volume for data that the DAGs' pods share.")] = False,
    ingress: Annotated[str, typer.Option(help="The host name of an ingress, or none.")] = "none",
    ui_url: Annotated[
        str, typer.Option(help="The address of Airflow's UI, which alerts link to.")
    ] = "https://airflow.example.com",
    ci: Annotated[Ci, typer.Option(help="What runs the checks of every push.")] = Ci.GITHUB,
    deploy: Annotated[Deploy, typer.Option(help="What installs and upgrades the Helm chart.")] = Deploy.HELM,
    airflow_version: Annotated[
        str, typer.Option(help="The Airflow version.", show_default="the installed version")
    ] = "",
    image: Annotated[
        str, typer.Option(help="The Airflow image that its Dockerfile builds, without a tag.")
    ] = "registry.example.com/airflow",
    providers: Annotated[
        str, typer.Option(help="Further providers in the image, separated by commas, such as snowflake,dbt-cloud.")
    ] = "",
    namespace: Annotated[str, typer.Option(help="The namespace of Airflow and of its pods.")] = "airflow",
    pod_namespaces: Annotated[
        str, typer.Option(help="Further namespaces in which DAGs start pods, separated by commas.")
    ] = "",
    owner: Annotated[str, typer.Option(help="The team that owns the DAGs.")] = "data-eng",
    teams: Annotated[bool, typer.Option(help="Send failures to Microsoft Teams.")] = True,
    existing: Annotated[
        bool,
        typer.Option("--existing", help="Add what is missing to a repository that has DAGs; change no file of it."),
    ] = False,
    answers: Annotated[
        Path | None,
        typer.Option(
            help="A YAML or TOML file of answers: the options above, with underscores.",
            is_eager=True,
            callback=_replay,
            show_default=False,
        ),
    ] = None,
    defaults: Annotated[bool, typer.Option("--defaults", help="Ask nothing.")] = False,
) -> None:
    """Write a git-sync repository: DAGs, tests, CI, Dockerfile, and the deployment with Helm.

    On a terminal it asks for what was not given.

    Example: airflowkit new-repo my-dags --git-url git@github.com:my-team/my-dags.git --owner my-team
    """
    from airflowkit.cli.repository_answers import settled
    from airflowkit.scaffold.creation import complete_repository, create_repository
    from airflowkit.scaffold.writing import check_vacant

    target = Path(os.path.realpath(path))
    if not existing:
        check_vacant(target)  # before anything is asked
    chosen = settled(ctx, target, asks=not (defaults or answers))
    made = complete_repository(chosen, target) if existing else create_repository(chosen, target)
    _report(path, chosen, made)
    if not made.first_dag:
        _accept_findings(target / chosen.dags_folder)


def _report(path: Path, answers: RepositoryAnswers, made: NewRepository) -> None:
    from airflowkit.cli.repository_answers import replay_command
    from airflowkit.errors import counted

    typer.echo(f"Wrote a repository to {path}, {counted(len(made.written), 'file')}:")
    _list(made.written)
    if made.kept:
        typer.echo("Left alone, because they were there:")
        _list(made.kept)
    if made.note:
        typer.echo(f"Note: {made.note}")
    typer.echo(f"To repeat: {replay_command(path, answers)}{'' if made.first_dag else ' --existing'}")
    typer.echo("Next:")
    if Path(os.path.realpath(path)) != Path.cwd():
        typer.echo(f"  cd {shlex.quote(str(path))}")
    if made.first_dag:
        typer.echo(f"  airflowkit run {made.first_dag}        # runs its first DAG here, without a cluster")
    typer.echo("  airflowkit new-dag orders_daily # writes another")
    typer.echo("  make                            # lists what deploys it; README.md says how")


def _accept_findings(dags: Path) -> None:
    """Write the baseline of DAGs that were there before, so that the first run of CI is green."""
    from airflowkit.checks.suppression.baseline import FILE, Baseline
    from airflowkit.cli.check import accept_findings

    known = Baseline.of(dags)
    if known.path.exists():
        typer.echo(f"Left alone: {FILE}")
    else:
        accept_findings([dags], known)


def _list(paths: tuple[str, ...]) -> None:
    """Print the names of files, one line for each folder."""
    folders: dict[str, list[str]] = {}
    for path in sorted(paths):
        folder, _, name = path.rpartition("/")
        folders.setdefault(f"{folder}/" if folder else "./", []).append(name)
    for folder, names in folders.items():
        typer.echo(f"  {folder} {' '.join(names)}")
