"""What a load finds: files, pages kept under a name, `data:` and `app://` addresses, and the scripts in them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

from ipclab.errors import LoadError
from ipclab.protocol import Script

#: Pages and preload scripts kept under a name (``%%page``, ``%%preload``); they win over files.
named_pages: dict[str, str] = {}
named_preloads: dict[str, str] = {}

#: Folders whose pages ``app://HOST/PATH`` finds.
app_hosts: dict[str, Path] = {}

PYTHON_TYPES = ("py", "text/python", "text/x-python")


class PageSource:
    """A page as it is sent to a renderer. `notes` are console messages about what it asks for and does not get."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.html = ""
        self.title: str | None = None
        self.scripts: list[Script] = []
        self.notes: list[tuple[str, str]] = []


def from_file(path: str) -> PageSource:
    """Find what `load_file(path)` loads: a named page, else a file. LoadError if there is neither."""
    if path in named_pages:
        return _make(_address_of(path), path, named_pages[path], None)
    file = Path(path)
    return _read(file, f"file://{quote(str(file.absolute()))}")


def is_url(text: str) -> bool:
    """Whether `text` is an address at all."""
    try:
        return bool(urlsplit(text).scheme)
    except ValueError:
        return False


def from_url(url: str) -> PageSource:
    """Find what `load_url(url)` loads. LoadError with Chromium's code if it cannot be."""
    parts = urlsplit(url)
    if parts.scheme == "about" and parts.path == "blank":
        return PageSource(url)
    if parts.scheme == "data":
        kind, comma, text = url.removeprefix("data:").partition(",")
        if not comma:
            raise LoadError("ERR_INVALID_URL", -300, url)
        page = PageSource(url)
        if kind.split(";")[0] == "text/html":
            _parse(page, unquote(text), "data: page", None)
        return page
    if parts.scheme == "file":
        return _read(Path(unquote(parts.path)), url)
    if parts.scheme == "app":
        return _of_host(url, parts.netloc, unquote(parts.path))
    if parts.scheme in ("http", "https"):
        raise LoadError("ERR_INTERNET_DISCONNECTED", -106, url)
    raise LoadError("ERR_FAILED", -2, url)


def from_link(page: str, url: str) -> tuple[str, Callable[[], PageSource]]:
    """Return what a link of the page at `page` asks for, and what finds it. ValueError if it may not ask for that."""
    scheme = urlsplit(url).scheme
    if not scheme:
        raise ValueError(f"The link leads nowhere: {url:.200}")
    if scheme in ("data", "javascript"):
        raise ValueError(f"Not allowed to navigate top frame to {scheme} URL: {url:.200}")
    if scheme == "file" and urlsplit(page).scheme != "file":
        raise ValueError(f"Not allowed to load local resource: {url:.200}")
    address = url.partition("#")[0]
    name = next((each for each in named_pages if _address_of(each) == address), None)
    return (url, lambda: from_url(url)) if name is None else (name, lambda: from_file(name))


def _address_of(name: str) -> str:
    """The address of what is kept under a name: as if it were a file."""
    return f"file://{quote(str(Path.cwd() / name))}"


def _of_host(url: str, host: str, path: str) -> PageSource:
    """Find a page of a host: one kept by ``%%page app://HOST/PATH``, else a file of the host's folder."""
    address = f"app://{host}{path}"
    if address in named_pages:
        return _make(url, address, named_pages[address], None)
    folder = app_hosts.get(host)
    if folder is None:
        raise LoadError("ERR_FAILED", -2, url)
    file = (folder / path.lstrip("/")).resolve()
    if not file.is_relative_to(folder.resolve()):
        raise LoadError("ERR_FILE_NOT_FOUND", -6, url)
    return _read(file, url)


def preload_script(path: str) -> Script:
    """Find a preload: a named one, else a file. OSError if there is neither."""
    if path in named_preloads:
        return Script(path, named_preloads[path])
    return Script(path, Path(path).read_text(encoding="utf-8"))


def _read(file: Path, url: str) -> PageSource:
    try:
        text = file.read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError):
        raise LoadError("ERR_FILE_NOT_FOUND", -6, url) from None
    except PermissionError:
        raise LoadError("ERR_ACCESS_DENIED", -10, url) from None
    except (OSError, ValueError):
        raise LoadError("ERR_FAILED", -2, url) from None
    return _make(url, file.name, text, file.parent)


def _make(url: str, name: str, text: str, folder: Path | None) -> PageSource:
    page = PageSource(url)
    if name.endswith(".py"):
        page.scripts.append(Script(name, text))
    else:
        _parse(page, text, name, folder)
    return page


def _parse(page: PageSource, html: str, name: str, folder: Path | None) -> None:
    from ipclab.main.script_finder import ScriptFinder  # programs without pages need no HTML parser

    page.html = html
    finder = ScriptFinder()
    finder.feed(html)
    finder.close()
    page.title = finder.title.strip() if finder.title is not None else None
    for index, ((kind, src, line), text) in enumerate(zip(finder.found, finder.texts, strict=True)):
        if kind.lower() not in PYTHON_TYPES:
            what = f'<script src="{src}">' if src else "<script>"
            page.notes.append(
                ("warning", f'{what} ({name}, line {line}) is not run: ipclab runs <script type="py"> only')
            )
        elif src is None:
            # Blank lines before it, so that its line numbers are those of the page.
            page.scripts.append(Script(name, "\n" * (line - 1) + dedent(text), index))
        else:
            _add_file_script(page, src, folder, index)


def _add_file_script(page: PageSource, src: str, folder: Path | None, index: int) -> None:
    if src in named_pages:
        page.scripts.append(Script(src, named_pages[src], index))
        return
    file = (folder or Path.cwd()) / src
    try:
        page.scripts.append(Script(src, file.read_text(encoding="utf-8"), index))
    except (OSError, ValueError):
        page.notes.append(("error", f"Failed to load resource: net::ERR_FILE_NOT_FOUND ({src})"))


def dedent(text: str) -> str:
    """Scripts inside HTML are indented as the HTML is; Python minds."""
    import textwrap

    return textwrap.dedent(text)
