"""JupyterHub for a class on one server: `make hub`, as root, on Linux.

`_hub/class.txt` names the students, one a line; a password is put behind each name. Everyone gets
an account of the system, with a copy of the chapters in a home that nobody else may enter.
What a place needs beyond this (a certificate, its own way to log in) goes into `_hub/settings.py`,
which is read last and may set everything that is set here.
"""

import os
import sys
from pathlib import Path

from workshop import ROOT, entered
from workshop.hub import accounts, class_list, proxy

HUB = Path(os.environ.get("COURSE_HUB", ROOT / "_hub"))
GIB = 2**30

if os.geteuid() != 0:
    sys.exit("make hub needs root: each student's server runs under an account of its own.")
if in_the_way := entered.obstacle():
    sys.exit(f"make hub stopped: {in_the_way}.")
HUB.mkdir(mode=0o700, exist_ok=True)
if not (HUB / "class.txt").exists():
    sys.exit(f"Write the names of your students, one a line, into {HUB / 'class.txt'}.")
class_list.complete(HUB / "class.txt")
os.umask(0o077)  # the database and the logs are nobody else's business

c = get_config()  # noqa: F821, JupyterHub defines it
c.JupyterHub.bind_url = "http://127.0.0.1:8000"  # behind a web server that has a certificate
c.JupyterHub.db_url = f"sqlite:///{HUB / 'jupyterhub.sqlite'}"
c.JupyterHub.cookie_secret_file = str(HUB / "cookie_secret")
c.ConfigurableHTTPProxy.command = proxy.command()
c.ConfigurableHTTPProxy.pid_file = str(HUB / "proxy.pid")

c.JupyterHub.authenticator_class = accounts.ClassList
c.ClassList.path = str(HUB / "class.txt")
c.Authenticator.allow_all = True  # all in the list

c.JupyterHub.spawner_class = accounts.StudentSpawner
c.Spawner.cmd = [sys.executable, "-m", "workshop.hub.student"]
c.Spawner.notebook_dir = "~"
c.Spawner.default_url = "/lab/tree/chapters/README.md"
c.Spawner.args = [
    f"--LabApp.app_settings_dir={ROOT / '.jupyter'}",
    "--KernelManager.transport=ipc",  # on a port, anyone on the machine could read what is printed
    "--MappingKernelManager.cull_idle_timeout=7200",  # seconds until an idle kernel is ended
]
c.Spawner.environment = {
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "JUPYTER_RUNTIME_DIR": accounts.runtime_folder,
}
c.Spawner.mem_limit = 4 * GIB  # for each process; what it asks beyond fails in that process
c.Spawner.poll_interval = 5  # seconds until the hub sees that a server has died
c.Spawner.start_timeout = c.Spawner.http_timeout = 600  # a class that comes all at once

if (HUB / "settings.py").exists():
    load_subconfig(str(HUB / "settings.py"))  # noqa: F821, JupyterHub defines it
