"""What all live views share: a front end is told everything once it says hello, and clicks are activities."""

from __future__ import annotations

import pytest
from front_end import FrontEnd
from kernel import Kernel, prepared_kernel, shared_kernels

shared = shared_kernels()

kernel = prepared_kernel("""
from ipclab.notebook.views.view import View

class Counter(View, scripts=(), styles=()):
    count = 0

    def whole(self, hello):
        return [{"t": "count", "count": self.count}]

    def received(self, item, buffers):
        self.act("a click", self.clicked, item["by"])

    def clicked(self, by):
        self.count += by
        self.tell({"t": "count", "count": self.count})
        print("clicked in activity", ipclab.activity.current.get() > 0)

    def words(self):
        return "a counter"
""")

SHOW = "view = Counter()\nview"


@pytest.fixture
def front_end(kernel: Kernel) -> FrontEnd:
    return FrontEnd(kernel)


def test_a_front_end_that_says_hello_is_told_everything(kernel: Kernel, front_end: FrontEnd) -> None:
    view = front_end.shown(kernel.good(SHOW))

    assert view.items == [{"t": "count", "count": 0}]


def test_nothing_is_sent_before_anybody_looks(kernel: Kernel, front_end: FrontEnd) -> None:
    cell = kernel.good(SHOW)
    kernel.good("view.clicked(5)")
    view = front_end.shown(cell)

    assert view.items == [{"t": "count", "count": 5}]


def test_what_a_view_shows_as_text_is_its_words(kernel: Kernel) -> None:
    cell = kernel.good(SHOW)

    assert cell.result == "a counter"
    assert cell.bundles[0]["text/html"] == "<pre>a counter</pre>"


def test_many_things_told_in_one_go_arrive_in_order(kernel: Kernel, front_end: FrontEnd) -> None:
    view = front_end.shown(kernel.good(SHOW))
    kernel.good("for number in range(1000): view.clicked(1)")
    view.wait_for("count", count=1000)

    assert [item["count"] for item in view.items] == list(range(1001))


def test_a_click_is_an_activity_whose_output_appears_under_the_cell_that_shows_the_view(
    kernel: Kernel, front_end: FrontEnd
) -> None:
    cell = kernel.good(SHOW)
    view = front_end.shown(cell)
    view.say({"t": "click", "by": 1})
    kernel.wait_until(lambda: cell.stdout)

    assert cell.stdout == "clicked in activity True\n"
    view.wait_for("count", count=1)


def test_a_view_that_takes_what_is_printed_gets_it_all_and_the_cell_none(kernel: Kernel, front_end: FrontEnd) -> None:
    kernel.good("""
class Telling(Counter, scripts=(), styles=()):
    def printed(self, label, level, text):
        self.tell({"t": "line", "label": label, "level": level, "text": text})

    def clicked(self, by):
        print("from main")
        print("an error", file=sys.stderr)
        raise ValueError("boom")
""")
    cell = kernel.good("view = Telling()\nview")
    view = front_end.shown(cell)
    view.say({"t": "click", "by": 1})
    view.until(lambda: "ValueError: boom" in "".join(item["text"] for item in view.of("line")))

    lines = view.of("line")
    assert [item["level"] for item in lines if item["text"] in ("from main", "an error")] == ["info", "error"]
    assert cell.console == ""
    assert kernel.good("print('plain')").stdout == "plain\n"


def test_a_front_end_hears_that_main_is_blocked_and_that_it_goes_on(kernel: Kernel, front_end: FrontEnd) -> None:
    view = front_end.shown(kernel.good(SHOW))
    cell = kernel.start("time.sleep(1.5)")
    view.until(lambda: view.main_blocked)

    assert not cell.done
    view.until(lambda: not view.main_blocked)
    kernel.wait(cell)


def test_a_click_that_comes_on_another_thread_runs_on_mains_loop(kernel: Kernel, front_end: FrontEnd) -> None:
    kernel.good("""
import threading
class Where(Counter, scripts=(), styles=()):
    def clicked(self, by):
        self.tell({"t": "thread", "name": threading.current_thread().name})
""")
    view = front_end.shown(kernel.good("view = Where()\nview"))
    subshell = kernel.answer("create_subshell_request", {})["subshell_id"]
    view.say({"t": "click", "by": 1}, subshell)

    assert view.wait_for("thread")["name"] == "MainThread"


def test_a_cell_that_runs_again_closes_the_view_it_made_before(kernel: Kernel, front_end: FrontEnd) -> None:
    view = front_end.shown(kernel.good(SHOW, cell="again"))
    kernel.good(SHOW, cell="again")

    assert view.closed
