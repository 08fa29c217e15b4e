"""Characters for examples of any text."""

from hypothesis import strategies as st

CHARACTERS = st.characters(exclude_categories=["Cs"])
"""Every one that UTF-8 can write, as ``st.text`` takes by itself: only that finds them by writing each of a million."""
