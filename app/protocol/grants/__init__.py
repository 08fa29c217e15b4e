"""The grants of the token endpoint, one a file: what each is redeemed for, and what it must prove first."""
