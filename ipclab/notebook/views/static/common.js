// What all live views share, on the front end's side; view.py is the other side. The files that a view names are
// joined to one module, so everything here begins with `ipclab`.

// Connect a model (all its views share it) with the kernel. `take(item)` gets each item; `reset()` is called before
// the items that tell everything anew; `mainBlocked(blocked)` when main's loop stops turning and goes on; `have()`
// returns what hello is to say. Returns {send, close}.
function ipclabConnect(model, {take, reset = () => {}, mainBlocked = () => {}, have = () => ({})}) {
  let last = null;
  const hello = () => {
    last = null;
    model.send({...have(), t: "hello"});
  };
  const onMessage = (message, buffers) => {
    if (message.t === "main") {
      mainBlocked(message.blocked);
    } else if (message.t === "batch") {
      if (message.whole) {
        reset();
      } else if (last === null) {
        return; // everything is under way
      } else if (message.n !== last + 1) {
        hello();
        return;
      }
      last = message.n;
      for (const item of message.items) take(item, buffers);
    }
  };
  model.on("msg:custom", onMessage);
  hello();
  return {
    send: (item, buffers) => model.send(item, undefined, buffers),
    close: () => model.off("msg:custom", onMessage),
  };
}

// Keys pressed in a view are the view's: the notebook's shortcuts (b: a cell below, d d: delete the cell) must not see
// them. Ctrl, Meta and Escape go through: saving, and leaving the view.
function ipclabKeepKeys(element) {
  const isOurs = (event) => !event.ctrlKey && !event.metaKey && event.key !== "Escape";
  element.addEventListener("keydown", (event) => {
    if (isOurs(event)) event.stopPropagation();
  });
  // Notebook 7 looks at keys before they come here. It leaves alone what bears this mark: the very element that has
  // the focus, for its shortcuts name that one.
  const MARK = "data-lm-suppress-shortcuts";
  const mark = (event) => {
    const {target} = event;
    if (!element.contains(target)) {
      window.removeEventListener("keydown", mark, true); // the view has gone while it had the focus
    } else if (isOurs(event)) {
      target.setAttribute(MARK, "true");
      window.setTimeout(() => target.removeAttribute(MARK));
    }
  };
  element.addEventListener("focusin", () => window.addEventListener("keydown", mark, true));
  element.addEventListener("focusout", () => window.removeEventListener("keydown", mark, true));
}

// Make an element: `ipclabElement("button", {class: "ipclab-button", type: "button"}, "Clear", otherElement)`.
// Texts are texts, never HTML.
function ipclabElement(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

function ipclabReducedMotion() {
  return window.matchMedia("(prefers-reduced-motion: reduce)").matches;
}
