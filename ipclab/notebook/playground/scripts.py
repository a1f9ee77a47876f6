"""The cells of each pattern, for a payload and for what is broken."""

from __future__ import annotations

from collections.abc import Set
from typing import Literal, TypeAlias

from ipclab.notebook.playground.cells import PAGE, Cell, cell, defined

Switch: TypeAlias = Literal["no_listener", "unclonable", "receiver_gone", "slow", "blocked_main"]
Broken: TypeAlias = Set[Switch]

#: Two seconds, as the switch says.
SLEEP = "time.sleep(2)  # main stands still"

BLOCK = 'ipc_renderer.send("block")'
BLOCKS = defined('ipc_main.on("block")', "block(event)", SLEEP)
CLOSES_ASKER = "BrowserWindow.from_web_contents(event.sender).destroy()"

GOT = 'print("main has got", repr(payload))'
PAGE_GOT = 'print("the page has got", repr(payload))'


def windows(dial: int | None = None, options: str = "", loads: bool = False) -> list[Cell]:
    """Return the cells that open the two windows."""
    parts = [f"app.electron_version = {dial}"] if dial else []
    parts += [f'{name} = BrowserWindow(title="{name}"{options})' for name in ("win", "other")]
    if not loads:
        return [cell("main", "", *parts, opens=True)]
    parts += [f'await {name}.load_file("{PAGE}")' for name in ("win", "other")]
    return [Cell("page", "<p>A page that may keep something.</p>", opens=True), cell("main", "", *parts, opens=True)]


def _listener(on: str, broken: Broken, *lines: str) -> str:
    """Main's listener or handler of the payload, if there is one; a slow one awaits."""
    if "no_listener" in broken:
        return ""
    return defined(on, "on_play(event, payload)", *lines, slow="slow" in broken)


def _page_listener(channel: str, broken: Broken, slow: bool = False) -> str:
    """A page's listener of the payload, if there is one; a slow one keeps its page busy."""
    if "no_listener" in broken:
        return ""
    busy = ["time.sleep(1)  # the page is busy"] if slow and "slow" in broken else []
    return defined(f'ipc_renderer.on("{channel}")', f"on_{channel}(event, payload)", *busy, PAGE_GOT)


def _blocks(broken: Broken) -> str:
    return BLOCKS if "blocked_main" in broken else ""


def _block(broken: Broken) -> str:
    return BLOCK if "blocked_main" in broken else ""


def _closes_asker(broken: Broken) -> list[str]:
    return [CLOSES_ASKER] if "receiver_gone" in broken else []


def send(payload: str, broken: Broken) -> list[Cell]:
    return [
        *windows(),
        cell("main", payload, _blocks(broken), _listener('ipc_main.on("play")', broken, GOT)),
        cell("win", payload, _block(broken), 'ipc_renderer.send("play", PAYLOAD)'),
    ]


def invoke(payload: str, broken: Broken) -> list[Cell]:
    lines = [GOT, *_closes_asker(broken), 'return "pong"']
    return [
        *windows(),
        cell("main", payload, _blocks(broken), _listener('ipc_main.handle("play")', broken, *lines)),
        cell(
            "win",
            payload,
            _block(broken),
            'answer = await ipc_renderer.invoke("play", PAYLOAD)',
            'print("main answers", repr(answer))',
        ),
    ]


def reply(payload: str, broken: Broken) -> list[Cell]:
    hears = _page_listener("played", broken)
    answers = defined(
        'ipc_main.on("play")',
        "on_play(event, payload)",
        *_closes_asker(broken),
        'event.reply("played", payload)',
        slow="slow" in broken,
    )
    return [
        *windows(),
        cell("main", payload, _blocks(broken), answers),
        cell("win", payload, hears, _block(broken), 'ipc_renderer.send("play", PAYLOAD)'),
    ]


def send_sync(payload: str, broken: Broken) -> list[Cell]:
    lines = [GOT, *_closes_asker(broken), 'event.return_value = "pong"']
    return [
        *windows(),
        cell("main", payload, _blocks(broken), _listener('ipc_main.on("play")', broken, *lines)),
        cell(
            "win",
            payload,
            _block(broken),
            'answer = ipc_renderer.send_sync("play", PAYLOAD)',
            'print("main answers", repr(answer))',
        ),
    ]


def to_page(payload: str, broken: Broken) -> list[Cell]:
    gone = "win.destroy()" if "receiver_gone" in broken else ""
    sleeps = SLEEP if "blocked_main" in broken else ""
    return [
        *windows(),
        cell("win", payload, _page_listener("play", broken, slow=True)),
        cell("main", payload, gone, 'win.web_contents.send("play", PAYLOAD)', sleeps),
    ]


def broadcast(payload: str, broken: Broken) -> list[Cell]:
    gone = "other.destroy()" if "receiver_gone" in broken else ""
    sleeps = SLEEP if "blocked_main" in broken else ""
    sends = 'for receiver in (win, other):\n    receiver.web_contents.send("play", PAYLOAD)'
    return [
        *windows(),
        cell("win other", payload, _page_listener("play", broken, slow=True)),
        cell("main", payload, gone, sends, sleeps),
    ]


def relay(payload: str, broken: Broken) -> list[Cell]:
    hears = _page_listener("play", broken)
    passes_on = defined(
        'ipc_main.on("relay")',
        "on_relay(event, payload)",
        'other.web_contents.send("play", payload)',
        slow="slow" in broken,
    )
    gone = "other.destroy()" if "receiver_gone" in broken else ""
    return [
        *windows(),
        cell("other", payload, hears),
        cell("main", payload, gone, _blocks(broken), passes_on),
        cell("win", payload, _block(broken), 'ipc_renderer.send("relay", PAYLOAD)'),
    ]


def send_to(payload: str, broken: Broken) -> list[Cell]:
    gone = "other.destroy()" if "receiver_gone" in broken else ""
    tells = 'ipc_main.handle("id-of-other", lambda event: other_id)'
    return [
        *windows(dial=27),
        cell("other", payload, _page_listener("play", broken, slow=True)),
        cell("main", payload, "other_id = other.web_contents.id", gone, tells, _blocks(broken)),
        cell(
            "win",
            payload,
            'other_id = await ipc_renderer.invoke("id-of-other")',
            _block(broken),
            'ipc_renderer.send_to(other_id, "play", PAYLOAD)',
        ),
    ]


def get_global(payload: str, broken: Broken) -> list[Cell]:
    shares = "" if "no_listener" in broken else "global_.play = PAYLOAD"
    return [
        *windows(dial=9, options=', web_preferences={"enable_remote_module": True}'),
        cell("main", payload, 'vars(global_).pop("play", None)' if not shares else "", shares, _blocks(broken)),
        cell("win", payload, _block(broken), 'print("the page reads", repr(remote.get_global("play")))'),
    ]


def storage(payload: str, broken: Broken) -> list[Cell]:
    hears = (
        ""
        if "no_listener" in broken
        else defined(
            'window.add_event_listener("storage")', "on_storage(event)", 'print("the page reads", event.new_value)'
        )
    )
    text = "PAYLOAD" if "unclonable" in broken else "json.dumps(PAYLOAD)"
    gone = "other.destroy()" if "receiver_gone" in broken else ""
    return [
        *windows(loads=True),
        cell("other", payload, 'local_storage.remove_item("play")  # what is there already is no change', hears),
        cell("main", payload, gone, _blocks(broken)),
        cell("win", payload, _block(broken), f'local_storage.set_item("play", {text})'),
    ]
