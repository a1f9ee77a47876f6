// The panel of one message: what Python knows of it, its arguments as a tree, and the way to its counterpart.

function ipclabMonitorDetails(store, {ask, jump, closed}) {
  const title = ipclabElement("h4", {});
  const counterpart = ipclabElement("button", {type: "button", onclick: () => jump(), disabled: true});
  const leave = ipclabElement("button", {type: "button", onclick: () => panel.close(), "aria-label": "Close details"}, "✕");
  const facts = ipclabElement("dl", {class: "ipclab-monitor-facts"});
  const args = ipclabElement("div", {class: "ipclab-monitor-args"});
  const element = ipclabElement(
    "div", {class: "ipclab-monitor-details", role: "group", hidden: true, "aria-label": "Details of the message"},
    ipclabElement("div", {class: "ipclab-monitor-bar"}, title, counterpart, leave), facts,
    ipclabElement("h5", {}, "Arguments"), args,
  );
  let drawn = null; // the number whose tree is drawn
  let version = null;
  const panel = {
    element,
    number: null,
    counterpart: null,
    get isOpen() {
      return panel.number !== null;
    },
    open(number) {
      const row = store.at(number);
      if (!row) return;
      panel.number = number;
      version = row.version;
      element.hidden = false;
      title.textContent = `Message ${number}`;
      offer(row.answers ?? store.replyTo(number) ?? null, row);
      if (drawn !== number) {
        drawn = null;
        facts.replaceChildren();
        args.replaceChildren("…");
      }
      ask(number);
    },
    // Close it; returns whether it was open.
    close() {
      if (!panel.isOpen) return false;
      panel.number = null;
      drawn = null;
      element.hidden = true;
      closed();
      return true;
    },
    // Python's answer
    take(item) {
      if (item.number !== panel.number) return;
      const row = store.at(item.number);
      if (row) offer(item.counterpart, row);
      facts.replaceChildren(...item.facts.flatMap(([name, text]) => [
        ipclabElement("dt", {}, name), ipclabElement("dd", {}, ipclabElement("bdi", {}, text)),
      ]));
      // Not again for a message whose outcome has come: what the reader has unfolded stays so, and keeps the focus.
      if (drawn === item.number) return;
      drawn = item.number;
      args.replaceChildren(item.args.length ? tree(item.args, 0) : "none");
    },
    // Rows have changed: the one that is shown, perhaps.
    refresh() {
      const row = panel.isOpen ? store.at(panel.number) : null;
      const other = row ? store.replyTo(panel.number) ?? null : null;
      if (row && (row.version !== version || (other !== null && other !== panel.counterpart && row.answers === null))) {
        panel.open(panel.number);
      }
    },
  };

  function offer(number, row) {
    panel.counterpart = number;
    const missing = row.kind === "invoke" || row.kind === "send_sync" ? "No reply yet" : "No reply to this kind";
    counterpart.textContent =
      number === null ? missing : row.kind === "reply" ? `Go to request ${number} (r)` : `Go to reply ${number} (r)`;
    // Stays in the order of Tab while it has the focus.
    counterpart.setAttribute("aria-disabled", number === null);
    counterpart.disabled = false;
  }

  function tree(nodes, depth) {
    return ipclabElement("ul", {}, ...nodes.map(([label, kind, text, below, more]) => {
      const head = [];
      if (label !== null) head.push(ipclabElement("bdi", {class: "ipclab-monitor-key"}, label), ": ");
      head.push(ipclabElement("bdi", {}, text), " ", ipclabElement("span", {class: "ipclab-monitor-type"}, kind));
      if (below === null) return ipclabElement("li", {}, ...head);
      const rest = more ? [ipclabElement("p", {}, `… and ${more} more`)] : [];
      const fold = ipclabElement("details", {open: depth < 2}, ipclabElement("summary", {}, ...head));
      if (below.length) fold.append(tree(below, depth + 1));
      fold.append(...rest);
      return ipclabElement("li", {}, fold);
    }));
  }
  return panel;
}
