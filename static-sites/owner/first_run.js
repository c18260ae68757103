// An empty home explains itself: a few steps, what is done, and what comes next.

import { element, icon, setAttribute, setText } from "/shared/dom.js";
import { t } from "/shared/i18n.js";
import { readHousehold } from "./home_api.js";

const KEPT_AS = "smart-door.first-run"; // "begun" once it was shown, "over" once it is not wanted any more
const CHECK = "M5 12.5l4.5 4.5L19 7.5";

/**
 * {root, update(visits)}: `visits` are all that the page knows of. It shows itself where a home has neither visits
 * nor visitors, and stays until all steps are done or the reader puts it away.
 */
export function firstRun(page) {
  const names = page.role === "owner" ? ["camera", "visitor", "household"] : ["camera", "visitor"];
  const steps = names.map(step);
  const title = element("h2", { id: "first-run" });
  const root = element(
    "section",
    { class: "card panel", "aria-labelledby": "first-run", hidden: true },
    title,
    element("ol", { role: "list", class: "steps" }, ...steps.map(({ root }) => root)),
    element("div", {}, element("button", { type: "button", class: "button", on: { click: putAway } }, t("first.put_away"))),
  );
  let state = localStorage.getItem(KEPT_AS);
  let lookedAt = null;

  async function update(visits) {
    if (state === "over" || (state === null && visits.length > 0)) return;
    const seen = visits.map((visit) => visit.visit_id + visit.state).join();
    if (seen === lookedAt) return;
    lookedAt = seen;
    try {
      await show(visits, () => seen === lookedAt);
    } catch (error) {
      lookedAt = null;
      page.failed(error);
    }
  }

  /** A later look has the newer answer: then `isLatest()` is false, and this one is let go. */
  async function show(visits, isLatest) {
    const visitors = await page.api.visitors();
    if (state === null && visitors.length > 0) return keep("over");
    const members = page.role === "owner" ? (await readHousehold(page.api)).members : [];
    if (state === "over" || !isLatest()) return;
    const done = { camera: visits.length > 0, visitor: visitors.length > 0, household: members.length > 1 };
    const next = names.find((name) => !done[name]);
    steps.forEach((one, at) => one.update({ isDone: done[names[at]], isNext: names[at] === next }));
    keep(next ? "begun" : "over");
    setText(title, next ? t("first.title") : t("first.all_done"));
    root.hidden = false;
  }

  function putAway() {
    keep("over");
    root.hidden = true;
    document.querySelector("h1").focus();
  }

  function keep(value) {
    state = value;
    localStorage.setItem(KEPT_AS, value);
  }

  return { root, update };
}

function step(name, at) {
  const mark = element("span", { class: "step-mark", "aria-hidden": "true" });
  const standing = element("span", { class: "quiet small" });
  const link = name === "household" && element("a", { class: "button", href: "#/household" }, t("first.invite"));
  const root = element(
    "li",
    { class: "step" },
    mark,
    element("p", {}, element("strong", {}, t(`first.${name}`)), " ", standing),
    element("p", { class: "quiet" }, t(`first.${name}_how`)),
    link,
  );

  function update({ isDone, isNext }) {
    root.classList.toggle("step-done", isDone);
    setAttribute(root, "aria-current", isNext ? "step" : null);
    mark.replaceChildren(isDone ? icon(CHECK) : String(at + 1));
    setText(standing, isDone ? t("first.done") : isNext ? t("first.next") : "");
    if (link) link.hidden = isDone;
  }

  return { root, update };
}
