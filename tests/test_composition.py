"""What composition builds, and that it forgets no door."""

import dataclasses
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import pytest
from flask import Blueprint

import app.web
from app import create_app
from app.composition import application, build_services, faults
from app.crypto import secrets as secrets_file
from app.domain.errors import Problems
from app.settings import load_settings
from app.web.application import DOORS
from tests.servers.house import House


def test_every_blueprint_of_the_web_is_a_door() -> None:
    have_one = {
        module.name
        for module in iter_modules(app.web.__path__)
        if isinstance(getattr(import_module(f"app.web.{module.name}"), "blueprint", None), Blueprint)
    }
    assert have_one == {*DOORS, "mailbox", "clock"}


def test_the_mailbox_and_the_movable_clock_exist_in_development_only(make_house: Callable[..., House]) -> None:
    assert not {"mailbox", "clock"} & make_house().app.blueprints.keys()


def test_every_fault_of_the_files_that_settings_name_is_found_at_once(tmp_path: Path) -> None:
    secrets = tmp_path / "secrets.toml"
    secrets_file.create(secrets, development=True)
    settings = load_settings(
        {}, {"secrets_file": str(secrets), "levels_file": "/no/levels.toml", "purposes_file": "/no/purposes.toml"}
    )
    assert faults(settings) == [
        ("/no/levels.toml", "does not exist: make it, or let levels_file name another"),
        ("/no/purposes.toml", "does not exist: make it, or let purposes_file name another"),
    ]
    production = dataclasses.replace(settings, environment="production", secrets_file="/no/secrets.toml")
    assert [key for key, _ in faults(production)] == ["secrets_file", "/no/levels.toml", "/no/purposes.toml"]


def test_a_server_process_does_not_start_with_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLUIS_SECRETS_FILE", "/no/secrets.toml")
    monkeypatch.setenv("SLUIS_ISSUER", "nowhere")
    with pytest.raises(Problems) as refused:
        application()
    assert {key for key, _ in refused.value.found} == {"issuer", "secrets_file"}
    with pytest.raises(Problems):
        create_app()


def test_secrets_of_services_do_not_show_in_the_representation(secrets_path: Path) -> None:
    settings = load_settings({"SLUIS_ENVIRONMENT": "testing"}, {"secrets_file": str(secrets_path)})
    services = build_services(settings)
    shown = repr(services)
    services.database.dispose()
    assert services.secrets.form_signing.hex() not in shown
    assert repr(services.secrets.form_signing) not in shown
