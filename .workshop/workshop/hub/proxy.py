"""The proxy before the hub, configurable-http-proxy: from the npm registry, each file as locked.

package-lock.json has the version and the SHA-512 of it and of all it needs; npm refuses what
differs. It lies in `.venv`, so `make clean` removes it. No script of a package is run on the way.
"""

import shutil
import subprocess
import sys
from pathlib import Path

from workshop import ROOT

HERE = Path(__file__).resolve().parent
LOCKED = ["package.json", "package-lock.json"]
FOLDER = ROOT / ".venv" / ".packages" / "proxy"
NO_NODE = "Node.js and npm are not installed (https://nodejs.org/), which the hub's proxy needs"
OPTIONS = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", "--fetch-retries=1"]
PATIENCE = 600  # seconds


def command(folder=FOLDER):
    """The command that starts the proxy."""
    script = folder / "node_modules" / "configurable-http-proxy" / "bin" / "configurable-http-proxy"
    return ["node", str(script)]


def install(folder=FOLDER, locked=HERE):
    """Install the proxy, unless what lies there was made from the same lock.

    Raises OSError if it cannot be had, or is not what the lock says.
    """
    if shutil.which("npm") is None or shutil.which("node") is None:
        raise OSError(NO_NODE)
    made = folder / "made-from.json"
    lock = (locked / "package-lock.json").read_bytes()
    if made.exists() and made.read_bytes() == lock:
        return
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name in LOCKED:
        shutil.copyfile(locked / name, folder / name)
    try:
        subprocess.run(
            [shutil.which("npm"), "ci", *OPTIONS],
            cwd=folder, check=True, capture_output=True, timeout=PATIENCE,
        )  # fmt: skip
    except subprocess.SubprocessError as error:
        told = (error.stderr or b"").decode("utf-8", "replace").splitlines() or [error]
        raise OSError(f"npm could not install the hub's proxy: {told[0]}") from error
    made.write_bytes(lock)


def main():
    """Install the proxy; 1 if it could not be had."""
    try:
        install()
    except OSError as error:
        print(f"make hub stopped at: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
