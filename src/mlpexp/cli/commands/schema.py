"""``mlpexp schema``."""

from pathlib import Path
from typing import Annotated

import typer

from mlpexp.cli.options import option
from mlpexp.errors import InputError


def schema(
    output: Annotated[
        Path | None, option("--output", "-o", metavar="FILE", help="Write it to this file instead of printing it.")
    ] = None,
) -> None:
    """Print the JSON Schema of a config, by which editors complete keys and mark mistakes."""
    from mlpexp.config.json_schema import written_anew

    text = written_anew()
    if output is None:
        typer.echo(text, nl=False)
        return
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InputError(f"--output: {output} cannot be written: {error.strerror or error}") from None
    typer.echo(
        f"written to {output}; the first line of a config beside it: # yaml-language-server: $schema={output.name}"
    )
