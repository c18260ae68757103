// A decision can be undone for a few seconds: what was done, and the way back, above the sections under the thumb.

import { element, setText } from "/shared/dom.js";
import { RefusedError } from "/shared/http.js";
import { t } from "/shared/i18n.js";
import { problemText, sayProblem } from "./problems.js";

const COUNT_MILLISECONDS = 250;
// Of the time that the home gives, this much is for the way there.
const ON_THE_WAY_MILLISECONDS = 1_000;

const place = document.getElementById("undo");
let counting = null;

/**
 * Says `sentence` about a visit that was just decided, and counts down while it can be undone. How long that is
 * comes from the answer's own times, so that a phone whose clock is wrong counts the same. `onUndone(visit)`
 * gets the visit as it waits again.
 */
export function offerUndo({ page, visit, sentence, tone, onUndone }) {
  close();
  const time = Date.parse(visit.undo_until) - Date.parse(visit.decided_at) - ON_THE_WAY_MILLISECONDS;
  if (!(time > 0)) return page.say(sentence, tone);
  const until = Date.now() + time;
  const count = element("span", { class: "undo-count", "aria-hidden": "true" });
  const button = element("button", { type: "button", class: "button button-undo", on: { click: undo } }, t("undo.undo"), count);
  let busy = false;

  function tick() {
    if (Date.now() >= until && !busy) return close();
    return setText(count, String(Math.max(1, Math.ceil((until - Date.now()) / 1000))));
  }

  async function undo() {
    if (busy) return;
    busy = true;
    try {
      const waiting = await page.api.undo(visit);
      close();
      page.say(t("undo.done"), "neutral");
      onUndone(waiting);
    } catch (error) {
      if (!(error instanceof RefusedError)) return sayProblem(page, error);
      close();
      page.warn(error.code === "visit_already_decided" ? t("undo.came_in") : problemText(error));
      onUndone(null);
    } finally {
      busy = false;
    }
  }

  counting = setInterval(tick, COUNT_MILLISECONDS);
  tick();
  place.replaceChildren(
    element("div", { class: "undo" }, element("p", {}, sentence, element("span", { class: "visually-hidden" }, t("undo.can_be"))), button),
  );
}

function close() {
  clearInterval(counting);
  const hadFocus = place.contains(document.activeElement);
  place.replaceChildren();
  if (hadFocus) document.querySelector("h1").focus();
}
