"""The magics: `%%renderer`, `%%page`, `%%preload` and `%ipclab`."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

from IPython.core import page
from IPython.core.displayhook import DisplayHook
from IPython.core.interactiveshell import InteractiveShell
from IPython.display import display

from ipclab import activity
from ipclab.errors import RendererError, renderer_error
from ipclab.main import console, pages, registry
from ipclab.main.browser_window import BrowserWindow
from ipclab.main.lockstep import lockstep
from ipclab.main.traffic import settle
from ipclab.main.web_contents import ISOLATED_WORLD, MAIN_WORLD, WebContents
from ipclab.notebook import cells, lookups
from ipclab.notebook.cell_text import Help, helps

OPTIONS = ("--page", "--timers")
USAGE = "%%renderer [--page] [--timers] WINDOW [WINDOW ...], for example: %%renderer win"


#: Seconds that a renderer has to say what an object is.
ON_DEMAND = 2.0

#: Seconds that interrupted code gets to say where it was.
LAST_WORDS = 0.3


class CellError(Exception):
    """A cell that cannot be run as it stands; shown as one sentence."""

    def _render_traceback_(self) -> list[str]:
        return [f"ipclab: {self}"]


class Shown:
    """The result of a renderer cell, shown as that process would show it."""

    def __init__(self, bundle: dict[str, str]) -> None:
        self._bundle = bundle

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:  # noqa: ARG002
        return self._bundle

    def labelled(self, label: str) -> Shown:
        """Return the same result, marked with the process it comes from."""
        lines = self._bundle["text/plain"].split("\n")
        return Shown({**self._bundle, "text/plain": "\n".join(f"{label} │ {line}" for line in lines)})

    def __repr__(self) -> str:
        return self._bundle["text/plain"]


@dataclass(frozen=True)
class Address:
    """Where a cell is to run, and whether it waits for timers."""

    targets: list[WebContents]
    world: str
    timers: bool


class Magics:
    """The magics of one shell."""

    def __init__(self, shell: InteractiveShell, running: cells.Cells) -> None:
        self._shell = shell
        self._cells = running

    # --- %%renderer ----------------------------------------------------------------------------------------------

    async def renderer(self, line: str, cell: str) -> Shown | None:
        """Run the cell in the renderer process of a window (or of several, one after the other)."""
        address = self.address(line)
        targets = address.targets
        source, asked = helps(cell)
        runs = [asyncio.ensure_future(self._run(contents, address.world, source)) for contents in targets]
        await _all_ended(runs)
        errors = [error for run in runs if (error := run.exception()) is not None]
        if address.timers and not errors:
            await self._wait_for_timers()
        if asked and not errors:
            await _show_help(address, asked)
        if len(runs) == 1 and not errors:
            return runs[0].result()
        for contents, run in zip(targets, runs, strict=True):
            if run.exception() is None and (shown := run.result()) is not None:
                display(shown.labelled(contents.label))  # type: ignore[no-untyped-call]
        for error in errors[1:]:
            console.write("\n".join(shown_lines(error)), error=True)
        if errors:
            raise errors[0]
        return None

    def address(self, line: str) -> Address:
        """Find the windows and the world that a `%%renderer` line names. CellError if it does not."""
        words = line.split()
        options = {word for word in words if word.startswith("-")}
        if unknown := [word for word in words if word in options and word not in OPTIONS]:
            raise CellError(f"unknown option {unknown[0]}. {USAGE}")
        names = [word for word in words if word not in options]
        if not names:
            raise CellError(f"say which window's renderer is to run this cell: {USAGE}")
        world = MAIN_WORLD if "--page" in options else ISOLATED_WORLD
        return Address([self._find(name) for name in names], world, "--timers" in options)

    def words(self, magic: str, used: list[str]) -> list[tuple[str, str]]:
        """Return what may stand on a magic's line beside the words that are there, each with its kind."""
        if magic == "renderer":
            names = [(name, "instance") for name, window in self._windows().items()]
            known = [*names, *((option, "keyword") for option in OPTIONS)]
        else:
            kept = pages.named_pages if magic == "page" else pages.named_preloads
            known = [(name, "path") for name in kept]
        return [one for one in known if one[0] not in used]

    async def _wait_for_timers(self) -> None:
        try:
            await settle(cells.SETTLE, timers=True)
        except TimeoutError as error:
            console.write(f"ipclab: {error}", error=True)

    async def _run(self, contents: WebContents, world: str, source: str) -> Shown | None:
        if not source.strip():
            return None
        name = f"cell [{activity.current.get()}], {contents.label}"
        cell = self._cells.runs_in(contents.id)
        what = f"this cell in {contents.label}"
        try:
            frame, _ = await contents.run(source, world, name, what, cell=cell, display=True)
        except RendererError as error:
            if isinstance(error, SyntaxError):
                raise _syntax_error(error) from None
            raise
        if frame.bundle is None or quiet(source):
            return None
        return Shown(frame.bundle)

    def _find(self, word: str) -> WebContents:
        """Find the window that a word of the magic's line names."""
        if word.isdecimal():
            window: Any = registry.windows.get(int(word))
            if window is None:
                raise CellError(f"there is no window with id {word}. {self._open_windows()}")
        elif word not in self._shell.user_ns:
            raise CellError(f"there is no window called {word!r} in the main process. {self._open_windows()}")
        else:
            window = self._shell.user_ns[word]
        if not isinstance(window, BrowserWindow):
            raise CellError(
                f"{word!r} is of type {type(window).__name__}, not a BrowserWindow. {self._open_windows()}"
            )
        if window.is_destroyed():
            raise CellError(f"the window {word!r} is closed, its renderer process is gone. {self._open_windows()}")
        return window.web_contents

    def _open_windows(self) -> str:
        if not registry.windows:
            return "No window is open: run the cell that opens one (win = BrowserWindow()) first"
        known = {window: name for name, window in self._windows().items()}
        named = [
            f"{known[window]} (id {number})" if window in known else f"id {number}"
            for number, window in registry.windows.items()
        ]
        return f"Open windows: {', '.join(named)}"

    def _windows(self) -> dict[str, BrowserWindow]:
        """The open windows that have a name in main."""
        names: dict[str, object] = self._shell.user_ns
        return {
            name: value
            for name, value in names.items()
            if isinstance(value, BrowserWindow) and not name.startswith("_") and not value.is_destroyed()
        }

    # --- %%page, %%preload ---------------------------------------------------------------------------------------

    def page(self, line: str, cell: str) -> None:
        """Keep the cell as a page that `load_file` finds under the name; windows that show it reload.

        A name of the form ``app://HOST/PATH`` is an address that `load_url` finds.
        """
        name = self._name(line, "%%page index.html")
        pages.named_pages[name] = cell
        for contents in list(registry.contents.values()):
            if contents.shows(name):
                contents.reload()

    def preload(self, line: str, cell: str) -> None:
        """Keep the cell as a preload script that `web_preferences` finds under the name."""
        name = self._name(line, "%%preload preload.py")
        pages.named_preloads[name] = cell
        for contents in list(registry.contents.values()):
            if contents.preloads(name):
                contents.reload()

    def _name(self, line: str, example: str) -> str:
        words = line.split()
        if len(words) != 1:
            raise CellError(f"give one name under which to keep this cell, for example: {example}")
        return words[0]

    # --- %ipclab -------------------------------------------------------------------------------------------------

    def ipclab(self, line: str) -> None:
        """`%ipclab lockstep on` or `off`: whether one thing happens after the other, or all at once."""
        words = line.split()
        if len(words) != 2 or words[0] != "lockstep" or words[1] not in ("on", "off"):
            raise CellError("usage: %ipclab lockstep on, or %ipclab lockstep off")
        lockstep.enabled = words[1] == "on"


async def _show_help(address: Address, asked: list[Help]) -> None:
    """Show what `name?` lines ask for, in the pager as IPython does."""
    shown = []
    for contents in address.targets:
        for line in asked:
            text = await lookups.description(contents, address.world, line.name, line.source, ON_DEMAND)
            if text:
                shown.append(text)
            elif text is None:
                console.write(f"ipclab: {contents.label} is too busy to say what {line.name} is", error=True)
            else:
                console.write_labelled(contents.label, "info", f"Object `{line.name}` not found.")
    if shown:
        page.page({"text/plain": "\n\n".join(shown)})


async def _all_ended(runs: list[asyncio.Task[Shown | None]]) -> None:
    """Wait for all `runs`. If the kernel is interrupted, raise the KeyboardInterrupt that says where they were."""
    try:
        await asyncio.wait(runs)
    except asyncio.CancelledError:
        # The renderers were interrupted, too; what does not listen is left to the end of the cell.
        done, pending = await asyncio.wait(runs, timeout=LAST_WORDS)
        for run in pending:
            run.cancel()
        for run in done:
            if getattr(error := run.exception(), "name", "") == "KeyboardInterrupt":
                assert error is not None
                raise error from None
        raise KeyboardInterrupt from None


def quiet(source: str) -> bool:
    """Whether the cell ends with a semicolon: as in plain cells, its result is not shown then."""
    ends: Any = DisplayHook.semicolon_at_end_of_expression
    return bool(ends(source))


def shown_lines(error: BaseException) -> list[str]:
    """What a notebook shows of an error that came from a renderer cell."""
    render = getattr(error, "_render_traceback_", None)
    return render() if render is not None else [console.text_of(error)]


def _syntax_error(error: RendererError) -> RendererError:
    """IPython shows what it takes for its own SyntaxErrors in its own way; this one is the renderer's."""
    told = renderer_error("SyntaxError", error.message, error.remote_traceback, builtin=False)
    told.process = error.process
    return told


def await_renderer(lines: list[str]) -> list[str]:
    """Input transformer: a renderer cell awaits its magic, so that main's loop runs while the renderer does."""
    if lines and lines[0].startswith("get_ipython().run_cell_magic('renderer',"):
        return [f"await {lines[0]}", *lines[1:]]
    return lines
