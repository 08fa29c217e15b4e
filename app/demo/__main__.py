"""``python -m app.demo SHOP --port N``: one demo business in its own process, told by its environment who it is."""

from __future__ import annotations

import os
import secrets

import click

from app.demo.serving import HOST, serve
from app.demo.shops import SHOPS, create_shop


def _told(name: str) -> str:
    value = os.environ.get(name, "")
    if not value:
        raise click.UsageError(f"{name} is not set.")
    return value


@click.command()
@click.argument("shop", type=click.Choice(sorted(SHOPS)))
@click.option("--port", type=click.IntRange(1, 65535), required=True, help="Port on 127.0.0.1 to serve at.")
def main(shop: str, port: int) -> None:
    """Run the demo business SHOP until it is stopped.

    Reads SLUIS_DEMO_ISSUER, SLUIS_DEMO_CLIENT_ID and SLUIS_DEMO_CLIENT_SECRET, and SLUIS_DEMO_CLOCK_URL if it is set.
    """
    app = create_shop(
        shop,
        issuer=_told("SLUIS_DEMO_ISSUER"),
        client_id=_told("SLUIS_DEMO_CLIENT_ID"),
        client_secret=_told("SLUIS_DEMO_CLIENT_SECRET"),
        base_url=f"http://{HOST}:{port}",
        # Who is logged in lives in this process only, so the key that signs their cookie need not outlive it.
        secret_key=secrets.token_hex(32),
        clock_url=os.environ.get("SLUIS_DEMO_CLOCK_URL") or None,
    )
    mailroom = app.extensions["demo_reception"].mailroom
    mailroom.start()
    try:
        serve(app, port)
    except OSError as exc:
        raise click.ClickException(f"Port {port} on {HOST} cannot be used: {os.strerror(exc.errno or 0)}.") from exc
    finally:
        mailroom.stop()


if __name__ == "__main__":
    main()
