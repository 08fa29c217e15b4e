"""Owns keys and what is done with them: hashing, sealing, signing, encrypting. No database, no clock."""
