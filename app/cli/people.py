"""Accounts that an operator makes: confirmed, with facts."""

import csv
import io
import json
import re
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

import click

from app.cli.opening import Assembly, pass_assembly
from app.cli.trouble import Trouble
from app.domain.errors import Problems
from app.protocol.strict_json import NotJson, read_json
from app.services import credentials, people_import
from app.services.people_import import Made

_KINDS = frozenset({".csv", ".toml", ".json", ""})
"""Endings of a file's name; what has none, such as a pipe, is read as JSON."""


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
    record: dict[str, Any] = {"email": email, "password": password, "language": language}
    for fact in facts:
        claim, equals, text = fact.partition("=")
        if not equals:
            raise Trouble("A fact is given as CLAIM=VALUE, for example given_name=Sam.")
        if claim in record:
            raise Trouble(f"{claim}: is given more than once, or has an option of its own.")
        record[claim] = json.loads(text) if text.startswith(("{", "[")) and _is_json(text) else text
    if _make(assembly, [record], [""]):  # of one person no place is told
        click.echo("This password is easy to guess. If it is for a real person, let them change it.", err=True)


@people.command("import", epilog=f"Facts: {', '.join(people_import.FACTS)}.")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@pass_assembly
def import_file(assembly: Assembly, file: Path) -> None:
    """Make confirmed accounts from a CSV, TOML or JSON file.

    The first line of CSV names its columns: email, and of these what you have: password, language (nl or en), and
    the facts below. TOML has a [[people]] for each person and JSON a list of objects, with the same names; there,
    address and payment_account are tables of their members.

    Each person is a line of the answer. "+ EMAIL ID" is made now; who was given no password gets one, printed
    behind it this once. "= EMAIL" was there already: run again it makes only those who are not.
    Hashing passwords takes its time: ten thousand people take minutes.
    """
    raw, places = _records(file)
    try:
        weak = _make(assembly, raw, places)
    except people_import.Wrong as wrong:
        # Of thousands of lines the first are out of sight.
        end = f"nobody was made: mend what is said above ({len(wrong.found)} in all), and import it again"
        raise Problems((*wrong.found, (file.name, end))) from None
    if weak:
        for place in weak:
            click.echo(f"{place}, password: is easy to guess", err=True)
        click.echo(f"{file.name}: {len(weak)} made so; if they are for real people, let them change it", err=True)


def _make(assembly: Assembly, raw: list[Any], places: list[str]) -> list[str]:
    """Make them and say so; the places of those who are new with a password that is easy to guess.

    Loads and demonstrations use simple passwords, so none is refused.
    """
    made: Counter[str] = Counter()
    weak = []
    with assembly.opened() as services:
        now = assembly.now(services)
        records = people_import.read(raw, now.date(), places)
        for place, record, account in zip(places, records, people_import.create(services, records, now), strict=True):
            click.echo(_line(account))
            made["there" if account.person_id is None else "fresh"] += 1
            if account.person_id is not None and record.password and _is_weak(record.password, record.email):
                weak.append(place)
    click.echo(f"{made['fresh']} made, {made['there']} there already.")
    return weak


def _is_weak(password: str, email: str) -> bool:
    try:
        credentials.require_strong(password, [email])
    except credentials.TooWeak:
        return True
    return False


def _line(account: Made) -> str:
    if account.person_id is None:
        return f"= {account.email}"
    return f"+ {account.email} {account.person_id}" + (f" {account.password}" if account.password else "")


def _records(file: Path) -> tuple[list[Any], list[str]]:
    """The records, and where each stands: for CSV the line it begins at, since nobody counts records there."""
    kind = file.suffix.lower()
    if kind not in _KINDS:
        raise Trouble(f"{file} must be named .csv, .toml or .json, after what is in it.")
    try:
        text = file.read_text("utf-8-sig")  # spreadsheets begin a file with a mark
        if kind == ".csv":
            return _rows(text)
        content = tomllib.loads(text).get("people") if kind == ".toml" else read_json(text)
    except UnicodeDecodeError:
        raise Trouble(f"{file} is not a text in UTF-8: save it as that.") from None
    except NotJson as fault:
        raise Trouble(f"{file} is not readable as {kind or 'JSON'}: {fault}.") from None
    except OSError as fault:
        raise Trouble(f"{file} cannot be read ({fault.strerror}).") from None
    except (ValueError, RecursionError) as fault:
        raise Trouble(f"{file} is not readable as {kind or 'JSON'}{_place(fault)}.") from None
    if not isinstance(content, list):
        raise Trouble(f"{file} must hold a list of people.")
    return content, people_import.numbered(content)


def _place(fault: Exception) -> str:
    """Where a parser stopped; its own words may quote the file."""
    place = re.search(r"line \d+, column \d+|end of document", str(fault))
    return f" ({place[0]})" if place else ""


def _rows(text: str) -> tuple[list[Any], list[str]]:
    header = text.partition("\n")[0]
    if not header.strip():
        raise Trouble("line 1: must name the columns, email among them: see `sluis people import --help`.")
    # No claim has either in its name, and where a comma is in numbers a spreadsheet writes semicolons.
    delimiter = ";" if ";" in header else ","
    lines = csv.DictReader(
        io.StringIO(text, newline=""), restkey="(beyond the last column)", delimiter=delimiter, strict=True
    )
    try:
        named = Counter(name for name in lines.fieldnames or () if name)
        rows = [(row, lines.line_num) for row in lines]
    except csv.Error:  # taken as it comes, such a value would swallow the people after it
        begin = lines.line_num + 1
        raise Trouble(f"line {begin}: a quotation mark closes nowhere, or not at the end of its value.") from None
    if len(named) < named.total():
        raise Trouble("line 1: two columns have the same name.")
    records = [{column: text for column, text in row.items() if text} for row, _last in rows]
    return records, [f"line {_begin(row, last)}" for row, last in rows]


def _begin(row: dict[str, Any], last_line: int) -> int:
    return last_line - sum(str(text).count("\n") for text in row.values())


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True
