// Dialogs: message boxes, and dialogs that ask for paths. `ipclabDialog(send).element` is laid over all that must wait
// until the dialog is answered: its siblings are inert meanwhile.

const IPCLAB_DIALOG_TYPES = {
  info: ["ℹ", "Information"],
  warning: ["⚠", "Warning"],
  error: ["✖", "Error"],
  question: ["?", "Question"],
};

// `update({id, kind, ...})`, or null while there is none.
function ipclabDialog(send) {
  const cover = ipclabElement("div", {class: "ipclab-dialog-cover", hidden: true});
  let shown = null;
  let before = null;

  const siblings = () => [...(cover.parentElement?.children ?? [])].filter((element) => element !== cover);
  const remove = () => {
    const hadFocus = cover.contains(document.activeElement);
    for (const element of siblings()) element.inert = false;
    cover.replaceChildren();
    cover.hidden = true;
    shown = null;
    if (hadFocus && ipclabCanFocus(before)) before.focus();
  };
  const show = (dialog) => {
    const takesFocus = ipclabMayTakeFocus(cover);
    before = takesFocus ? document.activeElement : null;
    const answer = (fields) => send({t: "dialog-answer", id: dialog.id, fields});
    shown = {...(dialog.kind === "message" ? ipclabMessageBox : ipclabFileDialog)(dialog, answer), id: dialog.id};
    for (const element of siblings()) element.inert = true;
    cover.hidden = false;
    cover.append(shown.panel);
    shown.panel.addEventListener("keydown", (event) => {
      if (event.key === "Escape") {
        event.preventDefault();
        event.stopPropagation();
        shown.cancel();
      } else if (event.key === "Tab") {
        ipclabTrapTab(shown.panel, event);
      }
    });
    if (takesFocus) {
      shown.first.focus({preventScroll: true}); // a long message is read from its beginning
      shown.first.select?.();
    }
  };
  return {
    element: cover,
    update(dialog) {
      if (shown && dialog?.id !== shown.id) remove();
      if (!dialog) return;
      if (!shown) show(dialog);
      shown.update(dialog);
    },
    dispose() {
      if (shown) remove();
    },
  };
}

// Tab goes round inside the panel.
function ipclabTrapTab(panel, event) {
  const all = [...panel.querySelectorAll("button, input, textarea")];
  const [edge, other] = event.shiftKey ? [all[0], all.at(-1)] : [all.at(-1), all[0]];
  if (document.activeElement !== edge) return;
  event.preventDefault();
  other.focus();
}

// The panel with what all dialogs have: whose it is, their title and their message.
function ipclabDialogPanel(dialog, role, heading, texts) {
  const id = `ipclab-${Math.random().toString(36).slice(2)}`; // views of other modules are on the same page
  const owner = ipclabElement("p", {class: "ipclab-dialog-owner"});
  const title = ipclabElement("h3", {id: `${id}-title`, class: "ipclab-dialog-title"}, ...heading);
  const text = ipclabElement("div", {id: `${id}-text`, class: "ipclab-dialog-text"}, ...texts);
  const error = ipclabElement("p", {id: `${id}-error`, class: "ipclab-dialog-error", role: "alert"});
  const form = ipclabElement("form", {novalidate: true}, title, owner, text);
  const panel = ipclabElement(
    "div",
    {class: "ipclab-dialog", role, "aria-modal": "true", "aria-labelledby": title.id, "aria-describedby": text.id},
    form,
  );
  const update = (state) => {
    owner.textContent = state.owner;
    owner.hidden = !state.owner;
    error.textContent = state.error;
    error.hidden = !state.error;
  };
  return {panel, form, error, update};
}

function ipclabMessageBox(dialog, answer) {
  const [symbol, word] = IPCLAB_DIALOG_TYPES[dialog.type] ?? ["", ""];
  const heading = [];
  if (symbol) heading.push(ipclabElement("span", {class: "ipclab-dialog-symbol", "aria-hidden": "true"}, symbol), word);
  if (dialog.title) heading.push(ipclabElement("span", {}, symbol ? ` · ${dialog.title}` : dialog.title));
  const {panel, form, error, update} = ipclabDialogPanel(
    dialog,
    "alertdialog",
    heading.length ? heading : ["Message"],
    [
      ipclabElement("p", {class: "ipclab-dialog-message"}, dialog.message),
      ...(dialog.detail ? [ipclabElement("p", {class: "ipclab-dialog-detail"}, dialog.detail)] : []),
    ],
  );
  const box = ipclabElement("input", {type: "checkbox"});
  box.checked = dialog.checked;
  if (dialog.checkbox) form.append(ipclabElement("label", {class: "ipclab-dialog-check"}, box, dialog.checkbox));
  const end = (fields) => answer(dialog.checkbox ? {...fields, checkbox_checked: box.checked} : fields);
  const buttons = dialog.buttons.map((text, response) =>
    ipclabElement(
      "button",
      {type: "button", class: response === dialog.default ? "ipclab-default" : null, onclick: () => end({response})},
      text || `Button ${response}`,
    ),
  );
  form.append(error, ipclabElement("div", {class: "ipclab-dialog-buttons"}, ...buttons));
  form.addEventListener("submit", (event) => {
    event.preventDefault(); // Enter in the checkbox
    end({response: dialog.default});
  });
  return {panel, update, first: buttons[dialog.default], cancel: () => end({canceled: true})};
}

function ipclabFileDialog(dialog, answer) {
  const opens = dialog.kind === "open";
  const hints = [
    dialog.several ? "One path on each line." : "",
    `Paths are of the machine where the kernel runs; what does not begin with a slash, a drive or ~ is in ${dialog.folder}.`,
    dialog.filters.length ? `Kinds of files: ${dialog.filters.join("; ")}.` : "",
  ];
  const {panel, form, error, update} = ipclabDialogPanel(
    dialog,
    "dialog",
    [dialog.title || (opens ? "Open" : "Save")],
    [
      ...(dialog.message ? [ipclabElement("p", {class: "ipclab-dialog-message"}, dialog.message)] : []),
      ...hints.filter(Boolean).map((hint) => ipclabElement("p", {class: "ipclab-dialog-detail"}, hint)),
    ],
  );
  const plural = dialog.several ? dialog.wanted.replace(/\b(file|folder)\b/g, "$1s") : dialog.wanted;
  const name = dialog.field || `${dialog.several ? "Paths" : "Path"} of the ${plural}`;
  const field = ipclabElement(dialog.several ? "textarea" : "input", {
    rows: dialog.several ? 4 : null,
    type: dialog.several ? null : "text",
    spellcheck: "false",
    autocomplete: "off",
    "aria-describedby": error.id,
  });
  field.value = dialog.path;
  const cancel = () => answer({canceled: true});
  const end = () => answer(opens ? {file_paths: field.value.split("\n")} : {file_path: field.value});
  form.append(
    ipclabElement("label", {class: "ipclab-dialog-field"}, name, field),
    error,
    ipclabElement(
      "div",
      {class: "ipclab-dialog-buttons"},
      ipclabElement("button", {type: "button", onclick: cancel}, "Cancel"),
      ipclabElement("button", {type: "submit", class: "ipclab-default"}, dialog.button),
    ),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    end();
  });
  return {
    panel,
    first: field,
    cancel,
    update(state) {
      update(state);
      field.setAttribute("aria-invalid", String(Boolean(state.error)));
    },
  };
}
