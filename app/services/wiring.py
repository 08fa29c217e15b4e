"""The one frozen bundle of what services work with. Composition builds it; nothing here is global."""

from dataclasses import dataclass

from app.crypto.passwords import PasswordHasher
from app.crypto.secrets import Secrets
from app.domain.levels import Policy
from app.services.client_keys import ClientKeys
from app.services.key_ring import Keys
from app.services.outbound import Outbound
from app.settings import Settings
from app.storage.database import Database


@dataclass(frozen=True)
class Services:
    """Handed to every service function as its first argument; ``now`` is always a separate one."""

    settings: Settings
    database: Database
    policy: Policy
    secrets: Secrets
    keys: Keys
    passwords: PasswordHasher
    outbound: Outbound
    client_keys: ClientKeys
