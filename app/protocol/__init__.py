"""Speaks OAuth and OpenID Connect: what clients send becomes domain values, what the house decides an answer."""
