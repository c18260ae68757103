// At which doors somebody comes in without a question.

import { element, setText } from "/shared/dom.js";
import { t } from "/shared/i18n.js";

/** The section: {root, update(visitor)}; `change(doorIds)` keeps what was ticked. */
export function visitorDoors({ doors, change }) {
  const help = element("p", { id: "visitor-doors", class: "quiet" });
  const boxes = doors.map(({ door_id: value }) =>
    element("input", { type: "checkbox", value, "aria-describedby": "visitor-doors", on: { change: changed } }),
  );
  const labels = doors.map(({ name }, number) => element("label", { class: "choice" }, boxes[number], name));
  const root = element("section", { class: "card panel" }, element("h2", {}, t("doors.title")), help, element("div", { class: "choices" }, ...labels));

  function changed() {
    change(boxes.filter((box) => box.checked).map((box) => box.value));
  }

  return {
    root,
    update(visitor) {
      root.hidden = visitor.status === "blocked";
      setText(help, t("visitors.doors_help", { name: visitor.name }));
      for (const box of boxes) box.checked = visitor.door_ids.includes(box.value);
    },
  };
}
