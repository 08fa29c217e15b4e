"""Codes, access tokens and refresh tokens: what they hold, and the transactions that issue, rotate and revoke them."""
