"""What the provider tells a demo shop of its own accord: event tokens that the shop fetches, and sign-outs."""
