// At which doors somebody comes in without a question.

import { element, setText } from "/shared/dom.js";
import { t } from "/shared/i18n.js";

/** The section: {root, update(visitor)}; `change(doorIds)` keeps what was ticked, and is called once at a time. */
export function visitorDoors({ doors, change }) {
  let visitor = null;
  let isTelling = false;
  let hasMore = false;
  const help = element("p", { id: "visitor-doors", class: "quiet" });
  const boxes = doors.map(({ door_id: value }) =>
    element("input", { type: "checkbox", value, "aria-describedby": "visitor-doors", on: { change: changed } }),
  );
  const labels = doors.map(({ name }, number) => element("label", { class: "choice" }, boxes[number], name));
  const root = element("section", { class: "card panel" }, element("h2", {}, t("doors.title")), help, element("div", { class: "choices" }, ...labels));

  /** What is ticked while the home is being told goes there afterwards. */
  async function changed() {
    hasMore = isTelling;
    if (isTelling) return;
    isTelling = true;
    do {
      hasMore = false;
      await change(boxes.filter((box) => box.checked).map((box) => box.value));
    } while (hasMore);
    isTelling = false;
    tick();
  }

  function tick() {
    for (const box of boxes) box.checked = visitor.door_ids.includes(box.value);
  }

  return {
    root,
    update(latest) {
      visitor = latest;
      root.hidden = visitor.status === "blocked";
      setText(help, t("visitors.doors_help", { name: visitor.name }));
      if (!isTelling) tick();
    },
  };
}
