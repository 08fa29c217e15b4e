"""Accounts that an operator makes: confirmed, with facts."""

import csv
import io
import json
import tomllib
from pathlib import Path
from typing import Any

import click

from app.cli.opening import Assembly, pass_assembly
from app.cli.trouble import Trouble
from app.services import people_import
from app.services.people_import import Made


@click.group()
def people() -> None:
    """Accounts of people."""


@people.command()
@click.option("--email", required=True, help="The address they sign in with; counts as confirmed.")
@click.option("--password", help="Generated and printed when not given.")
@click.option("--language", default="nl", show_default=True, help="nl or en.")
@click.option(
    "--fact", "facts", multiple=True, metavar="CLAIM=VALUE", help="A claim's value; JSON for address and such."
)
@pass_assembly
def create(assembly: Assembly, email: str, password: str | None, language: str, facts: tuple[str, ...]) -> None:
    """Make one confirmed account with facts."""
    record: dict[str, Any] = {"email": email, "language": language}
    record |= {"password": password} if password else {}
    for fact in facts:
        claim, equals, text = fact.partition("=")
        if not equals:
            raise Trouble("A fact is given as CLAIM=VALUE, for example given_name=Sam.")
        record[claim] = json.loads(text) if text.startswith(("{", "[")) and _is_json(text) else text
    _make(assembly, [record], [""])  # of one person no place is told


@people.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@pass_assembly
def import_file(assembly: Assembly, file: Path) -> None:
    """Make confirmed accounts from FILE: a JSON list, a TOML file with [[people]], or CSV with claims as columns.

    Run again it makes only those that are not there yet. In CSV, address and payment_account take their members
    as columns: address.street_address, payment_account.iban.
    """
    _make(assembly, *_records(file))


def _make(assembly: Assembly, raw: list[Any], places: list[str]) -> None:
    with assembly.opened() as services:
        now = assembly.now(services)
        made = people_import.create(services, people_import.read(raw, now.date(), places), now)
    for account in made:
        click.echo(_line(account))
    fresh = sum(account.person_id is not None for account in made)
    click.echo(f"{fresh} made, {len(made) - fresh} there already.")


def _line(account: Made) -> str:
    if account.person_id is None:
        return f"= {account.email}"
    return f"+ {account.email} {account.person_id}" + (f" {account.password}" if account.password else "")


def _records(file: Path) -> tuple[list[Any], list[str]]:
    """The records, and for CSV the line each begins at, since nobody counts records there."""
    try:
        text = file.read_text("utf-8")
        if file.suffix == ".csv":
            return _rows(text)
        content = tomllib.loads(text).get("people") if file.suffix == ".toml" else json.loads(text)
    except (OSError, UnicodeDecodeError, ValueError, csv.Error):
        raise Trouble(f"{file} is not readable as {file.suffix or 'JSON'}.") from None
    if not isinstance(content, list):
        raise Trouble(f"{file} must hold a list of people.")
    return content, []


def _rows(text: str) -> tuple[list[Any], list[str]]:
    lines = csv.DictReader(io.StringIO(text, newline=""), restkey="(beyond the last column)")
    rows = [(row, lines.line_num) for row in lines]
    return [_nested(row) for row, _last in rows], [f"line {_begin(row, last)}" for row, last in rows]


def _begin(row: dict[str, Any], last_line: int) -> int:
    return last_line - sum(str(text).count("\n") for text in row.values())


def _nested(row: dict[str, str]) -> dict[str, Any]:
    record: dict[str, Any] = {}
    for column, text in row.items():
        claim, dot, member = (column or "").partition(".")
        if not text:
            continue
        if dot:
            record.setdefault(claim, {})[member] = text
        else:
            record[claim] = text
    return record


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True
