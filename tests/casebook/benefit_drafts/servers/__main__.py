"""`make test-camunda`: Camunda 7 and HAPI's FHIR server are built, started, and tested against.

    python -m tests.casebook.benefit_drafts.servers [pytest's arguments]

Both are made of Maven Central's artefacts in a temporary folder, which is taken away, and listen on this
machine only, on ports that are free.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

HERE = Path(__file__).parent
TESTS = HERE.parent / "test_camunda.py"
SERVERS = {"camunda": "/engine-rest", "fhir": "/fhir"}
PATIENCE = 180.0  # seconds for a server's start
LISTENS = re.compile(r"Tomcat started on port (\d+)")


def main() -> int:
    """Run the tests, and return pytest's exit code; 2 where the servers can't be had."""
    missing = [each for each in ("java", "mvn") if shutil.which(each) is None]
    if missing:
        said(f"no {' and no '.join(missing)} on the PATH; on Debian: default-jdk-headless and maven")
        return 2
    with tempfile.TemporaryDirectory(prefix="crossfade-servers-") as folder, ExitStack() as stack:
        urls = {}
        for name in SERVERS:
            jar = built(name, Path(folder))
            if jar is None:
                return 2
            urls[f"CROSSFADE_{name.upper()}"] = stack.enter_context(started(name, jar))
        said(*(f"{name}={url}" for name, url in urls.items()))
        command = [sys.executable, "-m", "pytest", "-p", "no:xdist", str(TESTS), *sys.argv[1:]]
        return subprocess.run(command, env={**os.environ, **urls}, check=False).returncode


def built(name: str, folder: Path) -> Path | None:
    """The server's jar; None where Maven failed, which is told."""
    began, place = time.monotonic(), folder / name
    shutil.copytree(HERE / name, place)
    command = ["mvn", "--batch-mode", "--quiet", "package"]
    done = subprocess.run(command, cwd=place, capture_output=True, text=True, check=False)
    if done.returncode:
        said(f"{' '.join(command)} failed for {name}:\n{done.stdout}{done.stderr}")
        return None
    said(f"built {name} in {time.monotonic() - began:.0f} s")
    return place / "target" / f"{name}.jar"


@contextmanager
def started(name: str, jar: Path) -> Iterator[str]:
    """The server's URL, as long as the block lasts."""
    log = jar.with_suffix(".log")
    listen = ("--server.port=0", "--server.address=127.0.0.1")
    with (
        log.open("w") as written,
        subprocess.Popen(
            ["java", "-Xmx512m", "-jar", jar, *listen], stdout=written, stderr=written
        ) as process,
    ):
        try:
            deadline = time.monotonic() + PATIENCE
            while (found := LISTENS.search(log.read_text())) is None:
                if process.poll() is not None or time.monotonic() > deadline:
                    sys.exit(f"{name} did not start:\n{log.read_text()[-4000:]}")
                time.sleep(0.2)
            yield f"http://127.0.0.1:{found[1]}{SERVERS[name]}"
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()


def said(*lines: str) -> None:
    sys.stdout.write("".join(f"{each}\n" for each in lines))
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
