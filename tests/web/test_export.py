"""Asking for everything about oneself: with the password, followed without scripts, fetched once it is there."""

import io
import zipfile

from app.jobs import exports as job
from tests.servers.house import House
from tests.servers.visitor import PASSWORD, Visitor, register


def test_an_export_is_asked_followed_and_fetched_by_the_browser_that_asked(house: House) -> None:
    visitor = register(house)
    there = Visitor(house, visitor.email)
    there.sign_in(visitor.email)
    assert visitor.post("/account/export", {"current": PASSWORD}).location == "/account/export"
    assert 'id="export-progress"' in visitor.get("/account/export").text
    job.run(house.services, house.clock.now)
    page = visitor.get("/account/export").text
    assert 'id="export-ready"' in page
    link = page.partition('href="/account/export/')[2].partition('"')[0]
    file = visitor.get(f"/account/export/{link}")
    assert file.status_code == 200
    assert file.headers["Cache-Control"] == "no-store"
    with zipfile.ZipFile(io.BytesIO(file.data)) as archive:
        assert archive.namelist()[:2] == ["data.json", "data.html"]
    assert there.get(f"/account/export/{link}").status_code == 404
    assert Visitor(house).get(f"/account/export/{link}").status_code == 303


def test_nothing_is_prepared_without_the_password(house: House) -> None:
    visitor = register(house)
    for wrong in ("", "not the password"):
        assert visitor.post("/account/export", {"current": wrong}).status_code == 422
    assert 'id="export-progress"' not in visitor.get("/account/export").text
