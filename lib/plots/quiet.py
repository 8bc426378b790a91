"""Keeps matplotlib's messages about its cache off the page; imported before matplotlib.

Where no home folder can be written to, as on a shared server or in a container, matplotlib keeps
its cache in a temporary folder and says so on stderr, which a notebook shows under the first cell.
The same goes for the first search for fonts on a slow machine. All other messages pass.
"""

import logging

__all__ = []

OF_THE_CACHE = ("mkdir -p failed", "created a temporary cache", "building the font cache")


def _for_the_page(record):
    return not any(words in record.getMessage() for words in OF_THE_CACHE)


for _name in ("matplotlib", "matplotlib.font_manager"):
    logging.getLogger(_name).addFilter(_for_the_page)
