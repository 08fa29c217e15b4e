"""Turns what may go wrong at a start into one plain line each, saying what to do."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click


class Trouble(Exception):
    """Something the operator can mend; the text says how."""


@contextmanager
def told() -> Iterator[None]:
    """Print known troubles to standard error and exit with 1; anything else is a defect and shows as one."""
    try:
        yield
    except Exception as fault:
        lines = _said(fault)
        if lines is None:
            raise
        for line in lines:
            click.echo(line, err=True)
        sys.exit(1)


def _said(fault: Exception) -> list[str] | None:
    if isinstance(fault, Trouble):
        return [str(fault)]
    from app.cli import faults  # noqa: PLC0415 - it knows the rooms a fault may come from, and loads them

    return faults.said(fault)
