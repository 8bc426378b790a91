"""Chapter 3."""

EQUAL = {}
