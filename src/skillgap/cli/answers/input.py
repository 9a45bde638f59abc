"""What a command reads: a file, or stdin."""

from pathlib import Path

import typer

from skillgap.http.bodies import LARGEST_BODY


def read_input(file: Path) -> bytes:
    """The bytes of a file, or of stdin for -; more than the API takes are wrong usage."""
    with typer.get_binary_stream("stdin") if str(file) == "-" else file.open("rb") as stream:
        content = stream.read(LARGEST_BODY + 1)
    if len(content) > LARGEST_BODY:
        raise typer.BadParameter(f"{file} is larger than {LARGEST_BODY:,} bytes")
    return content
