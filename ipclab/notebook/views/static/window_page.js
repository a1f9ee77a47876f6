// The page of a window as a front end keeps it: the tree, and the frames that show it, one in each view.

// The page's tree, kept up to date by the changes that are told; page_tree.py does the same in main.
function ipclabPageTree() {
  let root = null;
  let nodes = new Map();
  let parents = new Map();

  function know(tree, parent) {
    nodes.set(tree[0], tree);
    parents.set(tree[0], parent);
    if (tree.length > 2) for (const child of tree[3]) know(child, tree);
  }
  function forget(tree) {
    nodes.delete(tree[0]);
    parents.delete(tree[0]);
    if (tree.length > 2) for (const child of tree[3]) forget(child);
  }
  const element = (id) => (nodes.get(id)?.length > 2 ? nodes.get(id) : null);
  const property = (name) => (id, value) => {
    if (element(id)) element(id)[4][name] = value;
  };
  const APPLY = {
    all: (tree) => {
      root = tree;
      nodes = new Map();
      parents = new Map();
      know(tree, null);
    },
    insert: (parent, before, tree) => {
      const above = element(parent);
      if (!above) return;
      const at = above[3].findIndex(([id]) => id === before);
      above[3].splice(at < 0 ? above[3].length : at, 0, tree);
      know(tree, above);
    },
    remove: (id) => {
      const tree = nodes.get(id);
      const above = parents.get(id);
      if (!above) return;
      above[3].splice(above[3].indexOf(tree), 1);
      forget(tree);
    },
    set: (id, name, value) => {
      if (element(id)) element(id)[2][name] = value;
    },
    unset: (id, name) => {
      if (element(id)) delete element(id)[2][name];
    },
    text: (id, text) => {
      if (nodes.has(id)) nodes.get(id)[1] = text;
    },
    value: property("value"),
    checked: property("checked"),
  };
  return {
    apply: (changes) => {
      for (const [kind, ...rest] of changes) APPLY[kind]?.(...rest);
    },
    tree: () => root,
    // Whether a tree is the one that is there already: then frames need not be built anew.
    is: (tree) => root !== null && JSON.stringify(root) === JSON.stringify(tree),
  };
}

// A frame that shows the page. `said(id, type, fields)` is called with what the reader does in it.
function ipclabFrameHost(tree, said) {
  const nonce = btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(18))));
  const policy =
    `default-src 'none'; script-src 'nonce-${nonce}'; style-src 'unsafe-inline'; img-src data:; font-src data:; ` +
    "form-action 'none'; base-uri 'none'";
  const element = ipclabElement("iframe", {
    class: "ipclab-window-frame",
    sandbox: "allow-scripts",
    referrerpolicy: "no-referrer",
    srcdoc:
      `<!doctype html><meta http-equiv="Content-Security-Policy" content="${policy}">` +
      `<script nonce="${nonce}">(${ipclabFrame})()</script>`,
  });
  let port = null;
  element.addEventListener("load", () => {
    // A frame that JupyterLab has moved about loads again, and is given everything again.
    port?.close();
    const channel = new MessageChannel();
    port = channel.port1;
    port.onmessage = ({data}) => {
      const input = ipclabCheckedInput(data);
      if (input) said(...input);
    };
    element.contentWindow.postMessage("ipclab", "*", [channel.port2]);
    if (tree()) port.postMessage([["all", tree()]]);
  });
  return {
    element,
    post: (changes) => port?.postMessage(changes),
    dispose: () => {
      port?.close();
      element.remove();
    },
  };
}

const ipclabInputs = new Set(["click", "dblclick", "contextmenu", "input", "change", "keydown", "keyup", "submit", "focus", "blur"]);
const ipclabFields = {
  value: "string", checked: "boolean", key: "string", ctrl: "boolean", shift: "boolean", alt: "boolean", meta: "boolean",
};

// What a frame says is only taken if it is what frame.js says.
function ipclabCheckedInput(data) {
  if (data?.t !== "input" || !Number.isSafeInteger(data.id) || !ipclabInputs.has(data.type)) return null;
  const fields = Object.entries(data.fields ?? {});
  const isText = (value) => typeof value === "string";
  const isRight = ([name, value]) =>
    name === "values" ? Array.isArray(value) && value.every(isText) : typeof value === ipclabFields[name];
  if (!fields.every(isRight)) return null;
  return [data.id, data.type, Object.fromEntries(fields)];
}
