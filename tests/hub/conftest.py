"""A class on a hub. Everything is skipped, and says why, where there can be none."""

import asyncio
import importlib.util
import os

import pytest

from tests.hub import machine as machines
from workshop.hub import proxy

NOT_INSTALLED = "JupyterHub is not installed: python -m pip install -e '.[hub]'"
SIZE = int(os.environ.get("COURSE_CLASS", 3))  # how many students there are


@pytest.fixture(scope="package")
def machine():
    """A machine of accounts and processes of its own."""
    if importlib.util.find_spec("jupyterhub") is None:
        pytest.skip(NOT_INSTALLED)
    if reason := machines.absent():
        pytest.skip(reason)
    with machines.Machine() as made:
        yield made


@pytest.fixture(scope="package")
def installed_proxy():
    """The proxy that stands before the hub."""
    if importlib.util.find_spec("jupyterhub") is None:
        pytest.skip(NOT_INSTALLED)
    try:
        proxy.install()
    except OSError as error:
        pytest.skip(f"the hub's proxy cannot be had: {error}")


@pytest.fixture(scope="module")
def run():
    """A function that runs coroutines, one after the other, in one loop."""
    with asyncio.Runner() as runner:
        yield runner.run
