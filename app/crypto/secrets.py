"""Owns the secrets file: every key that lives outside the database, in TOML that only its owner may read.

The one module of this room that touches files. Signing keys are not here: they are rows, wrapped by a key
of this file.
"""

import base64
import binascii
import dataclasses
import os
import secrets
import stat
import tomllib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

_KEY_BYTES = 32
_LONGEST_KEY_ID = 64
_NAMES = ("email_index", "password_pepper", "form_signing")
_PURPOSES = ("production", "development")


class SecretsUnreadable(Exception):
    """The secrets file cannot be used; the message says why and what to do, and holds no secret."""


@dataclass(frozen=True)
class Secrets:
    """The keys of one installation, 32 random bytes each; `key_encryption` holds old KEKs too."""

    purpose: str
    current_key_encryption_id: str
    key_encryption: Mapping[str, bytes] = field(repr=False)
    email_index: bytes = field(repr=False)
    """For addresses, and for all else found by a keyed hash: text that begins with a label and a NUL is no address."""
    password_pepper: bytes = field(repr=False)
    form_signing: bytes = field(repr=False)
    file: "_File | None" = field(default=None, repr=False, compare=False)

    def newest(self) -> "Secrets":
        """These as their file has them now: a key that was added or made current counts in processes that run."""
        return self.file.newest(self) if self.file else self

    @property
    def for_development(self) -> bool:
        """True when these were made for a developer's machine; production must refuse them."""
        return self.purpose == "development"


class _File:
    """The file that secrets were read from, read again once another one stands in its place."""

    def __init__(self, path: Path, status: os.stat_result) -> None:
        self._path, self._known = path, _identity(status)
        self._newer: Secrets | None = None

    def newest(self, first: Secrets) -> Secrets:
        """What stands there now, or what was read last while nothing readable does."""
        with suppress(OSError, SecretsUnreadable):
            stands = _identity(self._path.stat())
            if stands != self._known:
                self._newer, self._known = load(self._path), stands
        return self._newer or first


def _identity(status: os.stat_result) -> tuple[int, ...]:
    return status.st_dev, status.st_ino, status.st_mtime_ns, status.st_size


def generate(*, development: bool) -> Secrets:
    """Make a fresh set of secrets in memory."""
    key_id = _new_key_id()
    return Secrets(
        purpose="development" if development else "production",
        current_key_encryption_id=key_id,
        key_encryption=MappingProxyType({key_id: secrets.token_bytes(_KEY_BYTES)}),
        email_index=secrets.token_bytes(_KEY_BYTES),
        password_pepper=secrets.token_bytes(_KEY_BYTES),
        form_signing=secrets.token_bytes(_KEY_BYTES),
    )


def create(path: Path, *, development: bool) -> Secrets:
    """Write a fresh secrets file, whole or not at all, mode 0600; FileExistsError when one is there."""
    made = generate(development=development)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    written = _write_beside(path, made)
    try:
        os.link(written, path)  # unlike a rename, a link never replaces what is there
    finally:
        written.unlink()
    _flush_folder(path)
    return made


def load(path: Path) -> Secrets:
    """Read the secrets; `SecretsUnreadable` when it is missing, open to others, or not what we write."""
    try:
        with path.open("rb") as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise SecretsUnreadable(f"{path} is not a file")
            if status.st_mode & 0o077:
                raise SecretsUnreadable(f"{path} is open to others than its owner; run: chmod 600 {path}")
            raw = file.read(64 * 1024)
    except FileNotFoundError:
        raise SecretsUnreadable(
            f"{path} does not exist: put it back; only a new installation makes one, with `sluis secrets create`"
        ) from None
    except OSError as error:
        raise SecretsUnreadable(f"{path} cannot be read: {error.strerror}") from None
    try:
        return dataclasses.replace(_parsed(tomllib.loads(raw.decode("utf-8"))), file=_File(path, status))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        # The parser's own message may quote the line, and the line may be a key.
        raise SecretsUnreadable(f"{path} is not readable as TOML") from None
    except _Unfit as unfit:
        raise SecretsUnreadable(f"{path}: {unfit}") from None


def add_key_encryption_key(path: Path, *, make_current: bool) -> Secrets:
    """Add a KEK to the file. Nodes that share a database all need it before any of them makes it current."""
    old = load(path)
    key_id = _new_key_id()
    keys = {**old.key_encryption, key_id: secrets.token_bytes(_KEY_BYTES)}
    return _replace(path, old, keys, key_id if make_current else old.current_key_encryption_id)


def make_key_encryption_key_current(path: Path, key_id: str) -> Secrets:
    """Wrap with this KEK from now on; KeyError when the file does not hold it."""
    old = load(path)
    return _replace(path, old, {key_id: old.key_encryption[key_id], **old.key_encryption}, key_id)


def drop_key_encryption_key(path: Path, key_id: str) -> Secrets:
    """Remove a KEK nothing is wrapped with any more; KeyError when absent, ValueError for the current one."""
    old = load(path)
    if key_id == old.current_key_encryption_id:
        raise ValueError("the current key-encryption key cannot be dropped")
    if key_id not in old.key_encryption:
        raise KeyError(key_id)
    kept = {name: key for name, key in old.key_encryption.items() if name != key_id}
    return _replace(path, old, kept, old.current_key_encryption_id)


class _Unfit(Exception):
    """What is wrong with the parsed content, naming the entry and never its value."""


def _replace(path: Path, old: Secrets, keys: Mapping[str, bytes], current: str) -> Secrets:
    new = dataclasses.replace(
        old, key_encryption=MappingProxyType(dict(keys)), current_key_encryption_id=current, file=None
    )
    beside, owner = _write_beside(path, new), path.stat()
    if owner.st_uid != os.geteuid():  # root types the command, and the provider that must read the file is not root
        os.chown(beside, owner.st_uid, owner.st_gid)
    beside.replace(path)
    _flush_folder(path)
    return new


def _parsed(content: Mapping[str, Any]) -> Secrets:
    purpose = content.get("purpose")
    if purpose not in _PURPOSES:
        raise _Unfit('purpose must be "production" or "development"')
    section = content.get("key_encryption")
    keys = section.get("keys") if isinstance(section, dict) else None
    current = section.get("current") if isinstance(section, dict) else None
    if not isinstance(keys, dict) or not isinstance(current, str) or current not in keys:
        raise _Unfit("key_encryption.current must name one of key_encryption.keys")
    if not all(key_id.isascii() and 1 <= len(key_id) <= _LONGEST_KEY_ID for key_id in keys):
        raise _Unfit("a name under key_encryption.keys must have 1 to 64 plain ASCII characters")
    if unknown := sorted(content.keys() - {"purpose", "key_encryption", *_NAMES}):
        raise _Unfit(f"unknown entry: {', '.join(unknown)}")
    return Secrets(
        purpose=purpose,
        current_key_encryption_id=current,
        key_encryption=MappingProxyType(
            {key_id: _key(f"key_encryption.keys.{key_id}", value) for key_id, value in keys.items()}
        ),
        email_index=_key("email_index", content.get("email_index")),
        password_pepper=_key("password_pepper", content.get("password_pepper")),
        form_signing=_key("form_signing", content.get("form_signing")),
    )


def _key(name: str, value: object) -> bytes:
    if not isinstance(value, str):
        raise _Unfit(f"{name} is missing")
    try:
        key = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        raise _Unfit(f"{name} is not base64") from None
    if len(key) != _KEY_BYTES:
        raise _Unfit(f"{name} must have {_KEY_BYTES} bytes")
    return key


def _new_key_id() -> str:
    return "kek-" + secrets.token_hex(4)


def _write_beside(path: Path, content: Secrets) -> Path:
    """Write to a new file in the same folder, flushed to disk, its owner's alone from the first byte."""
    beside = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(_rendered(content))
        file.flush()
        os.fsync(file.fileno())
    return beside


def _rendered(content: Secrets) -> str:
    def b64(key: bytes) -> str:
        return base64.b64encode(key).decode("ascii")

    lines = [
        "# The keys of this Sluis. Mode 0600, outside the database and outside its backups:",
        "# whoever holds this file and the database reads everything; without it nothing can be read.",
        "# `sluis secrets rotate` adds to key_encryption. form_signing may get another value: forms that are open are",
        "# asked once more. With another email_index or password_pepper nobody could sign in.",
        f'purpose = "{content.purpose}"',
        *(f'{name} = "{b64(getattr(content, name))}"' for name in _NAMES),
        "",
        "[key_encryption]",
        f'current = "{content.current_key_encryption_id}"',
        "",
        "[key_encryption.keys]",
        *(f'"{key_id}" = "{b64(key)}"' for key_id, key in content.key_encryption.items()),
        "",
    ]
    return "\n".join(lines)


def _flush_folder(path: Path) -> None:
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
