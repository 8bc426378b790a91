"""A hub in a machine of its own, and students who use it as their browsers would."""

import asyncio
import json
import os
import re
import subprocess
import sys
import time
import uuid
from pathlib import Path

import httpx
from tornado.httpclient import HTTPRequest
from tornado.websocket import websocket_connect

from tests.hub.machine import PATIENCE, children, end
from workshop import ROOT
from workshop.browser.lab import free_port
from workshop.hub import class_list

CONFIG = ROOT / ".workshop" / "workshop" / "hub" / "jupyterhub_config.py"
LOGIN = 600  # seconds in which all have to be in
CELL = 300  # seconds in which a cell has to end


class Hub:
    """A context: the hub with a class list, on ports of the loopback."""

    def __init__(self, machine, names):
        self.machine, self.names = machine, names
        self.folder = machine.folder / "hub"
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"

    def __enter__(self):
        self.folder.mkdir(mode=0o700)
        (self.folder / "class.txt").write_text("\n".join(["# a class", *self.names, ""]))
        ports = [free_port(), free_port()]
        (self.folder / "settings.py").write_text(
            f"c.JupyterHub.bind_url = {self.address!r}\n"
            f"c.JupyterHub.hub_bind_url = 'http://127.0.0.1:{ports[0]}'\n"
            f"c.ConfigurableHTTPProxy.api_url = 'http://127.0.0.1:{ports[1]}'\n"
        )
        self.log = self.folder / "log.txt"
        command = [sys.executable, "-m", "jupyterhub", f"--config={CONFIG}"]
        environment = {**os.environ, "COURSE_HUB": str(self.folder)}
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                self.machine.command(command, cwd=self.folder),
                env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip
        try:
            self.wait()
        except BaseException:
            self.process.kill()
            self.process.wait()
            raise
        self.passwords = class_list.passwords(self.folder / "class.txt")
        return self

    def wait(self):
        """Until the hub answers through its proxy."""
        until = time.monotonic() + PATIENCE
        while True:
            try:
                if httpx.get(f"{self.address}/hub/api/", timeout=5).status_code == 200:
                    return
            except httpx.HTTPError:
                pass
            said = self.log.read_text()
            assert self.process.poll() is None and time.monotonic() < until, said
            time.sleep(0.2)

    def __exit__(self, *error):
        if self.process.poll() is None:
            end(self.process, self.pid)

    @property
    def pid(self):
        """The hub's own process, as seen from here."""
        (pid,) = children(self.process.pid)
        return pid


class Student:
    """Someone who logs in, opens notebooks, runs cells and saves."""

    def __init__(self, hub, name):
        self.hub, self.name = hub, name
        self.client = httpx.AsyncClient(
            base_url=hub.address, follow_redirects=True, timeout=LOGIN, trust_env=False
        )

    def path(self, path):
        return f"/user/{self.name}/{path}"

    def cookie(self, name, path):
        """The value of a cookie that is sent to a path: that of the longest path if several are."""
        found = [each for each in self.client.cookies.jar
                 if each.name == name and path.startswith(each.path)]  # fmt: skip
        return max(found, key=lambda each: len(each.path)).value

    async def log_in(self, password=None):
        """Give name and password, and wait for JupyterLab; how many seconds that took.

        Raises PermissionError if the hub does not let them in.
        """
        began = time.monotonic()
        await self.client.get("/hub/login")
        form = {"username": self.name, "password": password or self.hub.passwords[self.name]}
        form["_xsrf"] = self.cookie("_xsrf", "/hub/")
        answer = await self.client.post("/hub/login", data=form)
        if answer.status_code != 200 or "/hub/login" in answer.url.path:
            raise PermissionError(answer.status_code)
        await self.arrive(answer, began)
        return time.monotonic() - began

    async def start(self):
        """Start the server anew, as the hub's page offers it; how many seconds that took."""
        began = time.monotonic()
        await self.arrive(await self.client.get(f"/hub/spawn/{self.name}"), began)
        return time.monotonic() - began

    async def arrive(self, answer, began):
        """Wait until JupyterLab is shown."""
        while "spawn-pending" in answer.url.path or answer.status_code in (424, 429, 503):
            assert time.monotonic() - began < LOGIN, answer.text
            await asyncio.sleep(1)  # the page waits for word from the hub
            path = self.path("lab/tree/chapters/README.md")
            if answer.status_code == 424:  # a page with a button that starts the server
                path = f"/hub/spawn/{self.name}"
            answer = await self.client.get(path)
        assert answer.status_code == 200 and answer.url.path.startswith(self.path("")), answer.url
        assert "JupyterLab" in answer.text, answer.text

    async def ask(self, method, path, user=None, **options):
        """An answer of this student's server, or of another's, to this student."""
        path = f"/user/{user or self.name}/{path}"
        headers = {"X-XSRFToken": self.cookie("_xsrf", self.path(""))}
        return await self.client.request(method, path, headers=headers, **options)

    async def open(self, path):
        """A notebook, as the server hands it out."""
        answer = await self.ask("GET", f"api/contents/{path}")
        answer.raise_for_status()
        return answer.json()["content"]

    async def save(self, path, notebook):
        body = {"type": "notebook", "format": "json", "content": notebook}
        (await self.ask("PUT", f"api/contents/{path}", json=body)).raise_for_status()

    async def kernel(self, path):
        """A Kernel for the notebook at a path."""
        body = {"path": path, "name": path, "type": "notebook", "kernel": {"name": "python3"}}
        answer = await self.ask("POST", "api/sessions", json=body)
        answer.raise_for_status()
        return await Kernel(self, answer.json()["kernel"]["id"]).connect()

    async def close(self):
        await self.client.aclose()


class Kernel:
    """A kernel, reached through the proxy by websocket."""

    def __init__(self, student, identity):
        self.student, self.identity, self.session = student, identity, uuid.uuid4().hex

    async def connect(self):
        path = self.student.path(f"api/kernels/{self.identity}/channels")
        cookies = {each.name: each.value for each in self.student.client.cookies.jar
                   if path.startswith(each.path)}  # fmt: skip
        headers = {
            "Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items()),
            "Origin": self.student.hub.address,
        }
        url = f"{self.student.hub.address}{path}?session_id={self.session}"
        request = HTTPRequest(re.sub("^http", "ws", url), headers=headers, request_timeout=LOGIN)
        self.socket = await websocket_connect(request)
        return self

    async def run(self, code):
        """The outputs of some code, as a notebook keeps them."""
        identity = uuid.uuid4().hex
        content = {"code": code, "silent": False, "store_history": True, "user_expressions": {}}
        content |= {"allow_stdin": False, "stop_on_error": True}
        header = {"msg_id": identity, "msg_type": "execute_request", "session": self.session}
        header |= {"username": "", "version": "5.4", "date": ""}
        message = {"header": header, "parent_header": {}, "metadata": {}, "content": content}
        await self.socket.write_message(json.dumps({**message, "channel": "shell", "buffers": []}))
        return await asyncio.wait_for(self.outputs(identity), CELL)

    async def outputs(self, identity):
        found = []
        while (text := await self.socket.read_message()) is not None:
            message = json.loads(text)
            if message["parent_header"].get("msg_id") != identity:
                continue
            kind, content = message["header"]["msg_type"], message["content"]
            if kind == "status" and content["execution_state"] == "idle":
                return found
            if kind in ("stream", "display_data", "execute_result", "error"):
                content.pop("transient", None)
                found.append({"output_type": kind, **content})
        raise ConnectionError("the kernel's connection was closed")

    def close(self):
        self.socket.close()


def has_figure(outputs):
    """Whether there is a picture among the outputs of a cell."""
    return any("image/png" in output.get("data", {}) for output in outputs)


def printed(outputs):
    """What outputs printed."""
    return "".join(output["text"] for output in outputs if output["output_type"] == "stream")


def home(machine, name):
    """A student's home, as seen from here."""
    return Path(machine.folder) / "home" / name
