"""Trattoria Sole: a restaurant whose free wifi asks level low; being online is the benefit."""
