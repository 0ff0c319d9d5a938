"""Sees to it that the browser tests find a Chromium."""

import os
import shutil
import subprocess
import sys

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def ensure() -> None:
    """Install Chromium where that is possible without asking anybody, else say what will be missing."""
    if any(map(shutil.which, _NAMES)):
        return
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        print("No Chromium found: install it, or the browser tests fail.", file=sys.stderr, flush=True)
        return
    print("Installing Chromium for the browser tests (once) ...", file=sys.stderr, flush=True)
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for words in (["update"], ["install", "--yes", "--no-install-recommends", "chromium", "fonts-dejavu-core"]):
        done = subprocess.run(
            ["apt-get", "-qq", *words], env=environment, stdin=subprocess.DEVNULL, stdout=sys.stderr, check=False
        )
        if done.returncode != 0:
            print("Chromium could not be installed: the browser tests fail.", file=sys.stderr, flush=True)
            return
