"""What `airflowkit secrets` does, and says: names of Secrets and keys, never a value."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import typer

from airflowkit.cli.secret_prompts import Terminal
from airflowkit.deploy.secrets.application import lacks
from airflowkit.deploy.secrets.content.kinds import FLOWER, USER_PASSWORD
from airflowkit.deploy.secrets.rotation import add_key, commands, drop_old_keys, fernet_secret
from airflowkit.deploy.secrets.work import make_secrets
from airflowkit.errors import SecretsError, counted

if TYPE_CHECKING:
    from airflowkit.deploy.secrets.content.kinds import Kind
    from airflowkit.deploy.secrets.references import Need
    from airflowkit.deploy.secrets.work import Made, Work


def list_needs(work: Work) -> None:
    """Print what the values name, and what the actions would do."""
    typer.echo(f"The values name {counted(len(work.needs), 'Secret')}:")
    for need in work.needs:
        typer.echo(f"\n{need.secret}  ({', '.join(need.where)})")
        for key, kind in need.keys.items():
            typer.echo(f"  {key}: {kind.what}; {_way(kind)}")
        if not need.keys:
            typer.echo("  read as a whole: any keys")
    _print_notes(work)
    typer.echo(f"""
  airflowkit secrets --apply          creates what {work.cluster.describe()} lacks
  airflowkit secrets --output FILE    writes them to a file that git ignores
  airflowkit secrets --check          says what the cluster lacks
  airflowkit secrets --rotate fernet  puts a new Fernet key in front of the old one
Values are asked for without showing them, or read from files: --from-file NAME/KEY=PATH""")


def make(work: Work, *, apply: bool) -> None:
    """Gather, write and apply, and say what was done."""
    asker = Terminal() if sys.stdin.isatty() else None
    if asker and apply:
        typer.echo(f"Secrets for {work.cluster.describe()}", err=True)
    made = make_secrets(work, apply=apply, asker=asker)
    for place, origin in sorted(made.gathered.origins.items()):
        typer.echo(f"{'/'.join(place)}: {origin}")
    for left in made.left:
        typer.echo(f"{left}: exists, and was left as it is; --replace {left} replaces it", err=True)
    if work.request.output:
        typer.echo(f"Wrote {work.request.output}, which only you can read: {counted(len(work.needs), 'Secret')}")
    if apply:
        _say_applied(work, made)
    _print_notes(work)


def report(work: Work) -> int:
    """Print what is missing or wrong in the cluster, and return the exit status."""
    found = list(lacks(work.needs, work.cluster.read(need.secret for need in work.needs)))
    for lack in found:
        typer.echo(f"{lack.place} {lack.reason}")
    _print_notes(work)
    if found:
        typer.echo(f"{counted(len(found), 'fault')} in {work.cluster.describe()}", err=True)
        return 1
    typer.echo(f"{work.cluster.describe()} has what the values name: {counted(len(work.needs), 'Secret')}")
    return 0


def rotate_key(work: Work, *, finish: bool) -> int:
    """Add a Fernet key or drop the old ones, say what is to be done next, and return the exit status."""
    secret = fernet_secret(work.deployment)
    restart, encrypt = commands(work.cluster, work.deployment)
    if finish:
        _confirm(f"Has `airflow rotate-fernet-key` ended well in {work.cluster.describe()}?")
        dropped = drop_old_keys(work.cluster, work.deployment)
        typer.echo(f"{secret}: dropped {counted(dropped, 'old key')}")
        if dropped:
            typer.echo(f"Restart Airflow so that nothing uses them:\n  {restart}")
        return 0
    number = add_key(work.cluster, work.deployment)
    typer.echo(f"""{secret}: a new key in front, {number} in all. Next:
  1. Restart Airflow, so that every component knows both:
     {restart}
  2. When that has ended and no task pod from before it is left (it knows the old key only), encrypt everything again:
     {encrypt}
When that has ended well, drop the old key: airflowkit secrets --rotate fernet-finish""")
    return 0


def _say_applied(work: Work, made: Made) -> None:
    for secret in made.applied:
        word = "added to" if secret.name in made.existing else "created"
        typer.echo(f"{word} {secret.name}")
    if not made.applied:
        typer.echo("Nothing to apply: everything is there")
    for need in work.needs:
        for key, kind in need.keys.items():
            if kind in (USER_PASSWORD, FLOWER) and made.gathered.origins.get((need.secret, key)) == "generated":
                typer.echo(f"To see {kind.what}:\n  {_reading(work, need, key)}")


def _reading(work: Work, need: Need, key: str) -> str:
    place = f"--namespace {work.cluster.namespace}" + (
        f" --context {work.cluster.context}" if work.cluster.context else ""
    )
    path = "{.data." + key.replace(".", "\\.") + "}"
    return f"kubectl get secret {need.secret} {place} --output jsonpath='{path}' | base64 --decode"


def _way(kind: Kind) -> str:
    if kind.generate:
        return "asked for or generated" if kind.ask_first else "generated"
    return "from a file" if kind.file else "asked for"


def _confirm(question: str) -> None:
    if not sys.stdin.isatty():
        raise SecretsError("--rotate fernet-finish asks before it drops a key, and there is no terminal")
    typer.confirm(question, abort=True, err=True)


def _print_notes(work: Work) -> None:
    for note in work.notes:
        typer.echo(f"Note: {note}", err=True)
