"""What `remote` copies and what it makes proxies of, and what each use costs (semantics a.9)."""

from __future__ import annotations

import datetime
import re
import types
from typing import Any

import pytest
from ipc import program
from remote_pages import asked, open_remote_page
from rules import different, held

from ipclab import Error, global_, settle, trace

# --- from main to the page -----------------------------------------------------------------------------------------


@held("a.9", "remote.getGlobal", "One synchronous message; a missing global is `undefined`.")
@program
async def test_get_global_is_one_message() -> None:
    global_.answer = 42
    contents = await open_remote_page()
    assert await contents.execute("[remote.get_global('answer'), remote.get_global('missing')]") == [42, None]
    await settle()
    assert [(m.kind, m.sender, m.receiver, m.channel, m.args, m.outcome) for m in trace] == [
        ("remote", "renderer 1", "main", "getGlobal answer", [], "delivered"),
        ("reply", "main", "renderer 1", "getGlobal answer", [42], "delivered"),
        ("remote", "renderer 1", "main", "getGlobal missing", [], "delivered"),
        ("reply", "main", "renderer 1", "getGlobal missing", [None], "delivered"),
    ]
    assert [message.answers for message in trace] == [None, 1, None, 3]


VALUES: list[Any] = [
    None,
    True,
    -7,
    2**80,
    1.5,
    "渲染进程",
    "\ud800",
    b"bytes",
    bytearray(b"bytes"),
    datetime.datetime(2020, 2, 29, 12, tzinfo=datetime.UTC),
    re.compile("a+", re.IGNORECASE),
]


@held("a.9", "remote.getGlobal", "Primitives, dates, regular expressions, errors, buffers and views are copied.")
@program
async def test_data_is_copied() -> None:
    contents = await open_remote_page()
    for value in VALUES:
        global_.value = value
        found = await contents.execute("remote.get_global('value')")
        assert (type(found), found) == (type(value), value)
    global_.value = ValueError("out of range")
    assert await contents.execute("(e := remote.get_global('value'), type(e).__name__, str(e))[1:]") == [
        "ValueError",
        "out of range",
    ]
    global_.value = Error("JavaScript's")
    assert await contents.execute("type(remote.get_global('value')).__name__") == "Error"


@held("a.9", "remote.getGlobal", "An array is a fresh copy at each read, converted item by item.")
@program
async def test_an_array_is_a_copy_whose_objects_are_proxies() -> None:
    global_.items = [1, [2, {"x": 1}], {"x": 2}]
    contents = await open_remote_page("first, second = remote.get_global('items'), remote.get_global('items')")
    assert await contents.execute(
        "[first is second, first[2] is second[2], first[1][1].x, first[2].x, repr(first)]"
    ) == [
        False,
        True,
        1,
        2,
        "[1, [2, <remote dict items[1][1]: x>], <remote dict items[2]: x>]",
    ]


@held("a.9", "traps", "Two windows share an object of main's, but arrays are snapshots.")
@program
async def test_objects_are_shared_and_arrays_are_snapshots() -> None:
    """The document's shared global, and the trap in it."""
    global_.shared_object = {"user": "", "list": [1]}
    first, second = await open_remote_page(), await open_remote_page()
    await first.execute("""
remote.get_global("shared_object").user = "John"
remote.get_global("shared_object").list.append(2)
""")
    assert await second.execute("shared = remote.get_global('shared_object')\n[shared.user, shared.list]") == [
        "John",
        [1],
    ]
    assert global_.shared_object == {"user": "John", "list": [1]}


@different(
    "a.9",
    "remote.getGlobal",
    "Only JavaScript's arrays are copied; its Map and Set are objects, of which there are proxies.",
    "Python's tuples, sets and dict views are copied as its lists are: a proxy of them would be of little use.",
)
@program
async def test_tuples_sets_and_dict_views_are_copied() -> None:
    global_.values = {"tuple": (1, 2), "set": {3}, "dict": {"a": 1}}
    contents = await open_remote_page("values = remote.get_global('values')")
    assert await contents.execute("[values.tuple, values.set, values.dict.keys(), values.dict.items()]") == [
        [1, 2],
        {3},
        ["a"],
        [["a", 1]],
    ]


class Counter:
    """An object of main's own."""

    unit = "things"

    def __init__(self) -> None:
        self.count = 0
        self._secret = "hidden"

    def add(self, number: int = 1) -> int:
        self.count += number
        return self.count

    @property
    def double(self) -> int:
        return 2 * self.count

    @classmethod
    def make(cls) -> Counter:
        return cls()


@held("a.9", "remote.getGlobal", "A plain or other object, or a function, is a remote proxy.")
@held("a.9", "proxies", "Are described at once with the names of all members, those of the prototypes too.")
@pytest.mark.parametrize(
    ("value", "text", "members"),
    [
        ({"user": "John", "greet": print}, "<remote dict thing: user, greet>", ["greet", "user"]),
        (Counter(), "<remote object thing>", ["add", "count", "double", "make", "unit"]),
        (types.SimpleNamespace(a=1, _b=2), "<remote object thing>", ["a"]),
        (Counter, "<remote class thing>", ["make", "unit"]),
        (len, "<remote function thing>", []),
        (Counter().add, "<remote function thing>", []),
    ],
    ids=["dict", "object", "namespace", "class", "builtin", "method"],
)
@program
async def test_other_values_are_proxies(value: object, text: str, members: list[str]) -> None:
    global_.thing = value
    contents = await open_remote_page("thing = remote.get_global('thing')")
    assert await contents.execute("[repr(thing), sorted(dir(thing))]") == [text, members]
    assert asked() == ["getGlobal thing"]


# --- using a proxy -------------------------------------------------------------------------------------------------


@held("a.9", "property read", "One message per dot: `getGlobal('a').b.c` are three.")
@program
async def test_a_property_read_is_one_message() -> None:
    global_.a = {"b": {"c": 5}}
    contents = await open_remote_page()
    assert await contents.execute("remote.get_global('a').b.c") == 5
    assert asked() == ["getGlobal a", "get a.b", "get a.b.c"]


@held("a.9", "property write", "One message, and main's object really changes.")
@program
async def test_a_property_write_changes_mains_object() -> None:
    global_.shared_object = {"user": ""}
    global_.counter = counter = Counter()
    contents = await open_remote_page(
        "shared, counter = remote.get_global('shared_object'), remote.get_global('counter')"
    )
    await contents.execute("shared.user = 'John'\ncounter.count = 7")
    assert (global_.shared_object, counter.double) == ({"user": "John"}, 14)
    assert asked()[2:] == ["set shared_object.user", "set counter.count"]
    assert [m.args for m in trace if m.channel.startswith("set")] == [["John"], [None], [7], [None]]


@held("a.9", "method call", "One message; the arguments are copied.")
@held("a.9", "constructor", "One message; the result is a proxy of the new object.")
@program
async def test_calls_are_one_message_each() -> None:
    global_.Counter = Counter
    global_.api = {"Counter": Counter, "add": lambda a, b=0: a + b}
    contents = await open_remote_page("Counter, api = remote.get_global('Counter'), remote.get_global('api')")
    found = await contents.execute("""
first, second = Counter(), api.Counter()
[first.add(), first.add(number=5), second.add(2), api.add(1, b=2), repr(first), Counter.make().count]
""")
    assert found == [1, 6, 2, 3, "<remote object Counter>", 0]
    assert asked()[2:] == [
        "new Counter",
        "new api.Counter",
        "call Counter.add",
        "call Counter.add",
        "call Counter.add",
        "call api.add",
        "call Counter.make",
        "get Counter.count",
    ]
    assert [m.args for m in trace if m.kind == "remote" and m.channel == "call Counter.add"] == [
        [],
        [{"number": 5}],
        [2],
    ]


@held("a.9", "method read", "Reading a method without calling it costs nothing.")
@held("a.9", "method read", "A method's own properties are loaded with one message when the first is read.")
@program
async def test_reading_a_method_costs_nothing() -> None:
    def greet() -> str:
        return f"hello, {greet.name}"  # type: ignore[attr-defined]

    greet.name = "nobody"  # type: ignore[attr-defined]
    global_.api = {"greet": greet}
    contents = await open_remote_page("greet = remote.get_global('api').greet")
    assert await contents.execute("[repr(greet), callable(greet)]") == ["<remote method api.greet>", True]
    assert asked() == ["getGlobal api"]
    assert await contents.execute("[greet.name, greet.name, greet()]") == ["nobody", "nobody", "hello, nobody"]
    assert asked()[1:] == ["get api.greet", "get api.greet.name", "get api.greet.name", "call api.greet"]
    assert await contents.execute("greet.name = 'John'\ngreet()") == "hello, John"


@held("a.9", "proxies", "The same object is the same proxy while the proxy is alive, however it was reached.")
@program
async def test_the_same_object_is_the_same_proxy() -> None:
    global_.a = global_.b = {"inner": {}}
    contents = await open_remote_page("a, window = remote.get_global('a'), remote.get_current_window()")
    assert await contents.execute("""[
    a is remote.get_global("b"),
    a.inner is a.inner,
    window.web_contents is remote.get_current_web_contents(),
    a.get == a.get,
]""") == [True, True, True, True]
