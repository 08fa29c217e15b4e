"""Blauw & Zoon: a web shop for Delftware that logs in at level low and asks medium at checkout."""
