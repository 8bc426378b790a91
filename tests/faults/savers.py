"""Processes that save to one path and are killed: what is left has to be a whole file, every time.

    python -m tests.faults.savers PATH SAVERS KILLS [one-name]

Rounds of SAVERS processes that save to PATH as fast as they can, killed at a random moment, until
KILLS are dead. Prints a JSON object: the kills, how many of them left an unfinished file behind,
how often the file was whole, while they ran and after, and what went wrong. "one-name": every saver
calls its unfinished file the same, as a worse ``save`` would.
"""

import itertools
import json
import os
import signal
import sys
import time
from pathlib import Path

import numpy as np

from lib import Adam, Dense, Network, ReLU, persistence

SMALLEST, LONGEST = 0.002, 0.04  # seconds that a round lasts


def save_for_ever(path, number, parent):
    """Save a network whose parameters all are one number, another one each time."""
    net = Network([Dense(60), ReLU(), Dense(1)], 500, random_state=0)
    optimizer = Adam(0.1)
    for k in itertools.count():
        if os.getppid() != parent:
            return  # nobody is left to end this process
        net.parameters = 10**6 * number + k
        persistence.save(path, net, optimizer)


def start(path, number):
    """The process id of a new saver; it ends by being killed, or with exit code 1 by a fault."""
    parent, process = os.getpid(), os.fork()
    if process == 0:
        try:
            save_for_ever(path, number, parent)
        finally:
            os._exit(1)
    return process


def look(path):
    """What is wrong with the file at ``path``, or None: all of one save, and none of another."""
    try:
        values = np.unique(persistence.load(path).net.parameters)
    except Exception as error:
        return repr(error)
    return None if len(values) == 1 else f"it holds parameters of {len(values)} saves"


def main(path, n_savers, kills, *ways):
    path, random_state = Path(path), np.random.RandomState(n_savers)
    if ways == ("one-name",):
        persistence.secrets.token_hex = lambda n: "0" * n
    net = Network([Dense(60), ReLU(), Dense(1)], 500, random_state=0)
    net.parameters = -1
    persistence.save(path, net)
    found = {"kills": 0, "while_writing": 0, "whole": 0, "faults": []}
    while found["kills"] < kills:
        savers = [start(path, number) for number in range(n_savers)]
        time.sleep(random_state.uniform(SMALLEST, LONGEST) / 2)
        faults = [look(path)]  # while they save
        time.sleep(random_state.uniform(SMALLEST, LONGEST) / 2)
        for saver in savers:
            os.kill(saver, signal.SIGKILL)
        ends = [os.waitpid(saver, 0)[1] for saver in savers]
        faults.append(look(path))
        found["whole"] += faults.count(None)
        faults += [f"a saver ended by itself, {end}" for end in ends if end != signal.SIGKILL]
        found["faults"] += [fault for fault in faults if fault is not None]
        found["kills"] += n_savers
        left = list(path.parent.glob("*.part"))
        found["while_writing"] += len(left)
        for part in left:
            part.unlink()
    print(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), *sys.argv[4:])
