"""`airflowkit convert-values`: an old chart's values file as today's."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer


def convert_values(
    old: Annotated[Path, typer.Argument(help="The old values file, or - for standard input.", metavar="OLD.yaml")],
    *,
    output: Annotated[Path | None, typer.Option(help="Write the values to this file, not to standard output.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Write over the file if it exists.")] = False,
    sources: Annotated[bool, typer.Option("--sources", help="Also say where each rule comes from.")] = False,
) -> None:
    """Convert values of the user-community chart, or of an older official chart, to today's official chart.

    The values go to standard output; what became of each key goes to standard error. Secrets in the old file are
    named and never copied. The exit status is 1 if something is left to do by hand, such as making a Secret.

    Examples:
        airflowkit convert-values old.yaml --output deploy/values.yaml

        airflowkit convert-values - < old.yaml > values.yaml
    """
    from airflowkit.deploy.values.chart import chart_version
    from airflowkit.deploy.values.conversion import convert
    from airflowkit.deploy.values.findings import find
    from airflowkit.deploy.values.reading import read_values
    from airflowkit.deploy.values.report import report
    from airflowkit.deploy.values.writing import as_yaml

    name = "standard input" if str(old) == "-" else str(old)
    _check_free(output, force=force)
    conversion = convert(read_values(_content(old), name))
    heading = f"# Values of the official Airflow chart, {chart_version()}; converted from {Path(name).name}.\n"
    _write(heading + as_yaml(conversion.values), output)
    findings = find(conversion.values.get("airflow", conversion.values))
    typer.echo(report(conversion, name, findings, sources=sources), err=True)
    if conversion.needs_hands:
        raise typer.Exit(1)


def _content(path: Path) -> bytes:
    from airflowkit.deploy.values.files import content_of
    from airflowkit.deploy.values.reading import LARGEST

    return sys.stdin.buffer.read(LARGEST + 1) if str(path) == "-" else content_of(path)


def _check_free(output: Path | None, *, force: bool) -> None:
    from airflowkit.errors import ValuesError

    if output and output.is_file() and not force:
        raise ValuesError(f"{output} exists already", hint="Choose another name, or write over it with --force")


def _write(text: str, output: Path | None) -> None:
    from airflowkit.errors import ValuesError
    from airflowkit.replacement import atomic_write

    if output is None:
        sys.stdout.write(text)
        return
    try:
        with atomic_write(output) as file:
            file.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise ValuesError(f"{output} cannot be written: {error.strerror}") from None
