"""`remote`, main's end: what a page asks of main's objects is done at once, and the page waits for the answer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from importlib import import_module
from inspect import isawaitable
from typing import TYPE_CHECKING, Any, NoReturn

from ipclab import clone, names, scope, tasks, versions
from ipclab.emitter import EventEmitter
from ipclab.errors import Error, ProtocolError
from ipclab.main import console, deadlock, dispatch, remote_objects
from ipclab.main.app import app, global_, process
from ipclab.main.events import Event
from ipclab.main.listening import watch
from ipclab.main.remote_page import RemoteCallback, RemotePage, callback_of, page_of
from ipclab.main.remote_values import Outgoing
from ipclab.main.traffic import trace, traffic
from ipclab.protocol import Dereference, NoCallback, RemoteReply, RemoteRequest
from ipclab.record import Message, Outcome
from ipclab.remote_parts import assemble
from ipclab.undefined_value import undefined

if TYPE_CHECKING:
    from ipclab.main.host import RendererHost
    from ipclab.main.web_contents import WebContents

Args = list[Any]


class RemoteEvent(Event):
    """The event of `remote-get-global` and the like: `prevent_default()` refuses, `return_value` answers instead."""

    def __init__(self, sender: WebContents) -> None:
        self.sender = sender
        self.return_value: object = undefined


def on_request(contents: WebContents, frame: RemoteRequest, buffers: list[bytes]) -> None:
    """Do what a page asks for, and answer."""
    if contents.host.is_waiting(frame.call):
        raise ProtocolError(f"request {frame.call} for a second time")
    page = page_of(contents, frame.context)
    args = assemble(dispatch.decode(frame.payload, buffers), frame.parts, page.receive)
    if not isinstance(args, list):
        raise ProtocolError("the arguments of a request are not a list")
    message = _record(contents, frame, buffers, [clone.preview(arg) for arg in args] if frame.parts else None)
    keywords = args.pop() if frame.keywords and args else {}
    if not isinstance(keywords, dict) or not all(isinstance(name, str) for name in keywords):
        raise ProtocolError("keyword arguments that are none")
    contents.host.waits(frame.call, lambda: None)
    watch(frame.activity, f"'{frame.channel}' by remote in main")
    deadlock.waiting_for_me.set(contents.host.waiting_for(frame.operation))
    # What a cell registers in main by way of a page is the cell's, and taken back before it runs again.
    scope.current.set(contents.host.scope_of(frame.operation))
    request = Request(contents, page, frame, message.number)
    try:
        result = request.perform(args, keywords)
    except SystemExit as wish:
        tasks.on_exit(wish)
        request.fail(Error("the app exits"))
    except BaseException as error:  # also what is no Exception: the page waits
        request.fail(error)
    else:
        request.succeed(result)


def on_lost(contents: WebContents, frame: RemoteRequest, buffers: list[bytes]) -> None:
    """A request of a page whose window has been closed meanwhile."""
    dispatch.decode(frame.payload, buffers)
    _record(contents, frame, buffers, None, "lost")


def _record(
    contents: WebContents,
    frame: RemoteRequest,
    buffers: list[bytes],
    texts: list[str] | None,
    outcome: Outcome = "pending",
) -> Message:
    return trace.add(
        "remote",
        contents.label,
        "main",
        frame.channel,
        frame.payload,
        buffers,
        sent_at=traffic.since_start(frame.sent_at),
        activity=frame.activity,
        outcome=outcome,
        texts=texts,
    )


def on_dereference(contents: WebContents, frame: Dereference) -> None:
    """The page has let go of proxies, or has gone itself."""
    page = contents.remote_page
    if page is None or page.context != frame.context:
        return
    for number, times in frame.forgotten:
        page.forget(number, times)
    if not frame.forgotten:
        page.end()
        contents.remote_page = None


def on_no_callback(contents: WebContents, frame: NoCallback) -> None:
    """Main has called a function of a page that was about to go."""
    callback = callback_of(contents, frame.context, frame.callback)
    if callback is not None:
        callback.unsubscribe()


class Request:
    """One thing that a page asks for, until it is answered: a promise once more when it is settled."""

    def __init__(self, contents: WebContents, page: RemotePage, frame: RemoteRequest, number: int) -> None:
        self._contents = contents
        self._host: RendererHost = contents.host
        self._page = page
        self._frame = frame
        self._number = number
        self._life = dispatch.life
        self._is_first = True  # the page is blocked until then
        self._label = ""

    # --- what is asked for ---------------------------------------------------------------------------------------

    def perform(self, args: Args, keywords: dict[str, Any]) -> Any:
        """Return what the page gets; what is raised here it has raised."""
        frame, contents = self._frame, self._contents
        refusal = versions.remote_refusal(contents.electron_version, contents.preferences.remote_module)
        if refusal is not None:
            raise Error(refusal)
        name = self._label = frame.name
        if frame.action == "get_global":
            return self._filtered("remote-get-global", f"getGlobal('{name}')", lambda: _global(name), name)
        if frame.action == "get_builtin":
            return self._filtered("remote-get-builtin", f"getBuiltin('{name}')", lambda: _builtin(name), name)
        self._label = ""
        if frame.action == "get_current_window":
            return self._filtered("remote-get-current-window", "getCurrentWindow()", contents.owner)
        if frame.action == "get_current_web_contents":
            return self._filtered("remote-get-current-web-contents", "getCurrentWebContents()", lambda: contents)
        return self._use(args, keywords)

    def _filtered(self, event: str, told: str, find: Callable[[], object], *args: str) -> object:
        """Let listeners of the app and of the web contents refuse, or answer themselves."""
        asked = RemoteEvent(self._contents)
        app.emit(event, asked, self._contents, *args)
        self._contents.emit(event, asked, *args)
        if asked.return_value is not undefined:
            return asked.return_value
        if asked.default_prevented:
            raise Error(f"Blocked remote.{told}")
        return find()

    def _use(self, args: Args, keywords: dict[str, Any]) -> Any:
        name, number, page = self._frame.name, self._frame.number, self._page
        match self._frame.action:
            case "get":
                found = page.find(number, f"get property '{name}'")
                self._label = self._frame.channel.partition(" ")[2]
                return remote_objects.read(found, name)
            case "set":
                (value,) = args
                remote_objects.write(page.find(number, f"set property '{name}'"), name, value)
                return None
            case "new":
                return page.find(number, "call constructor")(*args, **keywords)
            case "new_member":
                found = page.find(number, f"call constructor '{name}'")
                return remote_objects.read(found, name)(*args, **keywords)
            case "call":
                found = page.find(number, "call function")
                try:
                    return found(*args, **keywords)
                except Exception as error:
                    label = getattr(found, "__name__", "anonymous")
                    _could_not_call("function", "anonymous" if label == "<lambda>" else label, error)
            case _:
                found = page.find(number, f"call method '{name}'")
                try:
                    method = remote_objects.read(found, name)
                    _note_listeners(found, args)
                    return method(*args, **keywords)
                except Exception as error:
                    _could_not_call("method", name, error)

    # --- answers -------------------------------------------------------------------------------------------------

    def succeed(self, result: object) -> None:
        if isawaitable(result):
            self._promise(result)
            return
        try:
            outgoing = Outgoing(self._page, result, self._label)
        except BaseException as error:
            self.fail(error)
            return
        trace.mark(self._number, "delivered", traffic.now())
        self._reply(outgoing)

    def fail(self, error: BaseException) -> None:
        """The page has `error` raised where it asked, or its promise rejected."""
        told = console.text_of(error)
        trace.mark(self._number, "rejected", traffic.now(), told)
        try:
            outgoing = Outgoing(self._page, error)
        except Exception:
            outgoing = Outgoing(self._page, Error(told))
        self._reply(outgoing, told)

    def _promise(self, result: Awaitable[Any]) -> None:
        """Give the page a promise at once, and settle it when `result` has come."""
        trace.mark(self._number, "delivered", traffic.now())
        self._reply(Outgoing(self._page, result))
        try:
            ended, value = tasks.run(_wait_for(result))
        except BaseException as error:
            self.fail(error)
            return
        if ended:
            self.succeed(value)
        else:
            value.add_done_callback(self._settled)

    def _settled(self, task: Any) -> None:
        if task.cancelled():
            if self._life == dispatch.life:
                self.fail(Error("what was promised was cancelled"))
        elif (error := task.exception()) is not None:
            self.fail(error)
        else:
            self.succeed(task.result())

    def _reply(self, outgoing: Outgoing, error: str | None = None) -> None:
        frame = self._frame
        if self._life != dispatch.life:
            return  # nobody is left to hear it
        shown = outgoing.payload if error is None else clone.encode(error)[0]
        message = trace.add(
            "reply",
            "main",
            self._contents.label,
            frame.channel,
            shown,
            outgoing.buffers,
            sent_at=traffic.now(),
            answers=self._number,
            activity=frame.activity,
            error=error,
            texts=outgoing.texts() if error is None else None,
        )
        reply = RemoteReply(
            frame.activity, message.number, frame.call, outgoing.payload, outgoing.parts, error is not None
        )
        if not dispatch.send_back(self._host, reply, outgoing.buffers, message.number, sync=self._is_first):
            outgoing.never_arrives()
        self._is_first = False


def _global(name: str) -> object:
    return vars(global_).get(name, process if name == "process" else None)


def _builtin(name: str) -> object:
    """Return one of Electron's modules of the main process; None for what is none of them."""
    if name in names.NOT_YET:
        raise Error(names.not_yet(name))
    return getattr(import_module(names.MAIN[name]), name) if name in names.REMOTE else None


def _note_listeners(emitter: object, args: Args) -> None:
    """A function of the page's may become a listener: it is taken off when the page has gone."""
    if isinstance(emitter, EventEmitter):
        for arg in args:
            if isinstance(arg, RemoteCallback):
                arg.heard_by.add(emitter)


def _could_not_call(kind: str, name: str, error: Exception) -> NoReturn:
    check = f"Check that the {kind} signature is correct."
    raise Error(f"Could not call remote {kind} '{name}'. {check} Underlying error: {error}") from error


async def _wait_for(result: Any) -> Any:
    while isawaitable(result):  # a promise of a promise is one promise
        result = await result
    return result
