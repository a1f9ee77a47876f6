"""The files that make `make lab`, `make test`, `pip install .`, conda and Binder work agree with each other."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
GROUPS: dict[str, list[str]] = {"": PROJECT["dependencies"], **PROJECT["optional-dependencies"]}
DECLARED = [
    pytest.param(Requirement(line), id=f"{group or 'core'}: {line}")
    for group, lines in GROUPS.items()
    for line in lines
    if Requirement(line).name != PROJECT["name"]
]


def pin_lines() -> list[str]:
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    return [line for line in map(str.strip, lines) if line and not line.startswith("#")]


def pins() -> dict[str, Version]:
    return {canonicalize_name(name): Version(version) for name, version in (line.split("==") for line in pin_lines())}


# ---- pyproject.toml, requirements.txt, environment.yml -------------------------------------------------------------


def test_requirements_are_exact_pins_and_nothing_else() -> None:
    loose = [line for line in pin_lines() if not re.fullmatch(r"[A-Za-z0-9._-]+==[0-9][A-Za-z0-9.+!]*", line)]
    assert loose == []
    assert len(pins()) == len(pin_lines())


@pytest.mark.parametrize("requirement", DECLARED)
def test_each_declared_dependency_is_pinned_within_its_range(requirement: Requirement) -> None:
    pin = pins().get(canonicalize_name(requirement.name))
    assert pin is not None, "not pinned: make requirements"
    assert requirement.specifier.contains(pin), f"{pin} is out of range: make requirements"


def test_every_declared_dependency_is_a_range() -> None:
    """`pip install .` must fit into other people's environments: no dependency is pinned or without any bound."""
    for parameter in DECLARED:
        requirement = parameter.values[0]
        assert isinstance(requirement, Requirement)
        assert requirement.specifier, requirement
        assert all(bound.operator != "==" for bound in requirement.specifier), requirement


def test_the_slow_json_schema_extra_stays_out() -> None:
    """rfc3987-syntax would cost every process that imports nbformat seconds."""
    assert "rfc3987-syntax" not in pins()


def test_environment_yml_is_python_and_the_pins() -> None:
    lines = (ROOT / "environment.yml").read_text(encoding="utf-8").splitlines()
    entries = [line.strip() for line in lines[lines.index("dependencies:") + 1 :]]
    python = entries.pop(0)
    assert entries == ["- pip", "- pip:", "- -r requirements.txt", "- -e ."]
    assert python.startswith("- python>=")
    offered = SpecifierSet(python.removeprefix("- python"))
    required = SpecifierSet(PROJECT["requires-python"])
    versions = [f"3.{minor}" for minor in range(9, 15)]
    assert [v for v in versions if v in offered] == [v for v in versions if v in required]


# ---- the package ---------------------------------------------------------------------------------------------------


def files_below(folder: Path) -> set[str]:
    """What is part of the package: every file but the traces of running it."""
    found = (path.relative_to(folder.parent) for path in folder.rglob("*") if path.is_file())
    return {path.as_posix() for path in found if "__pycache__" not in path.parts and path.name != ".DS_Store"}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel built from a copy, so that neither old build files get in nor new ones into the checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    source.mkdir()
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    shutil.copytree(ROOT / "ipclab", source / "ipclab", ignore=shutil.ignore_patterns("__pycache__"))
    pip(["wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(folder), str(source)])
    [built] = folder.glob("*.whl")
    return built


def pip(arguments: list[str]) -> None:
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_wheel_holds_every_file_of_the_package(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        packed = {name for name in archive.namelist() if name.startswith("ipclab/")}
    assert "ipclab/py.typed" in packed
    assert packed == files_below(ROOT / "ipclab")


def test_the_installed_wheel_imports_from_anywhere(wheel: Path, tmp_path: Path) -> None:
    target = tmp_path / "target"
    pip(["install", "--no-deps", "--no-index", "--target", str(target), str(wheel)])
    done = subprocess.run(
        [sys.executable, "-c", "import ipclab; print(ipclab.__file__)"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(target)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert Path(done.stdout.strip()).resolve() == (target / "ipclab" / "__init__.py").resolve()


# ---- the Makefile --------------------------------------------------------------------------------------------------

needs_make = pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")

# Says what it is asked, one call a line, and does nothing; `python` stands for the one it plays.
RECORDER = """#!/bin/sh
case "$*" in
    "-m venv --clear "*) mkdir -p .venv/bin && cp "$0" .venv/bin/python ;;
    *"{fails_on}"*) exit 1 ;;
esac
echo "$*" >> calls
"""


class Checkout:
    """A folder with our Makefile in which Python is a script that notes what it is asked to do."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.python = folder / "python"
        for name in ("Makefile", "requirements.txt", "pyproject.toml"):
            shutil.copy(ROOT / name, folder)
        self.play()

    def play(self, fails_on: str = "never asked for") -> None:
        self.python.write_text(RECORDER.replace("{fails_on}", fails_on))
        self.python.chmod(0o755)

    def make(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        # Neither the flags of a make that runs these tests nor this machine's display.
        kept_out = ("MAKEFLAGS", "MAKELEVEL", "ARGS", "DISPLAY", "WAYLAND_DISPLAY")
        inherited = {name: value for name, value in os.environ.items() if name not in kept_out}
        return subprocess.run(
            ["make", f"PYTHON={self.python}", *arguments],
            cwd=self.folder,
            env=inherited | environment,
            capture_output=True,
            text=True,
            timeout=60,
        )

    def calls(self) -> list[str]:
        """What Python was asked since the last look."""
        notes = self.folder / "calls"
        lines = notes.read_text().splitlines() if notes.exists() else []
        notes.unlink(missing_ok=True)
        return lines

    def installs(self) -> list[str]:
        return [call for call in self.calls() if " install " in call]


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    folder = tmp_path / "a checkout"  # a path with a space
    folder.mkdir()
    return Checkout(folder)


@needs_make
def test_the_first_make_installs_the_pins_and_the_second_nothing(checkout: Checkout) -> None:
    assert checkout.make("types").returncode == 0
    dependencies, project = checkout.installs()
    assert dependencies.endswith("-r requirements.txt")
    assert project.endswith("--no-deps --no-build-isolation -e .")

    assert checkout.make("types").returncode == 0
    assert checkout.calls() == ["-m mypy"]


@needs_make
@pytest.mark.parametrize("changed", ["requirements.txt", "pyproject.toml"])
def test_changed_pins_are_installed_into_the_venv_that_is_there(checkout: Checkout, changed: str) -> None:
    checkout.make("types")
    checkout.calls()
    ready = checkout.folder / ".venv" / ".ipclab-ready"
    os.utime(checkout.folder / changed, (ready.stat().st_mtime + 5,) * 2)
    assert checkout.make("types").returncode == 0
    calls = checkout.calls()
    assert not any("venv" in call for call in calls)
    assert sum(" install " in call for call in calls) == 2


@needs_make
def test_an_interrupted_installation_starts_afresh(checkout: Checkout) -> None:
    checkout.play(fails_on="-m pip install")
    assert checkout.make("types").returncode != 0
    checkout.calls()

    checkout.play()
    assert checkout.make("types").returncode == 0
    calls = checkout.calls()
    assert any(call.startswith("-m venv --clear") for call in calls)
    assert sum(" install " in call for call in calls) == 2


@needs_make
def test_a_moved_checkout_is_installed_anew(checkout: Checkout) -> None:
    checkout.make("types")
    checkout.calls()
    moved = checkout.folder.rename(checkout.folder.with_name("moved"))
    checkout.folder, checkout.python = moved, moved / "python"
    assert checkout.make("types").returncode == 0
    assert len(checkout.installs()) == 2


@needs_make
def test_a_python_without_venv_or_pip_is_told_what_to_install(checkout: Checkout) -> None:
    checkout.play(fails_on="ensurepip")
    done = checkout.make("lab")
    assert done.returncode != 0
    assert "apt install python3-venv" in done.stderr


@needs_make
def test_a_python_that_is_too_old_is_named(checkout: Checkout) -> None:
    checkout.play(fails_on="version_info")
    done = checkout.make("lab")
    assert done.returncode != 0
    assert f'needs Python 3.11 or newer, and "{checkout.python}" is not' in done.stderr


@needs_make
@pytest.mark.skipif(sys.platform != "linux", reason="other systems always have a display")
def test_lab_opens_a_browser_only_where_there_is_a_display(checkout: Checkout) -> None:
    checkout.make("lab", "ARGS=--port 9000")
    [start] = [call for call in checkout.calls() if call.startswith("-m jupyterlab")]
    assert start.startswith("-m jupyterlab notebooks/00-welcome.ipynb ")
    assert start.endswith(" --port 9000")
    assert "--no-browser" in start
    assert ("--allow-root" in start) == (os.getuid() == 0)

    for display in ({"DISPLAY": ":0"}, {"WAYLAND_DISPLAY": "wayland-0"}):
        checkout.make("lab", **display)
        [start] = checkout.calls()
        assert "--no-browser" not in start


@needs_make
def test_make_test_runs_every_check_in_order(checkout: Checkout) -> None:
    checkout.make("types")
    checkout.calls()
    assert checkout.make("test").returncode == 0
    assert [call.strip() for call in checkout.calls()] == [
        "-m ruff check .",
        "-m ruff format --check .",
        "-m mypy",
        "-m pytest --ignore=tests/browser",
        "-m pytest --nbval --nbval-cell-timeout 120 notebooks",
        "-m pytest tests/browser",
    ]


@needs_make
def test_a_failed_check_ends_make_test(checkout: Checkout) -> None:
    checkout.play(fails_on="-m mypy")
    assert checkout.make("test").returncode != 0
    assert "pytest" not in " ".join(checkout.calls())
