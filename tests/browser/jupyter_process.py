"""A JupyterLab server with nothing of the user's own: its settings, kernels and state are in a folder of ours."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

#: Seconds a start may take on a machine that has much else to do.
START = 60


class Server:
    """A JupyterLab server with nothing of the user's own: settings, kernels and state are in `home`."""

    def __init__(self, home: Path, notebooks: Path) -> None:
        self.home = home
        self.log = home / "jupyter.log"
        settings = home / "settings" / "@jupyterlab" / "apputils-extension" / "notification.jupyterlab-settings"
        settings.parent.mkdir(parents=True)
        settings.write_text(json.dumps({"fetchNews": "false", "checkForUpdates": False}))
        environment = {name: value for name, value in os.environ.items() if not name.startswith("JUPYTER")}
        for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR"):
            environment[name] = str(home / name.lower())
        command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--port=0", "-y"]
        command += [f"--ServerApp.root_dir={notebooks}", "--ServerApp.ip=127.0.0.1", "--IdentityProvider.token="]
        command += [
            f"--LabApp.user_settings_dir={home / 'settings'}",
            f"--LabApp.workspaces_dir={home / 'workspaces'}",
        ]
        command += ["--LabApp.expose_app_in_browser=True"]
        # Should the test run be killed, the server must not stay behind.
        command += ["--ServerApp.shutdown_no_activity_timeout=600", "--MappingKernelManager.cull_idle_timeout=600"]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                command,
                cwd=notebooks,
                env=environment | {"JUPYTER_PREFER_ENV_PATH": "1"},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def address(self) -> str:
        """Wait until the server has written down its address. RuntimeError with the log if it does not."""
        note = self.home / "jupyter_runtime_dir" / f"jpserver-{self.process.pid}.json"
        deadline = time.monotonic() + START
        while self.process.poll() is None and time.monotonic() < deadline:
            try:
                return str(json.loads(note.read_text())["url"])
            except (FileNotFoundError, json.JSONDecodeError):  # not there yet, or half written
                time.sleep(0.05)
        raise RuntimeError(f"JupyterLab did not start:\n{self.log_tail()}")

    def log_tail(self, lines: int = 40) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])

    def stop(self) -> None:
        """Ask the server to end itself and its kernels; kill its group if it does not."""
        self.process.terminate()
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(15)
