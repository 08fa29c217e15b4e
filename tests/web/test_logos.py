"""The logo a business registers is drawn anew and served from here; no page of ours is fetched from elsewhere."""

import re
from dataclasses import replace
from io import BytesIO
from typing import Any

import pytest
from PIL import Image, PngImagePlugin

from app.services.businesses import Applied, apply, read
from tests.factories import INTENDED_USE, add_client
from tests.servers.house import House
from tests.servers.receiver import answering, in_turn, receiving
from tests.servers.visitor import REDIRECT_URI, Visitor, begin_login

NOTE = "made by somebody, somewhere"


def picture(kind: str = "PNG", size: tuple[int, int] = (600, 300), **how: Any) -> bytes:
    """A picture as a shop has one, with a word about its maker inside."""
    about = PngImagePlugin.PngInfo()
    about.add_text("Comment", NOTE)
    drawn = BytesIO()
    Image.new("RGB", size, (20, 120, 160)).save(drawn, kind, **({"pnginfo": about} if kind == "PNG" else {}), **how)
    return drawn.getvalue()


def drawn_over_and_over() -> bytes:
    """A small JPEG whose last scan comes a thousand times."""
    once = picture("JPEG", (16, 16), progressive=True)
    scan = once[once.rindex(b"\xff\xda") : -2]
    return once[:-2] + scan * 1000 + once[-2:]


def register(house: House, address: str) -> dict[str, Any]:
    """What a client that registered with this logo is told."""
    response = house.browser().post("/clients", json={"redirect_uris": [REDIRECT_URI], "logo_uri": address})
    assert response.status_code == 201, response.text
    told: dict[str, Any] = response.get_json()
    return told


def logo_on_the_way(house: House, client_id: str, scope: str = "openid") -> str | None:
    """The address of the picture beside the shop's name where somebody signs in."""
    visitor = Visitor(house)
    page = visitor.get(f"/sign-in?next={begin_login(visitor, client_id, scope)}")
    found = re.search(r'<img class="shop-logo" src="([^"]+)" alt=""', page.text)
    return found.group(1) if found else None


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF"])
def test_a_logo_is_shown_small_from_here_and_holds_nothing_but_its_pixels(shared_house: House, kind: str) -> None:
    with receiving(answering(200, picture(kind))) as shop:
        other = add_client(shared_house)
        address = logo_on_the_way(shared_house, register(shared_house, shop.url)["client_id"])
    assert address is not None
    assert logo_on_the_way(shared_house, other, "openid identity:low") is None
    served = shared_house.browser().get(address)
    assert served.content_type == "image/png"
    assert "immutable" in served.headers["Cache-Control"]
    drawn = Image.open(BytesIO(served.data))
    assert (drawn.size, drawn.info) == ((168, 84), {})
    assert NOTE.encode() not in served.data


@pytest.mark.parametrize(
    "body",
    [
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"<html>",
        b"",
        picture()[:60],
        picture("BMP", (20, 20)),
        picture(size=(2049, 1)),
        b"\x89PNG\r\n\x1a\n" + b"\xff" * 300,
        b"x" * (64 * 1024 + 1),
        drawn_over_and_over(),
    ],
    ids=["svg", "html", "nothing", "cut off", "another kind", "huge", "broken", "too long", "over and over"],
)
def test_what_is_no_small_picture_leaves_the_letter_and_the_registration(shared_house: House, body: bytes) -> None:
    with receiving(answering(200, body)) as shop:
        told = register(shared_house, shop.url)
    assert told["logo_uri"]
    assert logo_on_the_way(shared_house, told["client_id"]) is None


def test_another_address_brings_another_logo_and_the_same_one_is_left_alone(shared_house: House) -> None:
    with (
        receiving(answering(200, picture())) as first,
        receiving(answering(200, picture(size=(9, 9)))) as second,
    ):
        told = register(shared_house, first.url)
        own = f"/clients/{told['client_id']}"
        least = {"client_id": told["client_id"], "redirect_uris": [REDIRECT_URI]}
        bearer = {"Authorization": f"Bearer {told['registration_access_token']}"}
        shown = [logo_on_the_way(shared_house, told["client_id"])]
        for change in ({"logo_uri": first.url}, {"logo_uri": second.url}, {}):
            assert shared_house.browser().put(own, json=least | change, headers=bearer).status_code == 200
            shown.append(logo_on_the_way(shared_house, told["client_id"]))
    before, same, other, none = shown
    assert before == same != other
    assert none is None
    assert (len(first.received), len(second.received)) == (1, 1)
    assert shared_house.browser().get(str(other)).status_code == 404


def test_the_operator_hears_what_became_of_the_logo_in_the_file(house: House) -> None:
    business: dict[str, Any] = {
        "id": "shop",
        "name": "Shop",
        "legal_name": "Shop B.V.",
        "website": "https://shop.example",
        "country": "NL",
        "privacy_contact": "privacy@shop.example",
        "description": {"nl": "Een winkel.", "en": "A shop."},
    }
    client = {"client_id": "web", "redirect_uris": [REDIRECT_URI], "token_endpoint_auth_method": "none"}

    def applied(*, dry_run: bool = False, **more: str) -> Applied:
        raw = {"business": business, "clients": [client], "intended_use": INTENDED_USE}
        file = read(house.services, raw)
        # A file names no address on this machine; what is tried is the fetching.
        file = replace(file, details={**file.details, **more})
        return apply(house.services, file, {}, house.clock.now, dry_run=dry_run)

    with receiving(in_turn(answering(503), answering(503), answering(200, picture()))) as shop:
        assert not applied(logo_uri=shop.url, dry_run=True).no_logo
        assert not shop.received
        assert applied(logo_uri=shop.url).no_logo
        assert applied(logo_uri=shop.url) == Applied((), no_logo=True)
        assert applied(logo_uri=shop.url).changes == ("~ business shop: its logo was fetched",)
        assert applied(logo_uri=shop.url) == Applied(())
        assert logo_on_the_way(house, "web", "openid identity:low") is not None
        assert applied().changes[-1] == "~ business shop: its logo was taken away"
    assert logo_on_the_way(house, "web", "openid identity:low") is None


@pytest.mark.parametrize("digest", ["0" * 64, "x", "%00", "..%2f..", "%27%20OR%201=1"])
def test_no_other_picture_has_an_address(shared_house: House, digest: str) -> None:
    assert shared_house.browser().get(f"/logos/{digest}").status_code == 404
