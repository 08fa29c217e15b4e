"""The configuration of one process: frozen, typed, every setting with its meaning, every problem told at once.

Defaults stand in ``fields``; config/default.toml, config/<environment>.toml and SLUIS_* variables win over them, in
that order.
"""

from app.settings.fields import ROOT, Mail, Settings
from app.settings.reading import load_settings, read_settings
from app.settings.toml_files import read_toml

__all__ = ["ROOT", "Mail", "Settings", "load_settings", "read_settings", "read_toml"]
