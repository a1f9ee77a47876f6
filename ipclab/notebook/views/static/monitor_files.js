// Export as a file or into the clipboard, and looking at an export again. Python writes and reads; files come and go
// here.

const ipclabMonitorPart = 2_000_000; // bytes that are sent at once

// `send(item, buffers)`: to Python; `say(text)`: to the reader.
function ipclabMonitorFiles({send, say}) {
  const form = ipclabElement(
    "select", {"aria-label": "Form of the export"},
    ...[["json", "JSON"], ["mermaid", "Mermaid"], ["trace-events", "Chrome Trace Event"]].map(
      ([value, text]) => ipclabElement("option", {value}, text),
    ),
  );
  const button = (text, action) => ipclabElement("button", {type: "button", onclick: action}, text);
  const chosen = ipclabElement("input", {type: "file", accept: ".json,application/json", hidden: true});
  const live = ipclabElement("button", {type: "button", hidden: true, onclick: () => send({t: "live"})}, "Back to the live messages");
  const element = ipclabElement(
    "div", {class: "ipclab-monitor-bar", role: "group", "aria-label": "Export and import"},
    form, button("Download", () => ask(save)), button("Copy", () => ask(copy)),
    button("Open an export…", () => chosen.click()), chosen, live,
  );
  const waiting = new Map();
  let id = 0;
  const files = {
    element,
    take(item, buffer) {
      const use = waiting.get(item.id);
      waiting.delete(item.id);
      use?.(item, new TextDecoder().decode(buffer));
    },
    showsExport(shows) {
      if (!shows && document.activeElement === live) form.focus();
      live.hidden = !shows;
    },
  };

  function ask(use) {
    id += 1;
    waiting.set(id, use);
    send({t: "export", form: form.value, id});
  }

  function save(item, text) {
    const address = URL.createObjectURL(new Blob([text], {type: item.type}));
    const link = ipclabElement("a", {href: address, download: item.name, hidden: true});
    element.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(address), 10_000);
    say(`${item.name}: the ${item.messages.toLocaleString("en")} messages that the trace holds.`);
  }

  async function copy(item, text) {
    try {
      await navigator.clipboard.writeText(text);
      say(`Copied: the ${item.messages.toLocaleString("en")} messages that the trace holds.`);
    } catch (error) {
      say(`The browser does not allow copying: ${error.message}`);
    }
  }

  chosen.addEventListener("change", async () => {
    const file = chosen.files[0];
    if (!file) return;
    const bytes = await file.arrayBuffer();
    chosen.value = "";
    const of = Math.max(1, Math.ceil(bytes.byteLength / ipclabMonitorPart));
    for (let part = 0; part < of; part++) {
      const piece = bytes.slice(part * ipclabMonitorPart, (part + 1) * ipclabMonitorPart);
      send({t: "import", name: file.name, part, of}, [piece]);
    }
  });
  return files;
}
