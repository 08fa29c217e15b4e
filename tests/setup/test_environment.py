"""The environment is made when something changed, and a newcomer's trouble is told in one line."""

import ast
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import sysconfig
from concurrent.futures import ThreadPoolExecutor
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from tests.servers.running import wait_until

ROOT = Path(__file__).parents[2]
CATALOGUE = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\nmsgid "Share"\nmsgstr "Delen"\n'


@pytest.fixture
def environment(tmp_path: Path) -> Any:
    """Load the script from a folder of its own, where .venv is this Python with nothing recorded."""
    (tmp_path / "setup").mkdir()
    for name in ("setup/environment.py", "requirements.lock", "requirements-dev.lock", "pyproject.toml"):
        shutil.copyfile(ROOT / name, tmp_path / name)
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / ".venv" / "bin" / "python").symlink_to(sys.executable)
    (tmp_path / ".venv" / "bin" / "pybabel").symlink_to(Path(sysconfig.get_path("scripts")) / "pybabel")
    spec = importlib.util.spec_from_file_location("environment", tmp_path / "setup" / "environment.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _record(environment: Any, *locks: str) -> None:
    stamp = {lock: environment.fingerprint(lock) for lock in locks}
    environment.STAMP.write_text(json.dumps({**stamp, "home": environment.home()}))


def _no_command(*_: object, **__: object) -> int:
    pytest.fail("a command was run")


def test_a_prepared_environment_is_left_alone(environment: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    _record(environment, "requirements.lock")
    monkeypatch.setattr(subprocess, "call", _no_command)
    assert environment.main(["requirements.lock"]) == 0


def test_who_comes_while_another_prepares_waits_for_it(environment: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subprocess, "call", _no_command)
    with ThreadPoolExecutor() as pool, redirect_stdout(StringIO()) as said:
        with environment.alone():
            waiting = pool.submit(environment.main, ["requirements.lock"])
            wait_until(lambda: "waiting for it" in said.getvalue())
            _record(environment, "requirements.lock")
        assert waiting.result() == 0


@pytest.mark.parametrize("changed", ["requirements.lock", "pyproject.toml"])
def test_a_changed_lock_or_project_asks_for_a_new_environment(changed: str, environment: Any) -> None:
    _record(environment, "requirements.lock")
    with (environment.ROOT / changed).open("a") as file:
        file.write("# changed\n")
    assert not environment.prepared("requirements.lock")


def test_an_environment_made_elsewhere_is_not_trusted(environment: Any) -> None:
    _record(environment, "requirements.lock")
    recorded = json.loads(environment.STAMP.read_text())
    environment.STAMP.write_text(json.dumps({**recorded, "home": ["/srv/elsewhere"]}))
    assert not environment.prepared("requirements.lock")


def test_the_runtime_lock_does_not_prepare_for_the_tests(environment: Any) -> None:
    _record(environment, "requirements.lock")
    assert not environment.prepared("requirements-dev.lock")


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
@pytest.mark.parametrize("uv_gets_through", [True, False])
def test_an_installation_takes_the_lock_as_it_is_and_looks_for_no_newer_version(
    environment: Any, monkeypatch: pytest.MonkeyPatch, lock: str, *, uv_gets_through: bool
) -> None:
    commands: list[tuple[str, ...]] = []

    def _logged(*command: str) -> bool:
        commands.append(command)
        return uv_gets_through or command[0] != str(environment.UV)

    _record(environment, lock)
    monkeypatch.setattr(environment, "_logged", _logged)
    environment.install(lock)
    assert all({"install", "--no-deps"} <= set(command) for command in commands)
    *_, locked, project = commands
    assert locked[-2:] == ("-r", str(environment.ROOT / lock))
    assert project[-2:] == ("-e", str(environment.ROOT))
    assert (locked[0] == str(environment.UV)) == (uv_gets_through and lock == "requirements-dev.lock")


def test_the_lock_is_whole() -> None:
    # What is installed came from the lock and nowhere else; pip knows whether anything is missing.
    checked = subprocess.run([sys.executable, "-m", "pip", "check"], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout


def test_an_old_python_is_refused_in_one_line(
    environment: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(environment.sys, "version_info", (3, 9, 18))
    assert environment.main(["requirements.lock"]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("Sluis needs Python 3.11 or newer")


def test_an_old_python_can_read_the_script() -> None:
    source = (ROOT / "setup" / "environment.py").read_text()
    assert isinstance(ast.parse(source, feature_version=(3, 7)), ast.Module)


def test_a_python_too_old_to_read_the_script_is_refused_in_words_of_its_own(tmp_path: Path) -> None:
    old = tmp_path / "python2"
    old.write_text("#!/bin/sh\nexit 1\n")  # as one answers that is asked whether it is at least 3.7, and is not
    old.chmod(0o755)
    prepare = ["make", "prepare", f"PYTHON={old}"]
    said = subprocess.run(prepare, cwd=ROOT, capture_output=True, text=True, check=False)
    assert said.returncode != 0
    assert f"Sluis needs Python 3.11 or newer, and {old} is older." in said.stderr


def test_a_folder_that_cannot_be_written_in_is_named_in_one_line(
    environment: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # A folder that is gone refuses root as well; a read-only one would not.
    monkeypatch.setattr(environment, "ROOT", environment.ROOT / "gone")
    assert environment.main(["requirements.lock"]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"Cannot write in {environment.ROOT}")


@pytest.mark.parametrize("odd", [":", "$"])
def test_a_folder_whose_name_no_environment_can_have_is_named_in_one_line(
    odd: str, environment: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(environment, "ROOT", environment.ROOT / f"a{odd}b")
    assert environment.main(["requirements.lock"]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert f'there is a "{odd}" in its name' in line


def test_an_environment_that_is_linked_from_elsewhere_is_never_emptied(
    environment: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    elsewhere = environment.VENV.rename(environment.ROOT / "elsewhere")
    environment.VENV.symlink_to(elsewhere)
    assert environment.main(["requirements.lock"]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "is a link" in line
    assert (elsewhere / "bin").is_dir()


def test_a_catalogue_is_compiled_when_it_is_newer_than_what_was_compiled(environment: Any) -> None:
    source = environment.ROOT / "app" / "translations" / "nl" / "LC_MESSAGES" / "messages.po"
    source.parent.mkdir(parents=True)
    source.write_text(CATALOGUE)
    compiled = source.with_suffix(".mo")

    environment.compile_translations()
    assert b"Delen" in compiled.read_bytes()

    source.write_text(CATALOGUE.replace("Delen", "Geven"))
    os.utime(compiled, (0, 0))
    environment.compile_translations()
    assert b"Geven" in compiled.read_bytes()


def test_a_compiled_catalogue_is_left_alone(environment: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    source = environment.ROOT / "app" / "messages.po"
    source.parent.mkdir()
    source.write_text(CATALOGUE)
    source.with_suffix(".mo").write_bytes(b"")
    monkeypatch.setattr(subprocess, "call", _no_command)
    environment.compile_translations()
    assert source.with_suffix(".mo").read_bytes() == b""
