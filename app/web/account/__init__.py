"""A person's own account: the overview with its sessions, the password, the addresses, an export, leaving."""

from app.web.account import addresses, export, leaving, overview, password
from app.web.account.blueprint import blueprint

__all__ = ["addresses", "blueprint", "export", "leaving", "overview", "password"]
