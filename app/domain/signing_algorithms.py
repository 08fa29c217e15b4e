"""The closed list of signature algorithms, for what we sign and what we accept. Absent means no.

No `none`, no HMAC (the key would be a shared secret).
"""

SIGNING_ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA")
