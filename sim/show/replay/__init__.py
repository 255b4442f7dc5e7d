"""A run as compact frames: recorded, encoded, and taken home as one file."""
