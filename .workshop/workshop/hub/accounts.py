"""Accounts of the system for students: how they log in, and how their servers are started.

A student is a user of the system whose home nobody else may enter, so it is the kernel that keeps
students apart, in JupyterLab as in a terminal.
"""

import os
import pwd
import resource
import secrets

from jupyterhub.auth import LocalAuthenticator
from jupyterhub.spawner import LocalProcessSpawner
from traitlets import Integer, Unicode

from workshop import entered
from workshop.hub import class_list

FIRST, LAST = 30000, 39999  # the numbers of students' accounts, apart from everyone else's


class ClassList(LocalAuthenticator):
    """Lets in who is in the class list, and gives each an account when they first come."""

    path = Unicode(help="the file with names and passwords").tag(config=True)
    homes = Unicode("/home", help="the folder of the students' homes").tag(config=True)
    create_system_users = True

    def _add_user_cmd_default(self):
        numbers = ["-K", f"UID_MIN={FIRST}", "-K", f"UID_MAX={LAST}", "-K", "HOME_MODE=0700"]
        home = ["--create-home", "--home-dir", f"{self.homes}/USERNAME", "--shell", "/bin/bash"]
        return ["useradd", "--user-group", *numbers, *home]

    async def authenticate(self, handler, data):
        """The name, if the password is the one in the list."""
        right = class_list.passwords(self.path).get(data["username"])
        given = data["password"].encode()
        known = right is not None and secrets.compare_digest(right.encode(), given)
        return data["username"] if known else None

    async def refresh_user(self, user, handler=None):
        """Whoever was taken off the list has to log in again, and cannot."""
        return user.name in class_list.passwords(self.path)

    def system_user_exists(self, user):
        """Whether there is such an account; never another's, as `root` would be."""
        try:
            account = pwd.getpwnam(user.name)
        except KeyError:
            return False
        if not FIRST <= account.pw_uid <= LAST:
            raise ValueError(f"{user.name} is an account of the system, and not a student's")
        return True


class StudentSpawner(LocalProcessSpawner):
    """Starts servers within bounds, and ends with a server whatever its student left running."""

    processes = Integer(400, help="processes and threads that a student may have").tag(config=True)

    def make_preexec_fn(self, name):
        """What a new process does before it becomes the student's server."""
        become = super().make_preexec_fn(name)
        limits = {resource.RLIMIT_NPROC: self.processes, resource.RLIMIT_CORE: 0}
        if self.mem_limit:
            limits[resource.RLIMIT_AS] = self.mem_limit  # of each process

        def prepare():
            os.umask(0o077)
            for kind, limit in limits.items():
                resource.setrlimit(kind, (limit, limit))
            become()

        return prepare

    async def start(self):
        """Begin with none of the student's processes: a killed server leaves its kernels behind."""
        end_all(self.user.name)
        return await super().start()

    async def stop(self, now=False):
        """End the server and what it, or the student, started."""
        await super().stop(now)
        end_all(self.user.name)


def runtime_folder(spawner):
    """Where a student's kernels have their sockets: a short path, for it may have 107 letters."""
    return f"{pwd.getpwnam(spawner.user.name).pw_dir}/.run"


def end_all(name):
    """Kill all processes of a student."""
    uid = pwd.getpwnam(name).pw_uid
    if not FIRST <= uid <= LAST:
        raise ValueError(f"{name} is not a student's account")
    entered.end_all(uid)
