"""A mail server that delivers nothing: it keeps every letter and shows it on a page of its own, on loopback only."""
