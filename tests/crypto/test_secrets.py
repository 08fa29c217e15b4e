import base64
import os
import re
import stat
from pathlib import Path

import pytest

from app.crypto.secrets import (
    SecretsUnreadable,
    add_key_encryption_key,
    create,
    drop_key_encryption_key,
    generate,
    load,
    make_key_encryption_key_current,
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "keys" / "secrets.toml"


def rewritten(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert text.count(old) == 1
    path.write_text(text.replace(old, new))


def test_what_was_created_is_what_is_loaded(path: Path) -> None:
    made = create(path, development=False)
    assert load(path) == made


def test_the_file_is_its_owners_alone_whatever_the_umask(path: Path) -> None:
    before = os.umask(0)
    try:
        create(path, development=True)
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_file_that_root_rotates_stays_its_owners(path: Path) -> None:
    create(path, development=False)
    owner = 12345 if os.geteuid() == 0 else os.geteuid()
    os.chown(path, owner, -1)
    add_key_encryption_key(path, make_current=True)
    assert (path.stat().st_uid, stat.S_IMODE(path.stat().st_mode)) == (owner, 0o600)


def test_nothing_is_left_beside_the_file(path: Path) -> None:
    create(path, development=True)
    add_key_encryption_key(path, make_current=True)
    assert list(path.parent.iterdir()) == [path]


def test_a_file_that_is_there_is_never_overwritten(path: Path) -> None:
    create(path, development=True)
    before = path.read_bytes()
    with pytest.raises(FileExistsError):
        create(path, development=True)
    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("development", [True, False])
def test_a_development_file_says_so(path: Path, development: bool) -> None:
    create(path, development=development)
    assert load(path).for_development is development


def test_every_key_is_32_random_bytes_of_its_own() -> None:
    made = generate(development=False)
    keys = [made.email_index, made.password_pepper, made.form_signing, *made.key_encryption.values()]
    assert [len(key) for key in keys] == [32] * 4
    assert len(set(keys)) == 4


def test_no_key_shows_in_a_repr() -> None:
    made = generate(development=False)
    shown = repr(made)
    for key in (made.email_index, made.password_pepper, made.form_signing, *made.key_encryption.values()):
        assert repr(key) not in shown
        assert base64.b64encode(key).decode() not in shown


def test_a_missing_file_is_named_with_what_to_do(path: Path) -> None:
    with pytest.raises(SecretsUnreadable, match=r"put it back; only a new installation makes one"):
        load(path)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o602, 0o644, 0o610])
def test_a_file_open_to_others_is_refused(path: Path, mode: int) -> None:
    create(path, development=True)
    path.chmod(mode)
    with pytest.raises(SecretsUnreadable, match="chmod 600"):
        load(path)


@pytest.mark.parametrize("mode", [0o600, 0o400])
def test_a_file_its_owner_alone_reads_is_taken(path: Path, mode: int) -> None:
    made = create(path, development=True)
    path.chmod(mode)
    assert load(path) == made


def test_a_folder_in_its_place_is_refused(path: Path) -> None:
    path.mkdir(parents=True)
    with pytest.raises(SecretsUnreadable, match="cannot be read"):
        load(path)


def test_a_device_in_its_place_is_refused(path: Path) -> None:
    path.parent.mkdir()
    path.symlink_to("/dev/null")
    with pytest.raises(SecretsUnreadable, match="not a file"):
        load(path)


@pytest.mark.parametrize("key_id", ["é", "k" * 65, ""])
def test_a_key_name_that_would_not_fit_its_ciphertexts_is_refused(path: Path, key_id: str) -> None:
    create(path, development=True)
    rewritten(path, "[key_encryption.keys]\n", f'[key_encryption.keys]\n"{key_id}" = "x"\n')
    with pytest.raises(SecretsUnreadable, match="1 to 64"):
        load(path)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"\xff\xfe", "TOML"),
        (b"canary-secret = ", "TOML"),
        (b"", "purpose"),
        (b'purpose = "test"', "purpose"),
        (b'purpose = "production"', "key_encryption"),
        (b'purpose = "production"\nkey_encryption = 1', "key_encryption"),
        (b'purpose = "production"\n[key_encryption]\ncurrent = ["a"]\n[key_encryption.keys]\n', "current"),
    ],
)
def test_a_file_we_did_not_write_is_refused_with_a_reason(path: Path, content: bytes, reason: str) -> None:
    path.parent.mkdir()
    path.touch(mode=0o600)
    path.write_bytes(content)
    with pytest.raises(SecretsUnreadable, match=reason) as refused:
        load(path)
    assert "canary" not in str(refused.value)


@pytest.mark.parametrize("name", ["email_index", "password_pepper", "form_signing"])
@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ('"Y2FuYXJ5"', "32 bytes"),
        ('"%canary%"', "base64"),
        ('"canaryé"', "base64"),
        ('["canary"]', "missing"),
    ],
)
def test_a_key_that_is_no_key_is_named_but_not_shown(path: Path, name: str, value: str, reason: str) -> None:
    made = create(path, development=True)
    rewritten(path, f'{name} = "{base64.b64encode(getattr(made, name)).decode()}"', f"{name} = {value}")
    with pytest.raises(SecretsUnreadable, match=f"{name} .*{reason}") as refused:
        load(path)
    assert not {"canary", "Y2FuYXJ5"} & set(re.findall(r"\w+", str(refused.value)))


def test_a_missing_key_is_named(path: Path) -> None:
    made = create(path, development=True)
    rewritten(path, f'form_signing = "{base64.b64encode(made.form_signing).decode()}"\n', "")
    with pytest.raises(SecretsUnreadable, match="form_signing is missing"):
        load(path)


def test_an_unknown_entry_is_refused_by_name(path: Path) -> None:
    create(path, development=True)
    rewritten(path, "purpose =", 'form_singing = "x"\npurpose =')
    with pytest.raises(SecretsUnreadable, match="unknown entry: form_singing"):
        load(path)


def test_a_current_key_that_is_not_there_is_refused(path: Path) -> None:
    made = create(path, development=True)
    rewritten(path, f'current = "{made.current_key_encryption_id}"', 'current = "kek-gone"')
    with pytest.raises(SecretsUnreadable, match="current"):
        load(path)


def test_a_key_is_added_before_it_is_used_and_dropped_after(path: Path) -> None:
    first = create(path, development=False)
    added = add_key_encryption_key(path, make_current=False)
    assert added.current_key_encryption_id == first.current_key_encryption_id
    (new_id,) = set(added.key_encryption) - set(first.key_encryption)

    current = make_key_encryption_key_current(path, new_id)
    assert current.current_key_encryption_id == new_id
    assert dict(current.key_encryption) == dict(added.key_encryption)

    dropped = drop_key_encryption_key(path, first.current_key_encryption_id)
    assert list(dropped.key_encryption) == [new_id]
    assert load(path) == dropped
    assert (dropped.email_index, dropped.password_pepper) == (first.email_index, first.password_pepper)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_current_key_is_never_dropped(path: Path) -> None:
    create(path, development=True)
    made = add_key_encryption_key(path, make_current=True)
    with pytest.raises(ValueError, match="current"):
        drop_key_encryption_key(path, made.current_key_encryption_id)
    assert load(path) == made


def test_a_key_nobody_has_is_neither_dropped_nor_made_current(path: Path) -> None:
    create(path, development=True)
    with pytest.raises(KeyError):
        drop_key_encryption_key(path, "kek-none")
    with pytest.raises(KeyError):
        make_key_encryption_key_current(path, "kek-none")
