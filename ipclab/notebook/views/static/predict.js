// A question with its answers. Python judges: this side shows the texts and says which answer was chosen.

// The pieces of a text as nodes: `code` in elements of its own.
function ipclabPieces(pieces) {
  return pieces.map(([code, text]) => (code ? ipclabElement("code", {}, text) : text));
}

let ipclabPredictGroups = 0;

function ipclabPredictView(root, choose) {
  const group = `ipclab-predict-${Math.random().toString(36).slice(2)}-${++ipclabPredictGroups}`;
  const legend = ipclabElement("legend");
  const answers = ipclabElement("div", {class: "ipclab-predict-answers"});
  const button = ipclabElement("button", {type: "button", onclick: check}, "Check");
  const status = ipclabElement("div", {class: "ipclab-predict-status", role: "status"});
  let radios = [];

  function check() {
    const index = radios.findIndex((radio) => radio.checked);
    if (index < 0) status.replaceChildren("Choose an answer first.");
    else choose({index, mark: group});
  }

  root.classList.add("ipclab-view", "ipclab-predict");
  ipclabKeepKeys(root);
  root.append(
    ipclabElement("fieldset", {}, legend, answers, ipclabElement("div", {class: "ipclab-predict-end"}, button, status)),
  );
  return {
    ask(item) {
      if (radios.length) return; // told anew: the question is the same, and one of its answers may have the focus
      legend.replaceChildren(...ipclabPieces(item.question));
      radios = item.answers.map(() =>
        ipclabElement("input", {
          type: "radio",
          name: group,
          onkeydown: (event) => event.key === "Enter" && check(),
        }),
      );
      answers.replaceChildren(
        ...item.answers.map((pieces, index) =>
          ipclabElement("label", {}, radios[index], ipclabElement("span", {}, ...ipclabPieces(pieces))),
        ),
      );
    },
    show(item) {
      root.classList.toggle("ipclab-predict-right", item.right === true);
      root.classList.toggle("ipclab-predict-wrong", item.right === false);
      if (item.chosen === null) {
        status.replaceChildren();
        return;
      }
      // Whoever has asked here may have gone on to another answer.
      if (item.mark !== group) radios[item.chosen].checked = true;
      const verdict = ipclabElement("strong", {}, item.right ? "✓ Right." : "✗ Not yet.");
      status.replaceChildren(verdict, " ", ...ipclabPieces(item.feedback));
    },
    // What was asked while main stood still is answered when it goes on.
    waits(blocked) {
      button.textContent = blocked ? "Check (main is busy)" : "Check";
    },
  };
}

export default () => {
  const views = new Set();
  let question = null;
  let answered = null;
  let connection = null;

  function take(item) {
    if (item.t === "question") question = item;
    else if (item.t === "answered") answered = item;
    for (const view of views) item.t === "question" ? view.ask(item) : view.show(item);
  }

  return {
    initialize({model}) {
      connection = ipclabConnect(model, {
        take,
        mainBlocked: (blocked) => views.forEach((view) => view.waits(blocked)),
      });
      return () => connection.close();
    },
    render({el}) {
      const view = ipclabPredictView(el, (choice) => connection.send({t: "choose", ...choice}));
      if (question) view.ask(question);
      if (answered) view.show(answered);
      views.add(view);
      const hide = connection.show(el);
      return () => {
        hide();
        views.delete(view);
      };
    },
  };
};
