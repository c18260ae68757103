// Deleting one visit, for an owner: also that of somebody who is not on file.

import { element } from "/shared/dom.js";
import { t } from "/shared/i18n.js";
import { clock } from "/shared/times.js";
import { confirmed } from "./confirm.js";
import { problemBox, problemInForm } from "./home_parts.js";
import { isWaiting } from "./words.js";

/** {root, update(visit)}; `onDeleted(answer)` is called once the visit is no more. */
export function visitRemoval({ page, doorId, visitId, onDeleted }) {
  let busy = false;
  const problem = problemBox();
  const root = element(
    "section",
    { class: "card panel", hidden: true },
    element("h2", {}, t("visit.delete")),
    element("p", { class: "quiet" }, t("visit.delete_help")),
    problem.root,
    element("div", {}, element("button", { type: "button", class: "button button-danger", on: { click: remove } }, t("visit.delete"))),
  );

  async function remove() {
    const question = { question: t("visit.delete_question"), explanation: t("visit.delete_explanation"), yes: t("visit.delete_yes") };
    if (busy || !(await confirmed(question))) return;
    busy = true;
    problem.show(null);
    try {
      onDeleted(await page.api.deleteVisit(doorId, visitId));
    } catch (error) {
      const text = error.code === "visit_going_on" ? t("visit.delete_later", { time: clock(error.details.over_at) }) : problemInForm(error);
      if (text) problem.show(text);
      else page.failed(error);
    } finally {
      busy = false;
    }
  }

  return {
    root,
    update(visit) {
      root.hidden = page.role !== "owner" || isWaiting(visit);
    },
  };
}

/** What went, in the place of what there was; the heading says what happened. */
export function deletedVisit(heading, { photos, clips, codes }) {
  const lines = [
    t("visit.deleted_entry"),
    photos > 0 && t("visit.deleted_photos", { count: photos }),
    clips > 0 && t("visit.deleted_clip"),
    codes > 0 && t("visitors.deleted_codes", { count: codes }),
  ];
  return [
    element(
      "div",
      { class: "card empty stack", role: "status" },
      heading,
      element("ul", { class: "deleted" }, ...lines.filter(Boolean).map((line) => element("li", {}, line))),
      element("p", { class: "quiet small" }, t("visit.deleted_video")),
    ),
    element("p", {}, element("a", { class: "button button-primary", href: "#/activity" }, t("visit.to_activity"))),
  ];
}
