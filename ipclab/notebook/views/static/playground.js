// The playground's form, what comes of a run, and the code. Python holds the choice: a view says what was changed, and
// shows what Python makes of it.

let ipclabPlaygroundViews = 0;

// Copy a text. Resolves to whether it worked: a page may be denied the clipboard.
async function ipclabCopy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

// A cell of the code, with a button that copies it. Without a clipboard its text is selected, for the reader to copy.
function ipclabPlaygroundCell(number) {
  const text = ipclabElement("pre", {tabindex: "0", role: "group"});
  const told = ipclabElement("span", {role: "status"});
  const copy = ipclabElement("button", {
    type: "button",
    "aria-label": `Copy cell ${number}`,
    onclick: async () => {
      const copied = await ipclabCopy(text.textContent);
      if (!copied) {
        window.getSelection().selectAllChildren(text);
      }
      told.textContent = copied ? "Copied." : "Selected: copy it with Ctrl+C.";
    },
  }, "Copy");
  const label = ipclabElement("span", {class: "ipclab-playground-where"});
  const head = ipclabElement("div", {class: "ipclab-playground-row"}, label, copy, told);
  return {
    element: ipclabElement("li", {}, head, text),
    show(cell) {
      if (text.textContent === cell.text) return;
      label.textContent = `Cell ${number}, ${cell.label}`;
      text.setAttribute("aria-label", `Cell ${number}, ${cell.label}`);
      text.textContent = cell.text;
      told.textContent = "";
    },
    mark(runs) {
      if (runs) text.setAttribute("aria-current", "step");
      else text.removeAttribute("aria-current");
    },
  };
}

function ipclabPlaygroundView(root, send) {
  const own = `ipclab-playground-${Math.random().toString(36).slice(2)}-${++ipclabPlaygroundViews}`;
  const pattern = ipclabElement("select", {onchange: choose});
  const payload = ipclabElement("input", {
    type: "text",
    spellcheck: "false",
    autocomplete: "off",
    "aria-describedby": `${own}-error`,
    oninput: choose,
    onkeydown: (event) => event.key === "Enter" && run(),
  });
  const problem = ipclabElement("div", {class: "ipclab-playground-problem", id: `${own}-error`, role: "status"});
  const switches = ipclabElement("fieldset", {}, ipclabElement("legend", {}, "Break it"));
  const go = ipclabElement("button", {type: "button", class: "ipclab-playground-go", onclick: run}, "Send");
  const stop = ipclabElement("button", {type: "button", onclick: () => send({t: "stop"})}, "Stop");
  const status = ipclabElement("span", {role: "status"});
  const outcome = ipclabElement("p", {class: "ipclab-playground-outcome"});
  const messages = ipclabElement("ol");
  const printed = ipclabElement("pre", {tabindex: "0", role: "log", "aria-label": "What was printed"});
  const error = ipclabElement("pre", {class: "ipclab-playground-error", tabindex: "0", role: "group", "aria-label": "The error"});
  const box = (text, ...content) => ipclabElement("div", {class: "ipclab-playground-box", hidden: true}, text, ...content);
  const result = box("", outcome, messages);
  const output = box("Printed", printed);
  const failure = box("Error", error);
  const about = ipclabElement("p");
  const code = ipclabElement("ol", {class: "ipclab-playground-code"});
  const boxes = new Map();
  let patterns = [];
  let cells = [];
  let running = false;
  let busy = "";
  // What this view has said last. What comes back of earlier choices would undo the newer ones for a moment.
  let mark = null;
  let marks = 0;

  function choice() {
    const broken = [...boxes].filter(([, box]) => box.input.checked && !box.input.disabled).map(([name]) => name);
    mark = `${own}-${++marks}`;
    return {pattern: pattern.value, payload: payload.value, broken, mark};
  }
  function choose() {
    if (!running) send({t: "choose", ...choice()});
  }
  function run() {
    if (!running) send({t: "run", ...choice()});
  }

  const label = (text, control) => ipclabElement("label", {}, ipclabElement("span", {}, text), control);
  root.classList.add("ipclab-view", "ipclab-playground");
  ipclabKeepKeys(root);
  root.append(
    label("Pattern", pattern),
    label("Payload", payload),
    problem,
    switches,
    ipclabElement("div", {class: "ipclab-playground-row"}, go, stop, status),
    result,
    output,
    failure,
    ipclabElement("details", {},
      ipclabElement("summary", {}, "Show the code"),
      about,
      code,
    ),
  );

  // The controls stay: redrawing the one that has the focus would take it away.
  function showSwitches() {
    const {how, why_not} = patterns.find(({name}) => name === pattern.value);
    for (const [name, {input, note}] of boxes) {
      input.disabled = name in why_not;
      note.textContent = how[name] ?? `not here: ${why_not[name]}`;
    }
  }
  function showStatus(text) {
    busy = text;
    status.textContent = text;
  }

  return {
    patterns(item) {
      if (patterns.length) return;
      patterns = item.patterns;
      pattern.append(...patterns.map(({name, title}) => ipclabElement("option", {value: name}, title)));
      for (const [name, title] of item.switches) {
        const input = ipclabElement("input", {type: "checkbox", onchange: choose});
        const note = ipclabElement("span", {class: "ipclab-playground-note", id: `${own}-${name}`});
        input.setAttribute("aria-describedby", note.id);
        boxes.set(name, {input, note});
        switches.append(
          ipclabElement("div", {class: "ipclab-playground-switch"}, ipclabElement("label", {}, input, title), note),
        );
      }
    },
    chosen(item) {
      if (item.mark?.startsWith(`${own}-`) && item.mark !== mark) return;
      pattern.value = item.pattern;
      if (payload.value !== item.payload) payload.value = item.payload;
      for (const [name, {input}] of boxes) input.checked = item.broken.includes(name);
      showSwitches();
      problem.textContent = item.error ?? "";
      about.textContent = item.error
        ? "There is none for such a payload."
        : "These cells do the same in a notebook, one after the other.";
      payload.setAttribute("aria-invalid", String(item.error !== null));
      while (cells.length > item.cells.length) cells.pop().element.remove();
      while (cells.length < item.cells.length) {
        const cell = ipclabPlaygroundCell(cells.length + 1);
        cells.push(cell);
        code.append(cell.element);
      }
      item.cells.forEach((cell, index) => cells[index].show(cell));
    },
    begin() {
      result.hidden = output.hidden = failure.hidden = true;
      printed.textContent = "";
    },
    refused() {
      result.hidden = output.hidden = failure.hidden = true; // of the run before
      showStatus("Nothing was sent: the payload is no Python literal.");
    },
    running(item) {
      running = item.running;
      go.setAttribute("aria-disabled", String(running));
      stop.setAttribute("aria-disabled", String(!running));
      if (running) {
        showStatus(item.blocks ? "Running. Main will stand still for 2 seconds, and everything with it." : "Running.");
      } else {
        cells.forEach((cell) => cell.mark(false));
        showStatus("");
      }
    },
    step(item) {
      cells.forEach((cell, index) => cell.mark(index === item.cell));
    },
    line(item) {
      output.hidden = false;
      printed.append(`${item.text}\n`);
    },
    result(item) {
      outcome.replaceChildren(ipclabElement("strong", {}, item.outcome), `: ${item.meaning}`);
      messages.replaceChildren(...item.messages.map((text) => ipclabElement("li", {}, text)));
      messages.hidden = !item.messages.length;
      result.hidden = false;
      failure.hidden = item.error === null;
      error.textContent = item.error ?? "";
      showStatus(`Done: ${item.outcome}.`);
    },
    blocked(blocked) {
      status.textContent = blocked ? "Main is blocked: every window waits." : busy;
    },
  };
}

export default () => {
  const views = new Set();
  let told = [];
  let connection = null;

  // What a new view has to be told: the newest item of each kind, and the lines of the run.
  function keep(item) {
    const over = item.t === "begin" ? ["begin", "step", "line", "result"] : item.t === "line" ? [] : [item.t];
    told = told.filter(({t}) => !over.includes(t));
    told.push(item);
  }

  return {
    initialize({model}) {
      connection = ipclabConnect(model, {
        take(item) {
          keep(item);
          for (const view of views) view[item.t](item);
        },
        reset: () => {
          told = [];
        },
        mainBlocked: (blocked) => views.forEach((view) => view.blocked(blocked)),
      });
      return () => connection.close();
    },
    render({el}) {
      const view = ipclabPlaygroundView(el, (item) => connection.send(item));
      for (const item of told) view[item.t](item);
      views.add(view);
      const hide = connection.show(el);
      return () => {
        hide();
        views.delete(view);
      };
    },
  };
};
