"""Tables and queries: named columns in, domain values out. Nothing here commits."""
