"""The logo of a business, served from here: fetched once when its address is registered, and drawn anew.

Linked to where the business keeps it, it would tell the business who looks at which page of ours, and could become
another picture, or none, any day.
"""

from dataclasses import dataclass, field
from io import BytesIO

from app.services.outbound import Unfetchable
from app.services.wiring import Services
from app.storage import logos

_FORMATS = ("PNG", "JPEG", "WEBP", "GIF")
_ACCEPTED = "image/png, image/jpeg, image/webp, image/gif"
_LARGEST_SIDE = 2048
_MOST_SCANS = 100
"""A JPEG is drawn over as a whole by each; common ones have ten, and a small file can have thousands."""
_SCAN = b"\xff\xda"
_SIDE = 168
"""Three times what pages show, for sharp screens."""


@dataclass(frozen=True)
class Looked:
    """What was found at an address not looked at before; ``png`` is None when that was no picture, or no address."""

    png: bytes | None = field(repr=False)


def look(services: Services, business_id: str, address: str | None) -> Looked | None:
    """Fetch the logo a business registers; None when the one we have is of this very address."""
    with services.database.read() as db:
        if logos.address_of(db, business_id) == address:
            return None
    return Looked(None if address is None else _fetched(services, address))


def _fetched(services: Services, address: str) -> bytes | None:
    try:
        return redrawn(services.outbound.fetch(address, _ACCEPTED))
    except Unfetchable:
        return None


def redrawn(picture: bytes) -> bytes | None:
    """The first frame as a small PNG that holds nothing but its pixels; None for what is no picture, or a huge one."""
    from PIL import Image  # noqa: PLC0415 - dear to load, and seldom needed

    try:
        with Image.open(BytesIO(picture), formats=_FORMATS) as opened:
            if max(opened.size) > _LARGEST_SIDE or (
                picture.startswith(b"\xff\xd8") and picture.count(_SCAN) > _MOST_SCANS
            ):
                return None
            drawn = opened.convert("RGBA")
        drawn.thumbnail((_SIDE, _SIDE))
        clean = Image.new("RGBA", drawn.size)
        clean.paste(drawn)
    except Exception:  # noqa: BLE001 - decoding what a stranger sent may fail in any way
        return None
    png = BytesIO()
    clean.save(png, "PNG", optimize=True)
    return png.getvalue()
