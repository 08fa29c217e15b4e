"""The page that checks receipts works from a file, without a server and without a network."""

import json
from pathlib import Path

import pytest
from joserfc import jws
from joserfc.jwk import OKPKey
from playwright.sync_api import Page, expect

from app.crypto.jose_algorithms import REGISTRY
from app.domain.levels import Level
from app.services import consents, receipt_reading, receipts
from app.services.receipts import Notice
from app.settings import ROOT
from app.storage import grant_versions
from tests.factories import add_client, add_person, share
from tests.servers.house import House


@pytest.fixture
def folder(house: House, tmp_path: Path) -> Path:
    """Two receipts that follow each other, the clock set back between them, one that was touched, and the keys."""
    nora = add_person(house)
    grant = share(house, nora, add_client(house), Level.LOW)
    consents.stop(house.services, grant.id, nora.id, Notice("en", "Stop"), house.clock.move(minutes=-5))
    with house.services.database.read() as db:
        for each in grant_versions.of_grant(db, grant.id):
            (tmp_path / f"{each.act.value}.jws").write_text(each.receipt)
    header, payload, signature = (tmp_path / "give.jws").read_text().split(".")
    touched = ("B" if signature[0] == "A" else "A") + signature[1:]
    (tmp_path / "touched.jws").write_text(f"{header}.{payload}.{touched}")
    respelled = signature[:-1] + chr(ord(signature[-1]) + 1)  # the same 64 bytes to a lenient reader
    (tmp_path / "respelled.jws").write_text(f"{header}.{payload}.{respelled}")
    edwards = OKPKey.generate_key("Ed25519", {"kid": "edwards", "alg": "EdDSA", "use": "sig"})
    header = {"alg": "EdDSA", "kid": "edwards", "typ": "consent-receipt+jwt"}
    record = {"previous_receipt": None, "pii_principal_id": "sub", "iat": 1}
    signed = jws.serialize_compact(header, json.dumps(record), edwards, algorithms=["EdDSA"], registry=REGISTRY)
    (tmp_path / "edwards.jws").write_text(signed)
    record |= {"previous_receipt": receipts.receipt_digest(signed), "pii_principal_id": "somebody else"}
    stolen = jws.serialize_compact(header, json.dumps(record), edwards, algorithms=["EdDSA"], registry=REGISTRY)
    (tmp_path / "stolen.jws").write_text(stolen)
    archive = receipt_reading.archive(house.services)
    archive["keys"].append(edwards.as_dict(private=False))
    (tmp_path / "keys.json").write_text(json.dumps(archive))
    return tmp_path


def test_receipts_are_checked_with_their_order_and_a_touched_one_is_refused(page: Page, folder: Path) -> None:
    page.goto((ROOT / "docs" / "verify-receipt.html").as_uri())
    chosen = ("give", "withdraw", "touched", "respelled", "edwards", "stolen")
    page.get_by_label("Public keys").set_input_files(folder / "keys.json")
    page.get_by_role("button", name="Check").click()
    expect(page.get_by_role("status")).to_contain_text("Choose at least one receipt.")
    page.get_by_label("Receipts").set_input_files([folder / f"{name}.jws" for name in chosen])
    page.get_by_role("button", name="Check").click()
    answer = page.get_by_role("status")
    expect(answer).to_contain_text("give.jws: valid, and is the first of its chain.")
    expect(answer).to_contain_text("withdraw.jws: valid, and follows give.jws.")
    expect(answer).to_contain_text("touched.jws: NOT VALID (changed after it was signed)")
    expect(answer).to_contain_text("respelled.jws: NOT VALID (changed after it was signed)")
    expect(answer).to_contain_text("edwards.jws: valid, and is the first of its chain.")
    expect(answer).to_contain_text("stolen.jws: BROKEN: it names edwards.jws as the one before")
    page.get_by_role("button", name="Nederlands").click()
    assert page.title() == "Een bewijs controleren"
    page.get_by_role("button", name="Controleren").click()
    expect(answer).to_contain_text("withdraw.jws: geldig, en volgt op give.jws.")
    expect(answer).to_contain_text("touched.jws: NIET GELDIG (veranderd nadat het ondertekend is)")
    assert page.locator("html").get_attribute("lang") == "nl"
