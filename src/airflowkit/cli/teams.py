"""`airflowkit teams`: what the cards look like, and whether they arrive."""

from __future__ import annotations

import sys
import webbrowser
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from collections.abc import Mapping

teams = typer.Typer(help="Alerts in Microsoft Teams.", no_args_is_help=True)


@teams.command(short_help="Write an HTML page that shows the cards.")
def preview(
    result: Annotated[
        Path | None,
        typer.Argument(
            metavar="RESULT", help="What `airflowkit run --json` wrote: the cards of that run instead of samples."
        ),
    ] = None,
    *,
    output: Annotated[Path, typer.Option("--output", "-o", help="The file to write.")] = Path("teams-preview.html"),
    show: Annotated[bool, typer.Option("--open/--no-open", help="Whether to open it in a browser.")] = True,
) -> None:
    """Write an HTML page that shows the cards the way Teams does, and open it.

    Examples:
        airflowkit teams preview --output cards.html --no-open

        airflowkit teams preview run.json
    """
    from airflowkit._airflow import keep_home_clean
    from airflowkit.alerts.teams.preview import has_renderer, preview_page
    from airflowkit.alerts.teams.samples import sample_cards
    from airflowkit.settings import load_settings

    keep_home_clean()  # before anything imports Airflow
    cards = _cards_of(result) if result else sample_cards(load_settings().teams.environment or "PROD")
    _write(output, preview_page(cards))
    typer.echo(f"Wrote {output}")
    if not has_renderer():
        typer.echo(
            "It shows the cards as JSON: Microsoft's renderer is missing (run `make node` in airflowkit's repository)"
        )
    if show and sys.stdout.isatty():
        webbrowser.open(output.absolute().as_uri())


@teams.command("test", short_help="Send a sample card through an Airflow connection.")
def send_sample(
    conn_id: Annotated[
        str, typer.Argument(metavar="CONN_ID", help="The Airflow connection; by default the one in airflowkit.toml.")
    ] = "",
) -> None:
    """Send a sample card to Teams through an Airflow connection, and explain the response.

    Example: airflowkit teams test msteams_webhook_url
    """
    from airflowkit._airflow import keep_home_clean
    from airflowkit.alerts.teams.card import build_card
    from airflowkit.alerts.teams.connection import read_webhook
    from airflowkit.alerts.teams.delivery import deliver
    from airflowkit.alerts.teams.samples import trial_facts
    from airflowkit.settings import load_settings

    keep_home_clean()  # before anything imports Airflow
    settings = load_settings().teams
    webhook = read_webhook(conn_id or settings.conn_id)
    for warning in webhook.warnings:
        typer.echo(f"Warning: {warning}", err=True)
    delivery = deliver(webhook, build_card(trial_facts(settings.environment)), budget=settings.budget)
    if delivery.accepted:
        typer.echo(f"{webhook.host} accepted the card: HTTP {delivery.status} after {delivery.seconds:.1f} s.")
        typer.echo(
            "That means queued, not shown: look at the channel. If nothing appears, open the flow's run history."
        )
        return
    typer.echo(f"Not delivered: {delivery.problem}", err=True)
    if delivery.hint:
        typer.echo(f"What to do: {delivery.hint}", err=True)
    raise typer.Exit(1)


def _cards_of(path: Path) -> Mapping[str, Mapping[str, Any]]:
    """Return the cards of a run by their titles."""
    import json

    try:
        run = json.loads(path.read_text(encoding="utf-8"))
        cards = {f"{run['dag_id']}, card {number}": card for number, card in enumerate(run["alerts"], 1)}
    except OSError as error:
        raise typer.BadParameter(f"cannot read {path}: {error.strerror}", param_hint="RESULT") from None
    except (ValueError, LookupError, TypeError):
        raise typer.BadParameter(f"{path} is not a file of `airflowkit run --json`", param_hint="RESULT") from None
    if not cards:
        message = f"{path} has no card: the run succeeded, its DAG has no alert, or Teams was sent the card"
        raise typer.BadParameter(message, param_hint="RESULT")
    return cards


def _write(path: Path, text: str) -> None:
    from airflowkit.replacement import atomic_write

    try:
        with atomic_write(path) as file:
            file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise typer.BadParameter(f"cannot write {path}: {error.strerror}", param_hint="--output") from None
