"""`sluis secrets` and `sluis keys`."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from app.domain.retention import Period
from app.services.clock import move_on
from app.services.release import held_values
from app.storage.tables.people import personas
from tests.cli.conftest import Installation

ALGORITHMS = {"A256GCM", "RS256", "ES256", "PS256", "EdDSA"}


def kids(installation: Installation) -> dict[str, str]:
    """Key id by algorithm, of installations with one key each."""
    return {line.split()[1]: line.split()[0] for line in installation.within("keys", "list").out}


def test_secrets_are_made_once_and_for_the_owner_alone(plain: Installation) -> None:
    assert plain.within("secrets", "create").status == 0
    made = plain.folder / "secrets.toml"
    before = made.read_bytes()
    assert made.stat().st_mode & 0o777 == 0o600
    again = plain.within("secrets", "create")
    assert (again.status, again.err) == (1, [f"{made} exists already and is left as it is."])
    assert made.read_bytes() == before


def test_secrets_of_production_are_made_in_production_alone(plain: Installation) -> None:
    production = {
        "SLUIS_ENVIRONMENT": "production",
        "SLUIS_CONFIG": plain.file("production.toml", 'issuer = "https://id.example.org"'),
    }
    assert plain.within("secrets", "create").status == 0
    refused = plain.within("keys", "list", environ=production)
    assert refused.err == ["secrets_file: holds development secrets: make new ones with `sluis secrets create`"]
    (plain.folder / "secrets.toml").unlink()
    assert plain.within("secrets", "create", environ=production).status == 0
    assert plain.within("migrate", environ=production).status == 0
    assert plain.within("keys", "list", environ=production).status == 0


def test_secrets_that_cannot_be_written_are_told(plain: Installation) -> None:
    said = plain.within("secrets", "create", environ={"SLUIS_SECRETS_FILE": "/dev/null/secrets.toml"})
    assert said.err == ["/dev/null/secrets.toml cannot be written: check that its folder exists and is yours."]


def test_a_key_is_made_for_every_algorithm_that_has_none(ready: Installation) -> None:
    made = ready.within("keys", "create")
    assert (made.status, len(made.out)) == (0, len(ALGORITHMS))
    assert ready.within("keys", "create").out == ["Every algorithm has a key already."]
    assert kids(ready).keys() == ALGORITHMS


def test_a_rotation_publishes_a_key_that_signs_later_and_ends_the_one_before(ready: Installation) -> None:
    ready.within("keys", "create")
    before = kids(ready)
    (published,) = ready.within("keys", "rotate", "--alg", "ES256", "--alg", "ES256").out
    lines = [line for line in ready.within("keys", "list").out if " ES256 " in line]
    old, new = sorted(lines, key=lambda line: before["ES256"] not in line)
    assert "  until " in old
    assert "  until " not in new
    assert published == f"Published {new.split()[0]}."
    signs_from = datetime.strptime(new.partition("signs from ")[2], "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
    assert signs_from - datetime.now(UTC) > timedelta(minutes=5)


def test_a_leak_renews_every_key_and_a_usual_rotation_not_one_that_nobody_uses(ready: Installation) -> None:
    ready.within("keys", "create")
    usual, at_once, named = (
        ready.within("keys", "rotate", *how).out for how in ((), ("--at-once",), ("--alg", "EdDSA"))
    )
    left = "Left as it is, for no client uses it: EdDSA. To renew it too, add --alg."
    assert (len(usual), usual[-1], len(named)) == (len(ALGORITHMS), left, 1)
    assert [line.partition(" ")[0] for line in at_once] == ["Published"] * len(ALGORITHMS)


def test_a_key_that_must_not_sign_again_does_not_from_the_command_on(ready: Installation) -> None:
    ready.within("keys", "create")
    (published,) = ready.within("keys", "rotate", "--alg", "ES256", "--at-once").out
    with ready.services() as services:
        now = datetime.now(UTC)
        assert f"Published {services.keys.ring(now).signer('ES256', now).kid}." == published


def test_a_key_made_after_the_clock_of_a_demonstration_was_moved_on_signs_by_that_clock(ready: Installation) -> None:
    ready.environ["SLUIS_SANDBOX__CLOCK"] = "true"
    with ready.services() as services:
        assert move_on(services, Period(6), datetime.now(UTC))
    ready.within("keys", "create")
    signs_from = {line.partition("signs from ")[2] for line in ready.within("keys", "list").out}
    in_five_months = f"{datetime.now(UTC) + timedelta(days=150):%Y-%m-%d}"
    assert min(signs_from) > in_five_months


def test_a_key_encryption_key_is_replaced_and_all_stays_readable(plain: Installation) -> None:
    for command in (["secrets", "create"], ["migrate"], ["keys", "create"]):
        assert plain.within(*command).status == 0
    plain.within("people", "create", "--email", "kim@example.org", "--fact", "given_name=Kim")
    (old,) = (line.split()[0] for line in plain.within("secrets", "list").out)
    (added,) = plain.within("secrets", "rotate", "--only-add").out
    assert plain.within("secrets", "list").out[0] == f"{old}  current"
    new = next(line for line in plain.within("secrets", "list").out if not line.startswith(old))
    assert added == f"Added {new}."
    assert plain.within("secrets", "use", new).out == [f"{new} is current."]
    assert plain.within("secrets", "use", "k0").err == ["The secrets file has no key k0: see `sluis secrets list`."]
    assert plain.within("secrets", "drop", "k0").err == ["The secrets file has no key k0: see `sluis secrets list`."]
    refused = plain.within("secrets", "drop", old)
    assert (refused.status, refused.err) == (
        1,
        [f"Something is still wrapped with {old}: run `sluis keys rewrap` first."],
    )
    assert plain.within("keys", "rewrap").out == [
        "person key: 1 moved",
        f"signing key: {len(ALGORITHMS)} moved",
        "Everything is wrapped with the current key.",
    ]
    assert plain.within("keys", "rewrap").out == ["Everything is wrapped with the current key."]
    assert plain.within("secrets", "drop", old).out == [f"Dropped {old}."]
    assert plain.within("secrets", "list").out == [f"{new}  current"]
    (last,) = plain.within("secrets", "rotate").out
    newest = plain.within("secrets", "list").out[-1].removesuffix("  current")
    assert (last, newest != new) == (f"Added {newest}, which is current.", True)
    unused = plain.within("secrets", "drop", newest)
    assert (unused.status, unused.err) == (1, [f"{newest} is current: make another one current first."])
    assert plain.within("keys", "create").status == 0
    with plain.services() as services, services.database.read() as db:
        person_id, persona_id = db.execute(select(personas.c.person_id, personas.c.id)).one()
        assert held_values(services, db, person_id, persona_id)["given_name"] == "Kim"


def test_only_kept_algorithms_are_rotated(ready: Installation) -> None:
    ready.environ["SLUIS_KEYS__ALGORITHMS"] = "RS256, ES256"
    said = ready.within("keys", "rotate", "--alg", "EdDSA")
    assert (said.status, said.err) == (1, ["No key is kept for EdDSA: see keys.algorithms."])


def test_a_key_is_removed_by_name_and_another_takes_its_place(ready: Installation) -> None:
    ready.within("keys", "create")
    kid = kids(ready)["ES256"]
    said = ready.within("keys", "remove", kid).out
    fresh = kids(ready)
    assert fresh.keys() == ALGORITHMS
    assert fresh["ES256"] != kid
    assert said == [f"Removed {kid}.", f"Made {fresh['ES256']}."]
    for unusable in (kid, "-ylEtp-V", "-Nchr", "--ylEtp"):
        said = ready.within("keys", "remove", unusable)
        assert (said.status, said.err) == (1, [f"There is no usable key {unusable}: see `sluis keys list`."])


@pytest.mark.parametrize("command", [["keys", "list"], ["businesses", "list"], ["clients", "list"]])
def test_nothing_runs_on_a_database_without_tables(bare: Installation, command: list[str]) -> None:
    bare.within("secrets", "create")
    said = bare.within(*command)
    assert (said.status, said.err) == (1, ["The database is empty: run `sluis migrate` first."])


def test_keys_of_another_secrets_file_are_told(ready: Installation) -> None:
    ready.within("keys", "create")
    ready.environ["SLUIS_SECRETS_FILE"] = str(ready.folder / "other.toml")
    ready.within("secrets", "create")
    said = ready.within("keys", "create")
    assert said.err == [
        "The secrets file is not the one this database was made with: restore it, or take a new database."
    ]
