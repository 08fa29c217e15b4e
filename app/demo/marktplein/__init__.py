"""Marktplein: a supermarket with a loyalty card that accepts low, medium and high, and fits its offers to the level."""
