"""The pages and the HTTP face of every endpoint: parse, call one service, render."""
