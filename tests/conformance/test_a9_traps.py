"""What `remote` looks as if it did, and does not (semantics a.9, the traps)."""

from __future__ import annotations

import gc
import weakref
from typing import Any

import pytest
from ipc import open_page, program
from remote_pages import asked, failure, open_remote_page
from rules import different, held

from ipclab import app, global_, once, settle, trace

# --- the frozen members --------------------------------------------------------------------------------------------


@held(
    "a.9", "traps", "A property that main adds later stays invisible while the proxy is alive, also by `getGlobal`."
)
@held("a.9", "traps", "Once the proxy is gone, the next one sees the new property.")
@program
async def test_the_members_are_those_of_the_first_proxy() -> None:
    global_.shared = {"user": "John"}
    contents = await open_remote_page("shared = remote.get_global('shared')")
    global_.shared["role"] = "admin"
    assert await contents.execute("[list(shared), list(remote.get_global('shared')), 'role' in shared]") == [
        ["user"],
        ["user"],
        False,
    ]
    assert await contents.execute("del shared\nlist(remote.get_global('shared'))") == ["user", "role"]


@different(
    "a.9",
    "traps",
    "Reading a member that the proxy does not know gives `undefined`, without a message.",
    "It is an AttributeError that names the members it knows, as an attribute and as an item; no message either.",
)
@program
async def test_an_unknown_member_is_an_error_that_lists_the_others() -> None:
    global_.shared = {"user": "John", "items": []}
    contents = await open_remote_page("shared = remote.get_global('shared')")
    told = (
        "AttributeError: <remote dict shared: user, items> has no 'role'. "
        "It has those that there were when it was first asked for: user, items"
    )
    assert [await failure(contents, code) for code in ("shared.role", "shared['role']")] == [told, told]
    assert asked() == ["getGlobal shared"]


@held("a.9", "traps", "Assigning an unknown property makes one of the proxy's own: main never hears of it.")
@pytest.mark.parametrize("new", ["shared.role", "shared['role']"])
@program
async def test_an_unknown_property_that_is_set_is_the_proxys_own(new: str) -> None:
    global_.shared = {"user": "John"}
    contents = await open_remote_page("shared = remote.get_global('shared')")
    assert await contents.execute(f"{new} = 'admin'\n[shared.role, shared['role'], list(shared)]") == [
        "admin",
        "admin",
        ["user", "role"],
    ]
    assert global_.shared == {"user": "John"}
    assert asked() == ["getGlobal shared"]


@held("a.9", "method read", "A method can be replaced and deleted in the page: main keeps its own.")
@program
async def test_a_method_can_be_replaced_and_deleted_in_the_page() -> None:
    global_.api = {"f": lambda: "main's"}
    contents = await open_remote_page("api = remote.get_global('api')")
    assert await contents.execute("before = api.f()\napi.f = lambda: 'mine'\n[before, api.f()]") == ["main's", "mine"]
    await contents.execute("del api.f")
    assert await contents.execute("api.f()") == "main's"
    await contents.execute("del api.f")
    assert (await failure(contents, "api.f")).startswith("AttributeError: <remote dict api> has no 'f'.")
    assert list(global_.api) == ["f"]


@held("a.9", "proxies", "A property that leads to main's cannot be deleted.")
@program
async def test_a_property_cannot_be_deleted() -> None:
    global_.shared = {"user": "John"}
    contents = await open_remote_page("shared = remote.get_global('shared')")
    for code in ("del shared.user", "del shared['user']"):
        assert await failure(contents, code) == (
            "TypeError: Cannot delete property 'user' of <remote dict shared: user>: only main can"
        )


# --- what is written is a copy -------------------------------------------------------------------------------------


@held("a.9", "property write", "The value is a copy: what the page changes in it later, main does not see.")
@held("a.9", "property write", "An object that occurs twice arrives as two; one that contains itself has null there.")
@program
async def test_values_that_are_written_are_copies() -> None:
    global_.shared = {"user": None}
    contents = await open_remote_page("""
shared = remote.get_global("shared")
user = {"name": "John", "roles": ["admin"]}
user["self"] = user["roles"].append(user) or user
user["same"] = [user["roles"], user["roles"]]
shared.user = user
user["name"] = "changed"
""")
    kept = global_.shared["user"]
    assert kept == {
        "name": "John",
        "roles": ["admin", None],
        "self": None,
        "same": [["admin", None], ["admin", None]],
    }
    assert kept["same"][0] is not kept["same"][1]
    assert await contents.execute("shared.user is user") is False


@held("a.9", "method call", "Instances of the page's classes arrive as plain objects of their fields.")
@held("a.9", "method call", "Proxies that are passed back are the original objects again.")
@program
async def test_proxies_come_back_as_the_originals() -> None:
    seen: list[Any] = []
    global_.see = lambda *values: seen.extend(values)
    thing: dict[str, Any] = {"inner": {}}
    global_.thing = thing
    contents = await open_remote_page("thing, see = remote.get_global('thing'), remote.get_global('see')")
    await contents.execute("""
class Point:
    def __init__(self): self.x, self.thing = 1, thing
see(thing, [thing.inner], {"see": see}, Point())
""")
    assert seen[0] is thing
    assert seen[1][0] is thing["inner"]
    assert seen[2] == {"see": global_.see}
    assert seen[3] == {"x": 1, "thing": thing}
    assert seen[3]["thing"] is thing


@held("a.9", "method call", "What cannot be cloned is refused, and nothing is sent.")
@program
async def test_what_cannot_be_cloned_is_refused() -> None:
    global_.api = {"f": lambda *_: None, "x": 1}
    contents = await open_remote_page("import threading\napi = remote.get_global('api')")
    for code, path in (
        ("api.f(1, [threading.Lock()])", "args[1][0]"),
        ("api.x = {'a': threading.Lock()}", "args[0].a"),
    ):
        assert await failure(contents, code) == f"DataCloneError: An object could not be cloned.\n{path} is a lock"
    assert asked()[1:] == ["call api.f", "set api.x"]
    assert [message.outcome for message in trace if message.kind == "remote"] == ["delivered", "refused", "refused"]


# --- functions of the page -----------------------------------------------------------------------------------------


@held(
    "a.9", "traps", "Callbacks run asynchronously, and their return value is lost: `map` in main gives `undefined`s."
)
@program
async def test_callbacks_have_no_result() -> None:
    global_.map = lambda function: [function(number) for number in (1, 2)]
    contents = await open_remote_page("""
order = []
def double(number):
    order.append(number)
    return 2 * number
""")
    assert await contents.execute("found = remote.get_global('map')(double)\norder.append('back')\nfound") == [
        None,
        None,
    ]
    await settle()
    assert await contents.execute("order") == ["back", 1, 2]
    assert [(m.kind, m.sender, m.receiver, m.channel, m.args, m.outcome) for m in trace if m.sender == "main"][
        1:3
    ] == [
        ("remote", "main", "renderer 1", "callback double", [1], "delivered"),
        ("remote", "main", "renderer 1", "callback double", [2], "delivered"),
    ]


@held("a.9", "callbacks", "Arguments are converted as results are: objects are proxies.")
@held("a.9", "callbacks", "The same function is the same callback: a listener can be removed again.")
@program
async def test_a_page_listens_to_mains_events() -> None:
    contents = await open_remote_page("""
heard = []
def listen(event, value): heard.append([repr(event), value.x, value["x"]])
app = remote.app
app.on("news", listen)
""")
    app.emit("news", {"an": "event"}, {"x": 5})
    await settle()
    assert await contents.execute("heard") == [["<remote dict: an>", 5, 5]]
    assert app.listener_count("news") == 1
    await contents.execute("app.off('news', listen)\nNone")
    assert app.listener_count("news") == 0


@held("a.9", "traps", "Callbacks leak until they are removed: then main forgets them, and the page can, too.")
@program
async def test_callbacks_are_kept_until_they_are_removed() -> None:
    contents = await open_remote_page("""
import weakref
def listen(*_): pass
reference = weakref.ref(listen)
app = remote.app
app.on("news", listen)
""")
    await contents.execute("del listen")
    await settle()
    assert await contents.execute("reference() is not None")
    await contents.execute("app.off('news', reference())\nNone")
    await settle()
    assert await contents.execute("reference() is None")


@held(
    "a.9",
    "traps",
    "Calling a callback whose window is gone warns `Attempting to call a function in a renderer window that has been "
    "closed or released.` with its place and events, and unsubscribes it.",
)
@pytest.mark.parametrize("end", ["close", "reload", "crash"])
@program
async def test_a_callback_whose_window_is_gone(end: str, capsys: pytest.CaptureFixture[str]) -> None:
    contents = await open_remote_page("""
app = remote.app
def listen(*_): pass
for name in ("news", "more"): app.on(name, listen)
""")
    await open_page()  # so that the app does not quit
    if end == "reload":
        await contents.reload()
    elif end == "crash":
        contents.forcefully_crash_renderer()
        await once(contents, "render-process-gone")
    else:
        contents.close()
    capsys.readouterr()
    app.emit("news")
    assert capsys.readouterr().err == (
        "Attempting to call a function in a renderer window that has been closed or released.\n"
        "Function provided here: <execute>:6\n"
        "Remote event names: news, more\n"
    )
    assert (app.listener_count("news"), app.listener_count("more")) == (0, 0)
    app.emit("news")
    assert capsys.readouterr().err == ""


@held("a.9", "callbacks", "One that is called when its page is about to go is told of when the page has gone.")
@program
async def test_a_callback_that_finds_another_page(capsys: pytest.CaptureFixture[str]) -> None:
    contents = await open_remote_page("remote.get_current_web_contents().on('news', lambda: print('heard'))")
    load = contents.reload()
    contents.emit("news")
    await load
    await settle()
    assert capsys.readouterr() == (
        "",
        "Attempting to call a function in a renderer window that has been closed or released.\n"
        "Function provided here: <execute>:3\n"
        "Remote event names: news\n",
    )
    assert contents.listener_count("news") == 0
    assert [m.outcome for m in trace if m.channel.startswith("callback")] == ["unheard"]


# --- reference counting --------------------------------------------------------------------------------------------


class Thing:
    """Something that can be seen to go."""


@held("a.9", "references", "Main keeps an object while a page has a proxy of it, and no longer.")
@pytest.mark.parametrize("end", ["forgotten", "reload", "close", "crash"])
@program
async def test_main_keeps_what_a_page_holds(end: str) -> None:
    global_.make = Thing
    contents = await open_remote_page("same = thing = remote.get_global('make')()")
    await open_page()  # so that the app does not quit
    reference = next(weakref.ref(found) for found in gc.get_objects() if type(found) is Thing)
    await contents.execute("del same")
    await contents.execute("0")  # behind it, main has been told what the page has forgotten
    gc.collect()
    assert reference() is not None
    if end == "reload":
        await contents.reload()
    elif end == "close":
        contents.close()
    elif end == "crash":
        contents.forcefully_crash_renderer()
        await once(contents, "render-process-gone")
    else:
        await contents.execute("del thing")
        await contents.execute("0")
    gc.collect()
    assert reference() is None


@held("a.9", "references", "Two pages may hold one object; it goes with the last of them.")
@program
async def test_two_pages_hold_one_object() -> None:
    global_.thing = Thing()
    reference = weakref.ref(global_.thing)
    first, second = [await open_remote_page("thing = remote.get_global('thing')") for _ in range(2)]
    del global_.thing
    for contents, gone in ((first, False), (second, True)):
        await contents.execute("del thing")
        await contents.execute("0")
        gc.collect()
        assert (reference() is None) is gone
