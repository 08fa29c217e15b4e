"""Receipts are checked with two files and nothing else: no database, no network, no settings."""

import base64
import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from app.crypto import jwt, keyring
from app.crypto.keyring import KeyRing
from app.crypto.public_keys import MOST_KEYS
from app.domain.levels import Level
from app.services import consents, receipt_reading
from app.services.receipts import TYP, Notice, receipt_digest
from app.storage import grant_versions
from tests.cli.conftest import Installation, Said
from tests.factories import add_client, add_person, share
from tests.servers.databases import Databases
from tests.servers.house import START, build_house

NOTICE = Notice("en", "Stop sharing")
NO_INSTALLATION = {"SLUIS_DATABASE_URL": "nothing", "SLUIS_ENVIRONMENT": "nowhere"}


@pytest.fixture
def folder(databases: Databases, secrets_path: Path, plain: Installation) -> Iterator[Path]:
    """Two receipts of one person and business, the clock set back between them, and the keys: files, no database."""
    with databases.fresh("sqlite") as url:
        house = build_house(url, secrets_path, plain.folder)
        nora = add_person(house)
        grant = share(house, nora, add_client(house), Level.LOW)
        consents.stop(house.services, grant.id, nora.id, NOTICE, house.clock.move(minutes=-5))
        with house.services.database.read() as db:
            versions = grant_versions.of_grant(db, grant.id)
        for each in versions:
            (plain.folder / f"{each.act.value}.jws").write_text(each.receipt)
        (plain.folder / "keys.json").write_text(json.dumps(receipt_reading.archive(house.services)))
        house.services.database.dispose()
        yield plain.folder


def _verify(plain: Installation, *files: Path | str) -> Said:
    return plain.within(*_asked(plain, files), environ=NO_INSTALLATION)


def _asked(plain: Installation, files: Sequence[Path | str]) -> list[str]:
    return ["receipts", "verify", *map(str, files), "--jwks", str(plain.folder / "keys.json")]


def test_valid_receipts_are_told_in_plain_words_with_their_order(plain: Installation, folder: Path) -> None:
    give, withdraw = folder / "give.jws", folder / "withdraw.jws"
    said = plain.run(*_asked(plain, [withdraw, give]), environ=NO_INSTALLATION)
    assert (said.status, said.err) == (0, [])
    assert said.out[0].startswith(f"{withdraw}: valid. withdraw on ")
    assert said.out[1].startswith(f"{give}: valid. give on ")
    assert said.out[2] == f"{withdraw}: follows {give}."
    assert said.out[3] == f"{give}: the first receipt of its chain."


def test_one_receipt_alone_says_that_it_follows_another(plain: Installation, folder: Path) -> None:
    said = _verify(plain, folder / "withdraw.jws")
    assert said.status == 0
    assert "follows a receipt that is not among these files" in said.out[1]


def test_whoever_asks_for_the_whole_chain_is_failed_by_a_gap(plain: Installation, folder: Path) -> None:
    give, withdraw = folder / "give.jws", folder / "withdraw.jws"
    assert _verify(plain, withdraw, give, "--whole").status == 0
    assert _verify(plain, give, "--whole").status == 0
    said = _verify(plain, withdraw, "--whole")
    assert said.status == 1
    assert said.err == ["The chain is not whole: 1 receipt(s) that others follow were not given."]


@pytest.mark.parametrize("what", ["payload", "signature", "type", "garbage", "empty"])
def test_a_receipt_that_was_touched_is_not_valid(plain: Installation, folder: Path, what: str) -> None:
    path = folder / "give.jws"
    header, payload, signature = path.read_text().split(".")
    if what == "payload":
        payload = _b64(_json(payload) | {"grant_version": 9})
    elif what == "signature":
        signature = ("B" if signature[0] == "A" else "A") + signature[1:]
    elif what == "type":
        header = _b64(_json(header) | {"typ": "JWT"})
    path.write_bytes({"garbage": b"\xff\x00 no", "empty": b""}.get(what, f"{header}.{payload}.{signature}".encode()))
    said = _verify(plain, path)
    assert said.status == 1
    assert said.out[0].startswith(f"{path}: NOT VALID (")
    assert said.err == ["Not every receipt holds."]


def test_keys_that_are_none_are_said_so(plain: Installation, folder: Path) -> None:
    for text in ("", "[]", "{}", '{"keys": 4}', '{"keys": []}', '{"keys": [4]}'):
        (folder / "keys.json").write_text(text)
        said = _verify(plain, folder / "give.jws")
        assert said.status == 1
        assert len(said.err) == 1
        assert "keys.json" in said.err[0]


@pytest.fixture
def signing(plain: Installation) -> Callable[..., Path]:
    """Signs what is no receipt of ours with a key that counts, the last of many, into a file."""
    *before, key = (keyring.generate("ES256", START, START) for _ in range(MOST_KEYS + 1))
    members = [member for keys in (before, [key]) for member in KeyRing(keys).jwks(START)["keys"]]
    (plain.folder / "keys.json").write_text(json.dumps({"keys": members}))

    def sign(name: str, **record: Any) -> Path:
        path = plain.folder / name
        path.write_text(jwt.sign(key, record, typ=TYP) + "\n")  # as some editors leave it
        return path

    return sign


def _record(subject: str, before: Path | None = None, shop: str = "Shop") -> dict[str, Any]:
    return {
        "iat": 0,
        "pii_principal_id": subject,
        "grant_id": "g",
        "grant_version": 1,
        "previous_receipt": None if before is None else receipt_digest(before.read_text().strip()),
        "event": {"event_type": "give"},
        "processing": {"pii_controllers": [{"name": shop}]},
    }


def test_a_receipt_that_follows_one_about_somebody_else_is_broken(
    plain: Installation, signing: Callable[..., Path]
) -> None:
    one = signing("one.jws", **_record("kim"))
    own, other = signing("own.jws", **_record("kim", one)), signing("other.jws", **_record("lou", one))
    assert _verify(plain, one, own).status == 0
    said = _verify(plain, one, other)
    assert said.out[-1] == f"{other}: BROKEN: names {one} as the one before, which is about another subject."
    assert (said.status, said.err) == (1, ["Not every receipt holds."])


@pytest.mark.parametrize("event", [{}, None, {"event_type": "give"}])
def test_what_we_signed_and_is_no_receipt_is_not_valid(
    plain: Installation, signing: Callable[..., Path], event: object
) -> None:
    path = signing("other.jws", iat=0, event=event)
    said = _verify(plain, path)
    assert (said.status, said.out) == (1, [f"{path}: NOT VALID (signed, but not a receipt)"])


def test_what_a_receipt_says_does_not_steer_the_terminal(plain: Installation, signing: Callable[..., Path]) -> None:
    said = _verify(plain, signing("one.jws", **_record("kim", shop="Shop\x1b[2J")))
    assert "Shop?[2J" in said.out[0]


def test_what_is_far_too_large_for_a_receipt_is_not_read(plain: Installation, signing: Callable[..., Path]) -> None:
    path = signing("one.jws", **_record("kim"))
    path.write_text(path.read_text() + " " * 1024 * 1024)
    said = _verify(plain, path)
    assert (said.status, said.err) == (1, [f"{path} is too large for a receipt."])


def _json(part: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return loaded


def _b64(value: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()
