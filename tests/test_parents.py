"""Each cell's outputs and its end are its own, however long the kernel takes for a view's message beside it."""

from __future__ import annotations

from kernel import Kernel, prepared_kernel, shared_kernels

#: From now on the kernel takes a view's message in the time of several cells.
SLOW_MESSAGES = """
taken = asyncio.Event()

async def should_handle(stream, message, idents):
    if message["header"]["msg_type"] == "comm_msg":
        await taken.wait()
    return True

kernel = get_ipython().kernel
kernel.should_handle = should_handle"""

shared = shared_kernels()
kernel = prepared_kernel(SLOW_MESSAGES)


def test_a_message_that_is_handled_over_the_end_of_a_cell_takes_nothing_from_the_next_one(kernel: Kernel) -> None:
    first = kernel.start("print('first')\nawait asyncio.sleep(0.3)")
    kernel.wait_until(lambda: first.stdout)  # it runs: a message does not wait for its end
    kernel.ask("comm_msg", {"comm_id": "nobody's", "data": {}})
    kernel.wait(first)
    second = kernel.run("taken.set()\nawait asyncio.sleep(0.1)\nprint('second')\n2")

    assert (first.stdout, first.late) == ("first\n", [])
    assert (second.stdout, second.result) == ("second\n", "2")


def test_what_threads_put_out_belongs_to_the_cell_that_runs(kernel: Kernel) -> None:
    first = kernel.start("print('first')\nawait asyncio.sleep(0.3)")
    kernel.wait_until(lambda: first.stdout)
    kernel.ask("comm_msg", {"comm_id": "nobody's", "data": {}})
    kernel.wait(first)
    second = kernel.run(
        "import threading\nfrom IPython.display import display\ntaken.set()\nawait asyncio.sleep(0.1)\n"
        "thread = threading.Thread(target=display, args=('of a thread',))\nthread.start()\nthread.join()"
    )

    assert first.late == []
    assert second.shown == ["'of a thread'"]
