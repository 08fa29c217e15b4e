"""Checks receipts anywhere: with the files and the public keys alone, without a network and without a database."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from app.cli.trouble import Trouble
from app.crypto import jwt
from app.crypto.public_keys import MOST_KEYS, PublicKeys, public_keys
from app.domain.signing_algorithms import SIGNING_ALGORITHMS
from app.services.receipts import TYP, receipt_digest

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_LONGEST = 1024 * 1024


@click.group()
def receipts() -> None:
    """Receipts of consent decisions."""


@receipts.command()
@click.argument("files", nargs=-1, required=True, type=_FILE, metavar="FILE...")
@click.option("--jwks", required=True, type=_FILE, help="The public keys, as /receipts/keys gives them.")
@click.option("--whole", is_flag=True, help="Also fail when the receipt that one follows is not among the FILEs.")
def verify(files: tuple[Path, ...], jwks: Path, *, whole: bool) -> None:
    """Check the signatures of receipts, and which follows which.

    Each FILE is to be a receipt that one of the keys signed. Ends with status 0 when every signature holds and no
    link between the files is broken, with 1 otherwise. One receipt alone is proof of what it says: that the one
    before it was not given is told, and fails with --whole only.
    """
    keys = _keys(jwks)
    read = [(file, _text(file)) for file in files]
    records: dict[str, dict[str, Any]] = {}
    names: dict[str, Path] = {}
    bad = 0
    for file, text in read:
        try:
            record = jwt.verify(text, keys=keys, algorithms=SIGNING_ALGORITHMS, types={TYP})
            told = _told(record)
        except jwt.Untrusted as untrusted:
            click.echo(f"{file}: NOT VALID ({untrusted.reason.value.replace('_', ' ')})")
            bad += 1
        except (KeyError, TypeError):  # its times are numbers that are dates
            click.echo(f"{file}: NOT VALID (signed, but not a receipt)")
            bad += 1
        else:
            click.echo(f"{file}: valid. {told}")
            records[receipt_digest(text)], names[receipt_digest(text)] = record, file
    for digest, record in records.items():
        line, broken = _link(record, names, records)
        click.echo(f"{names[digest]}: {line}")
        bad += broken
    if bad:
        raise Trouble("Not every receipt holds.")
    missing = sum(record.get("previous_receipt") not in {None, *records} for record in records.values())
    if whole and missing:
        raise Trouble(f"The chain is not whole: {missing} receipt(s) that others follow were not given.")


def _keys(path: Path) -> PublicKeys:
    try:
        members = json.loads(path.read_text("utf-8"))["keys"]
        # Our archive keeps every key that ever signed; the limit of one set is for sets of strangers.
        parts = [public_keys({"keys": members[at : at + MOST_KEYS]}) for at in range(0, len(members), MOST_KEYS)]
        keys = PublicKeys(tuple(key for part in parts for key in part.keys))
    except (OSError, ValueError, TypeError, AttributeError, KeyError, RecursionError):
        raise Trouble(f"{path} is not a JWK set.") from None
    if not keys:
        raise Trouble(f"{path} has no key that can be used.")
    return keys


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > _LONGEST:
            raise Trouble(f"{path} is too large for a receipt.")
        return path.read_text("ascii").strip()
    except UnicodeDecodeError:
        return ""
    except OSError:
        raise Trouble(f"{path} cannot be read.") from None


def _told(record: dict[str, Any]) -> str:
    event = record["event"]
    at = datetime.fromtimestamp(record["iat"], UTC).isoformat(timespec="seconds")
    controllers = ", ".join(str(each["name"]) for each in record["processing"]["pii_controllers"])
    grant, version = _plain(record["grant_id"]), _plain(record["grant_version"])
    return f"{_plain(event['event_type'])} on {at}, {_plain(controllers)}, grant {grant} version {version}."


def _plain(value: object) -> str:
    """Text for a terminal: what a receipt says must not steer it."""
    return "".join(letter if letter.isprintable() else "?" for letter in str(value))


def _link(record: dict[str, Any], names: dict[str, Path], records: dict[str, dict[str, Any]]) -> tuple[str, bool]:
    """What comes before this receipt, in words; and whether it cannot. Its digest proves that it was earlier."""
    before = record.get("previous_receipt")
    if before is None:
        return "the first receipt of its chain.", False
    if before not in records:
        return f"follows a receipt that is not among these files (SHA-256 {_plain(before)}).", False
    if records[before].get("pii_principal_id") != record.get("pii_principal_id"):
        return f"BROKEN: names {names[before]} as the one before, which is about another subject.", True
    return f"follows {names[before]}.", False
