"""How long storage lives: the default session as long as the app, `persist:` partitions for longer (design 4.7)."""

from __future__ import annotations

import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from ipc import LIMIT, is_alive, program, run_program
from kernel import kernels
from stored import failure, stored_page, temporary_folder

from ipclab import app, restart
from ipclab.main import storage_folder

KEEPS = """
local_storage["a"] = "kept"
session_storage["a"] = "kept"
db = await indexed_db.open("test", 1, lambda db, *_: db.create_object_store("s"))
await db.put("s", "kept", 1)
"""
LOOKS = """[
    local_storage.get_item("a"), session_storage.get_item("a"),
    [await (await indexed_db.open(one["name"])).get("s", 1) for one in await indexed_db.databases()],
]"""
NOTHING: list[object] = [None, None, []]
WORK = """
async def work():
    while True:
        await db.put("s", "x" * 10_000, 1)
        local_storage["n"] = "x" * 10_000
        await asyncio.sleep(0)
working = asyncio.create_task(work())
None
"""

#: Shows where things are: the temporary folder and the process that removes it, and a renderer.
SHOW = "print(temporary_folder(), storage_folder._temporary._remover.pid, contents.get_os_process_id(), flush=True)"


def script(*lines: str) -> str:
    """Return a program that does this in its main process."""
    body = "".join(f"    {line}\n" for line in lines)
    return f"""
import asyncio, os, signal, sys, time
sys.path[:0] = {[str(Path(__file__).parent)]!r}
from ipclab import restart
from ipclab.main import storage_folder
from stored import stored_page, temporary_folder
KEEPS, LOOKS = {KEEPS!r}, {LOOKS!r}
async def main():
{body}
asyncio.run(main())
"""


@pytest.fixture(autouse=True)
def user_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where `persist:` partitions are kept: not where this user's are."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    return Path(app.get_path("user_data"))


def wait_until(done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + LIMIT
    while not done():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def runs(pid: int) -> bool:
    """Whether a process runs; not so a dead one that nobody has waited for yet."""
    stat_file = Path(f"/proc/{pid}/stat")
    try:
        return stat_file.read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return not stat_file.parent.parent.exists() and is_alive(pid)


# --- the default session -------------------------------------------------------------------------------------------


@program
async def test_restart_resets_the_default_session(user_data: Path) -> None:
    contents = await stored_page(KEEPS)
    folder = temporary_folder()
    await contents.reload()
    assert await contents.execute(LOOKS) == ["kept", "kept", ["kept"]]
    await restart()
    assert not folder.exists()
    contents = await stored_page()
    assert await contents.execute(LOOKS) == NOTHING
    assert temporary_folder() != folder
    assert not user_data.exists()


@program
async def test_its_folder_is_private_and_made_when_it_is_needed() -> None:
    contents = await stored_page("from ipclab import local_storage, session_storage, indexed_db")
    assert storage_folder._temporary is None
    await contents.execute("local_storage.length")
    folder = temporary_folder()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert [path.name for path in folder.iterdir()] == ["default"]


@program
async def test_partitions_of_other_names_are_apart_and_as_short_lived(user_data: Path) -> None:
    windows = [
        await stored_page(partition=name) for name in ("", "other", "Other", "..", "persist", "a/b", "x" * 300)
    ]
    for contents in windows:
        assert await contents.execute(LOOKS) == NOTHING
        await contents.execute(KEEPS)
    same = await stored_page(partition="other")
    assert await same.execute("local_storage['a']") == "kept"
    folder = temporary_folder()
    assert len([path for path in folder.iterdir() if path.is_dir()]) == len(windows)
    await restart()
    assert await (await stored_page(partition="other")).execute(LOOKS) == NOTHING
    assert not user_data.exists()
    assert not folder.exists()


@program
async def test_it_is_removed_even_if_the_process_that_does_so_is_killed() -> None:
    await stored_page(KEEPS)
    folder = temporary_folder()
    assert storage_folder._temporary is not None
    storage_folder._temporary._remover.kill()
    await restart()
    assert not folder.exists()


# --- partitions that persist ---------------------------------------------------------------------------------------


@program
async def test_persistent_partitions_survive_restart(user_data: Path) -> None:
    await stored_page(KEEPS, partition="persist:mine")
    apart = await stored_page(partition="persist:other")
    assert await apart.execute(LOOKS) == NOTHING
    assert sorted(path.name for path in (user_data / "Partitions").iterdir()) == ["mine", "other"]
    for _ in range(2):
        await restart()
        contents = await stored_page(partition="persist:mine")
        assert await contents.execute(LOOKS) == ["kept", None, ["kept"]]
        await contents.execute("await (await indexed_db.open('test')).put('s', 'kept', 1)")


@program
async def test_the_names_of_their_folders(user_data: Path) -> None:
    """As Electron's: escaped, in lower case. Without a name it is the default session."""
    for name in ("..", "Mine", "a/../b", "渲染"):
        await stored_page(KEEPS, partition=f"persist:{name}")
    names = sorted(path.name for path in (user_data / "Partitions").iterdir())
    assert names == ["%2E%2E", "%E6%B8%B2%E6%9F%93", "a%2F%2E%2E%2Fb", "mine"]
    assert await (await stored_page(partition="persist:mINE")).execute("local_storage['a']") == "kept"
    assert await (await stored_page(partition="persist:")).execute(LOOKS) == NOTHING
    await stored_page("local_storage['default'] = 1")
    assert await (await stored_page(partition="persist:")).execute("local_storage['default']") == "1"


def test_persistent_partitions_survive_the_program() -> None:
    partition = "partition='persist:mine'"
    first = run_program(script(f"await stored_page(KEEPS, {partition})", "os.kill(os.getpid(), signal.SIGKILL)"))
    assert first.returncode == -signal.SIGKILL, first.stderr
    second = run_program(script(f"print(await (await stored_page({partition})).execute(LOOKS))"))
    assert second.stdout == "['kept', None, ['kept']]\n", second.stderr


@program
async def test_without_a_folder_there_is_no_storage(user_data: Path) -> None:
    user_data.write_text("in the way")
    contents = await stored_page(partition="persist:mine")
    for use in ("local_storage.length", "await indexed_db.open('x')"):
        assert (await failure(contents, use)).startswith("Error: there can be no storage: ")
    assert await contents.execute("session_storage.length") == 0


# --- the end of the program ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("end", "code"),
    [
        ("await restart()", 0),
        ("pass", 0),
        ("sys.exit(3)", 3),
        ("1 / 0", 1),
        ("os._exit(0)", 0),
        ("os.kill(os.getpid(), signal.SIGTERM)", -signal.SIGTERM),
        ("os.kill(os.getpid(), signal.SIGKILL)", -signal.SIGKILL),
        ("os.killpg(os.getpgid(0), signal.SIGKILL)", -signal.SIGKILL),
    ],
)
def test_nothing_is_left_however_the_program_ends(end: str, code: int) -> None:
    """Also if pages are writing at that very moment."""
    source = script(
        "contents = await stored_page(KEEPS)",
        "await contents.execute(WORK)",
        "child = os.fork()",
        "if not child: os._exit(0)",
        "os.waitpid(child, 0)",
        SHOW,
        end,
    ).replace("WORK", repr(WORK))
    ended = subprocess.run(
        [sys.executable, "-c", source],
        capture_output=True,
        text=True,
        timeout=LIMIT,
        check=False,
        start_new_session=True,
    )
    assert ended.returncode == code, ended.stderr
    folder, *pids = ended.stdout.split()
    wait_until(lambda: not Path(folder).exists())
    wait_until(lambda: not any(runs(int(pid)) for pid in pids))


@pytest.mark.parametrize("end", ["kill", "shut_down"])
def test_it_lives_as_long_as_the_kernel(end: str) -> None:
    """From cell to cell, and not a moment longer, even if all that the kernel has started is killed with it."""
    with kernels() as shared:
        kernel = shared.fresh()
        kernel.good("from ipclab import BrowserWindow\nwin = BrowserWindow()")
        kernel.good("%%page notes.html\n<title>notes</title>")
        kernel.good("await win.load_file('notes.html')")
        kernel.good("%%renderer win\nfrom ipclab import local_storage\nlocal_storage['a'] = 'kept'")
        assert kernel.good("%%renderer win\nlocal_storage['a']").result == "'kept'"
        told = kernel.good("from ipclab.main import storage_folder\nprint(storage_folder._temporary.path)")
        folder = Path(told.stdout.strip())
        assert folder.exists()
        getattr(kernel, end)()
        wait_until(lambda: not folder.exists())
