// One person who is on file twice: the other record is picked by face and becomes part of this one.

import { element, setText } from "/shared/dom.js";
import { t } from "/shared/i18n.js";
import { confirmed } from "./confirm.js";
import { peoplePicker } from "./people_picker.js";
import { mergeVisitors } from "./visitors_api.js";

/** The section: {root, update(visitor)}; `attempt` and `onMerged(visitor, other)` as in visitor_photos.js. */
export function visitorMerge({ page, attempt, onMerged }) {
  let visitor = null;
  let others = [];
  const choice = peoplePicker({ legend: t("visitors.merge_who") });
  const open = element("button", { type: "button", class: "button", on: { click: show } }, t("visitors.merge_open"));
  const form = element(
    "form",
    { class: "stack", hidden: true, novalidate: true, on: { submit } },
    choice.root,
    element(
      "div",
      { class: "person-buttons" },
      element("button", { type: "submit", class: "button button-primary" }, t("visitors.merge")),
      element("button", { type: "button", class: "button", on: { click: close } }, t("confirm.cancel")),
    ),
  );
  const help = element("p", { class: "quiet" });
  const nobody = element("p", { role: "status" });
  const root = element(
    "section",
    { class: "card panel merge" },
    element("h2", {}, t("visitors.merge_title")),
    help,
    element("div", {}, open),
    nobody,
    form,
  );

  async function show() {
    const everyone = await attempt(() => page.api.visitors());
    if (!everyone) return undefined;
    others = everyone.filter((other) => other.visitor_id !== visitor.visitor_id);
    if (others.length === 0) return setText(nobody, t("visitors.merge_nobody"));
    choice.update(others);
    open.hidden = true;
    form.hidden = false;
    return choice.focus();
  }

  function close() {
    form.hidden = true;
    open.hidden = false;
    choice.showError(null);
    open.focus();
  }

  async function submit(event) {
    event.preventDefault();
    const other = others.find((one) => one.visitor_id === choice.value);
    choice.showError(other ? null : t("visitors.merge_missing"));
    if (!other) return choice.focus();
    const sure = await confirmed({
      question: t("visitors.merge_question", { name: visitor.name, other: other.name }),
      explanation: t("visitors.merge_explanation", {
        name: visitor.name,
        phone: visitor.phone,
        other: other.name,
        otherPhone: other.phone,
      }),
      yes: t("visitors.merge"),
    });
    const merged = sure && (await attempt(() => mergeVisitors(page.api, visitor.visitor_id, other.visitor_id)));
    if (!merged) return undefined;
    form.hidden = true;
    open.hidden = false;
    return onMerged(merged, other);
  }

  return {
    root,
    update(latest) {
      visitor = latest;
      setText(help, t("visitors.merge_help", { name: visitor.name }));
    },
  };
}
