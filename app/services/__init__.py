"""Acts: one visible act is one function and one transaction. No request, no clock, no globals."""
