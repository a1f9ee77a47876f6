"""The playground: it runs the code that it shows, whatever is broken, and always says what came of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from front_end import WIDGET, FrontEnd, Model
from kernel import Kernel, Kernels, kernels, prepared_kernel, shared_kernels

from ipclab.notebook.playground.patterns import PATTERNS, SWITCHES
from ipclab.notebook.playground.payload import LONGEST, PayloadError, normal, source_of

PAYLOAD = {"text": "hello", "numbers": [1, 2, 3]}

MAKE = "play = ipclab.playground(monitor=False)"

#: The facts of a run as JSON.
FACTS = "print(json.dumps([run.outcome, list(run.lines), list(run.printed), run.error]))"

#: Begin a run, and wait until its message is on the way: main answers after a second.
IN_FLIGHT = """task = asyncio.ensure_future(play.run("invoke", slow=True))
while not trace:
    await asyncio.sleep(0)
"""

shared = shared_kernels()
kernel = prepared_kernel("import json", "from ipclab import BrowserWindow, app, ipc_main, trace", MAKE)


@pytest.fixture(scope="module")
def others() -> Iterator[Kernels]:
    with kernels() as others:
        yield others


def run(kernel: Kernel, call: str) -> tuple[str, list[str], list[str], str | None]:
    outcome, lines, printed, error = json.loads(kernel.good(f"run = await play.run({call})\n{FACTS}").stdout)
    return outcome, lines, printed, error


# --- the code does the same -----------------------------------------------------------------------------------------

EVERYTHING = [
    (pattern, switch)
    for pattern, known in PATTERNS.items()
    for switch in (None, *SWITCHES)
    if switch in (None, *known.how)
]


@pytest.mark.parametrize(
    ("pattern", "switch"), EVERYTHING, ids=[f"{pattern}-{switch}" for pattern, switch in EVERYTHING]
)
def test_the_code_that_is_shown_does_in_a_notebook_what_the_playground_does(
    kernel: Kernel, others: Kernels, pattern: str, switch: str | None
) -> None:
    switched = f", {switch}=True" if switch else ""
    played = kernel.start(f"run = await play.run({pattern!r}, {PAYLOAD}{switched})\n{FACTS}")
    other = others.fresh()
    cells = PATTERNS[pattern].cells(source_of(PAYLOAD), {switch} if switch else set())  # type: ignore[arg-type]
    ended = [other.run(cell.text) for cell in cells]
    assert all(cell.error is None for cell in ended[:-1])
    told = other.good(
        "from ipclab.notebook.playground.run import line\nimport json\n"
        "print(json.dumps([line(message) for message in ipclab.trace]))"
    )

    kernel.wait(played)
    assert played.error is None
    _, lines, printed, error = json.loads(played.stdout)
    assert lines == json.loads(told.stdout)
    assert error == ended[-1].error
    out = [line for cell in ended for line in cell.stdout.splitlines()]
    assert sorted(printed) == sorted(out + [line for cell in ended for line in cell.stderr.splitlines()])
    assert [line for line in printed if line in out] == out


OUTCOMES = {
    ("send", "no_listener"): "unheard",
    ("send", "unclonable"): "refused",
    ("invoke", "no_listener"): "unheard",
    ("invoke", "receiver_gone"): "lost",
    ("reply", "no_listener"): "unheard",
    ("reply", "receiver_gone"): "lost",
    ("send_sync", "no_listener"): "unheard",
    ("to_page", "no_listener"): "unheard",
    ("to_page", "unclonable"): "refused",
    ("to_page", "receiver_gone"): "not sent",
    ("broadcast", "no_listener"): "unheard",
    ("relay", "no_listener"): "unheard",
    ("send_to", "receiver_gone"): "lost",
    ("storage", "no_listener"): "not sent",
}


@pytest.mark.parametrize("pattern", PATTERNS)
def test_every_pattern_arrives_as_it_is_and_each_break_is_seen(kernel: Kernel, pattern: str) -> None:
    outcome, lines, printed, error = run(kernel, f"{pattern!r}, [1, 'two']")

    assert (outcome, error) == ("delivered", None)
    assert lines
    assert printed
    for switch in PATTERNS[pattern].how:
        if expected := OUTCOMES.get((pattern, switch)):
            assert run(kernel, f"{pattern!r}, [1, 'two'], {switch}=True")[0] == expected, switch


def test_switches_can_be_on_together(kernel: Kernel) -> None:
    on = "no_listener=True, slow=True, unclonable=True"

    assert run(kernel, f"'send', 1, {on}")[0] == "refused"
    assert run(kernel, "'invoke', 1, no_listener=True, receiver_gone=True, slow=True")[0] == "unheard"


# --- runs do not get in each other's way ----------------------------------------------------------------------------


def test_what_a_run_registers_is_taken_back_before_the_next(kernel: Kernel) -> None:
    run(kernel, "'reply'")
    run(kernel, "'send'")
    _, _, printed, _ = run(kernel, "'reply', 5")

    assert printed == ["renderer 1 │ the page has got 5"]  # one listener in main, and one in the page
    assert kernel.good("ipc_main.listener_count('play')").result == "1"


def test_windows_stay_as_long_as_they_are_the_right_ones(kernel: Kernel) -> None:
    windows = "[window.id for window in BrowserWindow.get_all_windows()]"
    run(kernel, "'send'")
    run(kernel, "'relay'")
    assert kernel.good(windows).result == "[1, 2]"
    run(kernel, "'send_to'")  # needs windows of an older Electron
    assert kernel.good(windows).result == "[3, 4]"
    run(kernel, "'send_to', receiver_gone=True")
    assert kernel.good(windows).result == "[3]"
    run(kernel, "'send_to'")
    assert kernel.good(windows).result == "[5, 6]"


def test_a_window_that_the_reader_has_closed_or_that_has_crashed_comes_back(kernel: Kernel) -> None:
    run(kernel, "'send'")
    kernel.good("BrowserWindow.from_id(2).destroy()")
    assert run(kernel, "'relay'")[0] == "delivered"
    kernel.good("BrowserWindow.from_id(4).web_contents.forcefully_crash_renderer()")
    assert run(kernel, "'relay'")[0] == "delivered"


def test_it_survives_a_restart(kernel: Kernel) -> None:
    run(kernel, "'relay'")
    kernel.good("await ipclab.restart()")

    assert run(kernel, "'relay'")[1][0].startswith("renderer 1 → main  send  relay(")


def test_a_restart_in_the_middle_of_a_run_ends_it(kernel: Kernel) -> None:
    cell = kernel.good(f"{IN_FLIGHT}await ipclab.restart()\nrun = await task\n{FACTS}")

    assert "RenderProcessGone" in cell.stdout
    assert run(kernel, "'invoke'")[0] == "delivered"


def test_the_readers_dial_stays_where_it_is_and_does_not_change_the_run(kernel: Kernel) -> None:
    kernel.good("app.electron_version = 12")
    run(kernel, "'send_to'")
    _, _, printed, _ = run(kernel, "'to_page', unclonable=True")

    assert printed[0] == "Error sending from webFrameMain:  Error: Failed to serialize arguments"  # from 16 on
    assert kernel.good("app.electron_version").result == "'12'"


def test_what_is_printed_is_in_the_run_and_not_under_the_cell(kernel: Kernel) -> None:
    cell = kernel.good("run = await play.run('invoke', 7)")

    assert cell.console == ""
    assert kernel.good("run.printed").result == "('main has got 7', \"renderer 1 │ main answers 'pong'\")"


def test_the_readers_own_names_are_untouched(kernel: Kernel) -> None:
    kernel.good("win = 'mine'")
    run(kernel, "'send'")

    assert kernel.good("win").result == "'mine'"


# --- it never hangs -------------------------------------------------------------------------------------------------


def test_a_run_can_be_stopped(kernel: Kernel) -> None:
    cell = kernel.good(f"{IN_FLIGHT}play.stop()\nrun = await task\n{FACTS}")

    assert json.loads(cell.stdout)[3] == "stopped"
    assert run(kernel, "'invoke'")[0] == "delivered"
    assert kernel.good("play.stop()").error is None  # nothing is under way


def test_a_run_that_takes_too_long_is_given_up(kernel: Kernel) -> None:
    kernel.good("from ipclab.notebook.views import playground as module\nmodule.LIMIT = 0.3")
    try:
        assert run(kernel, "'invoke', slow=True")[3] == "given up: it was not over after 0.3 s"
    finally:
        kernel.good("module.LIMIT = 15.0")
    assert run(kernel, "'invoke'")[0] == "delivered"


@pytest.mark.parametrize("call", ["'invoke', slow=True", "'to_page', blocked_main=True"])
def test_interrupting_the_cell_that_awaits_a_run_ends_it(kernel: Kernel, call: str) -> None:
    run(kernel, "'send'")
    cell = kernel.start(f"print('going')\nawait play.run({call})")
    kernel.wait_until(lambda: cell.stdout)
    kernel.interrupt()
    kernel.wait(cell)

    assert cell.error is not None
    assert cell.error.startswith("KeyboardInterrupt")
    assert run(kernel, "'invoke'")[0] == "delivered"


def test_one_run_at_a_time(kernel: Kernel) -> None:
    cell = kernel.run(
        "task = asyncio.ensure_future(play.run('invoke', slow=True))\nawait asyncio.sleep(0)\nawait play.run()"
    )
    assert cell.error == "RuntimeError: a run of this playground is under way: await it, or end it by stop()"
    kernel.good("await task")


def test_closing_leaves_no_window_and_no_listener(kernel: Kernel) -> None:
    run(kernel, "'send'")
    kernel.good("play.close()")

    assert kernel.good("BrowserWindow.get_all_windows(), ipc_main.listener_count('play')").result == "([], 0)"
    assert kernel.good("play.close()").error is None


def test_running_the_cell_anew_closes_the_windows_of_the_last_playground(kernel: Kernel) -> None:
    for _ in range(2):
        kernel.good(f"{MAKE}\nawait play.run()", cell="plays")

    assert kernel.good("len(BrowserWindow.get_all_windows())").result == "2"


# --- what cannot be run ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "error"),
    [
        ("'shout'", "ValueError: there is no pattern 'shout'. There are: send, invoke, reply,"),
        ("'send', receiver_gone=True", "ValueError: receiver_gone does not go with 'send, on: a page tells main'"),
        ("'send', print", "PayloadError: <built-in function print> cannot be written as a literal"),
        ("'send', explode=True", "TypeError: "),
    ],
)
def test_what_cannot_be_run_is_said_at_once(kernel: Kernel, call: str, error: str) -> None:
    told = kernel.run(f"await play.run({call})").error

    assert told is not None
    assert told.startswith(error)
    assert kernel.good("len(trace)").result == "0"


@pytest.mark.parametrize(
    "source",
    [
        "None",
        "-1.5",
        "'text'",
        "b'bytes'",
        "[1, (2, 3), {4}, {'five': 6}]",
        "set()",
        "1+2j",
        "...",
        "'\\ud800'",
        "1e999",
    ],
)
def test_a_literal_is_a_payload_in_one_form(source: str) -> None:
    assert normal(f"  {source}  # a remark" if "'" not in source else source) == normal(normal(source))


@pytest.mark.parametrize(
    ("source", "error"),
    [
        ("", "the payload is empty"),
        ("  \n ", "the payload is empty"),
        ("true", "true is not Python's: write True"),
        ("{'a': null}", "null is not Python's: write None"),
        ("undefined", "undefined is not Python's: write None"),
        ("hello", "hello is a name, and nothing is evaluated here: write a literal, or 'hello' in quotes"),
        ("__import__('os').system('echo')", "__import__ is a name, and nothing is evaluated here"),
        ("1 + 1", "this is no Python literal"),
        ("f'{1}'", "this is no Python literal"),
        ("[1, 2", "this is no Python literal: '[' was never closed"),
        ("{[]: 1}", "this is no Python literal: unhashable type: 'list'"),
        ("\0", "this is no Python literal"),
        ("(" * 900 + ")" * 900, "nested too deep|this is no Python literal"),
        ("-" * 1900 + "1", "nested too deep|this is no Python literal"),
        ("'" + "a" * LONGEST + "'", "a payload here has 2,000 characters at most, and this one has 2,002"),
    ],
)
def test_what_is_no_literal_is_refused_with_the_reason(source: str, error: str) -> None:
    with pytest.raises(PayloadError, match=error.replace("[", r"\[")):
        normal(source)


def test_every_switch_of_every_pattern_is_explained() -> None:
    for name, pattern in PATTERNS.items():
        assert {*pattern.how} | {*pattern.why_not} == {*SWITCHES}, name
        assert not {*pattern.how} & {*pattern.why_not}, name


# --- the view -------------------------------------------------------------------------------------------------------


@pytest.fixture
def view(kernel: Kernel) -> Model:
    front_end = FrontEnd(kernel)
    return front_end.shown(kernel.good(f"{MAKE}\nplay"))


def choice(pattern: str, payload: str = "1", *broken: str) -> dict[str, Any]:
    return {"pattern": pattern, "payload": payload, "broken": [*broken]}


def test_a_click_runs_what_is_chosen_and_is_told_step_by_step(kernel: Kernel, view: Model) -> None:
    view.say({"t": "run", **choice("invoke", "{'a': 1}")})
    told = view.wait_for("result", outcome="delivered")
    view.wait_for("running", running=False)

    assert told["error"] is None
    assert told["messages"][0] == "renderer 1 → main  invoke  play({'a': 1})  delivered"
    assert [item["cell"] for item in view.of("step")] == [0, 1, 2]
    assert [item["text"] for item in view.of("line")] == ["main has got {'a': 1}", "renderer 1 │ main answers 'pong'"]
    assert kernel.good("play.last.outcome").result == "'delivered'"


def test_the_code_follows_what_is_chosen(kernel: Kernel, view: Model) -> None:
    view.say({"t": "choose", **choice("send", "'hi'", "no_listener")})
    told = view.wait_for("chosen", pattern="send", payload="'hi'")

    assert [cell["label"] for cell in told["cells"]] == ["main process", "renderer of win"]
    assert (
        told["cells"][1]["text"]
        == "%%renderer win\nfrom ipclab import ipc_renderer\n\nipc_renderer.send(\"play\", 'hi')"
    )
    assert kernel.good("print(play.code())").stdout.strip().endswith(told["cells"][1]["text"])


def test_a_payload_that_is_none_is_told_and_not_run(kernel: Kernel, view: Model) -> None:
    view.say({"t": "run", **choice("send", "true")})
    told = view.wait_for("chosen", payload="true")

    assert told["error"] == "true is not Python's: write True"
    assert told["cells"] == []
    assert kernel.good("play.last, len(trace)").result == "(None, 0)"


def test_a_switch_that_does_not_go_with_the_pattern_is_let_go(view: Model) -> None:
    view.say({"t": "choose", **choice("get_global", "1", "slow", "no_listener")})

    assert view.wait_for("chosen", pattern="get_global")["broken"] == ["no_listener"]


def test_a_blocked_main_is_announced_before(view: Model) -> None:
    view.say({"t": "run", **choice("to_page", "1", "blocked_main")})
    told = view.wait_for("running", running=True)

    assert told["blocks"] is True
    assert view.last("result") is None  # it was told before main stood still
    view.until(lambda: view.main_blocked)
    view.wait_for("result", outcome="delivered")


def test_stop_ends_a_run(view: Model) -> None:
    view.say({"t": "run", **choice("invoke", "1", "slow")})
    view.until(lambda: view.of("line") or any(item["cell"] == 2 for item in view.of("step")))
    view.say({"t": "stop"})

    assert view.wait_for("result")["error"] == "stopped"
    view.wait_for("running", running=False)


def test_a_second_click_in_a_run_does_nothing(kernel: Kernel, view: Model) -> None:
    view.say({"t": "run", **choice("invoke", "1", "slow")})
    view.say({"t": "run", **choice("send", "2")})
    view.wait_for("result", outcome="delivered")

    assert len(view.of("begin")) == 2  # the first one comes with the whole
    assert kernel.good("play.last.pattern").result == "'invoke'"


def test_a_page_that_is_loaded_again_is_told_what_there_was(view: Model) -> None:
    view.say({"t": "run", **choice("send", "7", "unclonable")})
    view.wait_for("result", outcome="refused")
    view.hello()

    assert [item["t"] for item in view.items] == ["patterns", "chosen", "begin", "running", "result"]
    assert view.items[1]["broken"] == ["unclonable"]
    assert view.items[4]["error"].startswith("DataCloneError: An object could not be cloned.")


def test_what_code_runs_is_shown_too(kernel: Kernel, view: Model) -> None:
    kernel.good("await play.run('relay', 5, no_listener=True)")

    assert view.wait_for("chosen", pattern="relay")["broken"] == ["no_listener"]
    view.wait_for("result", outcome="unheard")


def test_without_a_kernel_the_code_of_every_pattern_can_be_unfolded(kernel: Kernel) -> None:
    (bundle,) = kernel.good(f"{MAKE}\nplay").bundles

    assert bundle["text/plain"].startswith("The playground: send, on: a page tells main; ")
    assert bundle["text/html"].count("<details>") == len(PATTERNS)
    assert "ipc_renderer.send(&quot;play&quot;, {&#x27;text&#x27;" in bundle["text/html"]


def test_the_monitor_is_shown_below(kernel: Kernel) -> None:
    cell = kernel.good("watched = ipclab.playground()\nwatched")

    assert len([bundle for bundle in cell.bundles if WIDGET in bundle]) == 2
    kernel.good("watched.close()")
