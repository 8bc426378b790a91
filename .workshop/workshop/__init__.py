"""What builds and checks the course: run and compare notebooks, book, slides, teacher's kit."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]  # the checkout
