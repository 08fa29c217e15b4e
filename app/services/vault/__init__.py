"""The vault: what businesses deposit for a person under a live permission, and what the person does with it."""
