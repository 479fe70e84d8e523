"""A headless Chromium, told what to do over a pipe (the DevTools protocol): no driver, no port.

    with browser(folder) as chromium, chromium.page(360, dark=True) as page:
        page.open(path)
        page.value("document.title")

`--remote-debugging-pipe` reads JSON messages that end in a NUL from descriptor 3, and writes them to 4.
"""

from __future__ import annotations

import base64
import json
import os
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

NAMES = ("chromium", "chromium-browser", "google-chrome")
PATIENCE = 60.0  # seconds for one answer: a cold start on a busy machine

# The descriptors must be 3 and 4, which pytest's own may be: this moves them out of the way first.
LAUNCH = """
import fcntl, os, sys
into, out = (fcntl.fcntl(int(each), fcntl.F_DUPFD, 10) for each in sys.argv[1:3])
os.dup2(into, 3)
os.dup2(out, 4)
os.execv(sys.argv[3], sys.argv[3:])
"""
FLAGS = (
    "--headless=new", "--remote-debugging-pipe", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
    "--no-first-run", "--no-default-browser-check", "--disable-background-networking",
    "--disable-component-update", "--disable-default-apps", "--disable-extensions", "--disable-sync",
    "--hide-scrollbars", "--mute-audio",
)  # fmt: skip


def executable() -> str | None:
    """The browser that is installed, or None."""
    return next((found for name in NAMES if (found := shutil.which(name))), None)


class Browser:
    """A browser at work."""

    def __init__(self, into: int, out: int) -> None:
        self._into, self._out = into, out
        self._buffer = b""
        self._number = 0
        self.pages: dict[str, Page] = {}

    def call(self, method: str, session: str | None = None, **parameters: Any) -> dict[str, Any]:
        """The browser's answer to a command; what happens meanwhile is handed to its page."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        if session is not None:
            message["sessionId"] = session
        os.write(self._into, json.dumps(message).encode() + b"\0")
        answer = self.until(lambda each: each.get("id") == message["id"])
        assert "error" not in answer, (method, answer["error"])
        result: dict[str, Any] = answer["result"]
        return result

    def until(self, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The first message that is wanted."""
        deadline = time.monotonic() + PATIENCE
        while True:
            while b"\0" not in self._buffer:
                left = deadline - time.monotonic()
                assert left > 0, "the browser does not answer"
                if select.select([self._out], [], [], left)[0]:
                    more = os.read(self._out, 1 << 20)
                    assert more, "the browser has ended"
                    self._buffer += more
            line, _, self._buffer = self._buffer.partition(b"\0")
            message: dict[str, Any] = json.loads(line)
            if "method" in message and message.get("sessionId") in self.pages:
                self.pages[message["sessionId"]].happened(message["method"], message["params"])
            if wanted(message):
                return message

    @contextmanager
    def page(self, width: int, *, dark: bool) -> Iterator[Page]:
        """A page as a screen of that width shows it: a phone's up to 640 pixels, with its scale."""
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        page = self.pages[session] = Page(self, session)
        for domain in ("Page", "Network", "Runtime", "Log"):
            page.call(f"{domain}.enable")
        phone = width <= 640
        page.call(
            "Emulation.setDeviceMetricsOverride",
            width=width, height=800, deviceScaleFactor=2 if phone else 1, mobile=phone,
        )  # fmt: skip
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        page.call("Emulation.setEmulatedMedia", features=[scheme])
        yield page
        del self.pages[session]
        self.call("Target.closeTarget", targetId=target)


@dataclass
class Page:
    """One page, and what it did: addresses that it asked for, and errors that it wrote to the console."""

    browser: Browser
    session: str
    requests: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """The page's answer to a command."""
        return self.browser.call(method, self.session, **parameters)

    def happened(self, method: str, what: dict[str, Any]) -> None:
        """Take note of an event."""
        match method:
            case "Network.requestWillBeSent":
                self.requests.append(what["request"]["url"])
            case "Log.entryAdded" if what["entry"]["level"] in {"error", "warning"}:
                self.errors.append(what["entry"]["text"])
            case "Runtime.consoleAPICalled" if what["type"] in {"error", "warning", "assert"}:
                self.errors.append(str(what["args"]))
            case "Runtime.exceptionThrown":
                self.errors.append(str(what["exceptionDetails"]))

    def open(self, path: Path) -> None:
        """Show a file, until all of it is loaded."""
        self.call("Page.navigate", url=path.as_uri())
        self.browser.until(
            lambda each: (each.get("method"), each.get("sessionId")) == ("Page.loadEventFired", self.session)
        )

    def value(self, expression: str) -> Any:
        """What a JavaScript expression gives there: the page itself may run none, this may."""
        found = self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        assert "exceptionDetails" not in found, found
        return found["result"].get("value")

    def screenshot(self, path: Path) -> None:
        """Write a picture of the whole page, from its top to its end."""
        size = self.call("Page.getLayoutMetrics")["cssContentSize"]
        clip = {"x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1}
        found = self.call("Page.captureScreenshot", captureBeyondViewport=True, clip=clip)
        path.write_bytes(base64.b64decode(found["data"]))


@contextmanager
def browser(folder: Path) -> Iterator[Browser]:
    """A browser that keeps its things in `folder`, until the block ends."""
    program = executable()
    assert program is not None
    ours_out, into = os.pipe()
    out, theirs = os.pipe()
    command = [program, *FLAGS, f"--user-data-dir={folder}", "about:blank"]
    with subprocess.Popen(
        [sys.executable, "-c", LAUNCH, str(ours_out), str(theirs), *command],
        pass_fds=(ours_out, theirs),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={
            **os.environ,
            "HOME": str(folder),
            "XDG_CONFIG_HOME": str(folder),
            "XDG_CACHE_HOME": str(folder),
        },
    ) as process:
        os.close(ours_out)
        os.close(theirs)
        try:
            found = Browser(into, out)
            found.call("Browser.getVersion")
            yield found
            found.call("Browser.close")
        finally:
            os.close(into)
            os.close(out)
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
