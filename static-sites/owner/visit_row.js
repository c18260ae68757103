// One visit in a list: its photo, small, who it was, when and where, what became of it and why.

import { element, setAttribute, setText } from "/shared/dom.js";
import { RefusedError } from "/shared/http.js";
import { t } from "/shared/i18n.js";
import { secondsUntil } from "/shared/times.js";
import { messageProblem } from "./code_note.js";
import { lookCloser } from "./photo.js";
import { addressOf } from "./visits.js";
import { outcome, ruleSentence, similarityOf, who } from "./words.js";

/** The row: {root, update(visit)}; `placeAndTime(visit)` says when and where. */
export function visitRow(page, placeAndTime) {
  const name = element("a", { class: "visit-row-name" });
  const meta = element("span", { class: "quiet small" });
  const why = element("span", { class: "small" });
  const badge = element("span");
  const photo = thumbnail(page);
  return {
    root: element(
      "li",
      { class: "visit-row" },
      photo.root,
      element("div", { class: "visit-row-words" }, name, meta, why),
      badge,
    ),
    update(visit) {
      const { label, tone } = outcome(visit);
      setAttribute(name, "href", addressOf(visit));
      setText(name, who(visit));
      setText(meta, placeAndTime(visit));
      setText(why, whyLine(visit));
      setText(badge, label);
      setAttribute(badge, "class", `badge badge-${tone}`);
      photo.update(visit);
    },
  };
}

/** Who decided and why, in a line: "Ada decided. Similarity 99.2". */
function whyLine(visit) {
  if (visit.anonymised) return t("activity.anonymised");
  const similarities = visit.faces.map(similarityOf).filter((similarity) => similarity !== null);
  const isByFace = visit.rule === "recognised" || visit.rule === "blocked";
  const similarity = isByFace && similarities.length > 0 && Math.max(...similarities);
  return [messageProblem(visit), ruleSentence(visit), similarity && t("activity.similarity", { similarity })].filter(Boolean).join(" ");
}

/** The photo, small, or why there is none: a fresh link that brings nothing is a photo that is no longer kept. */
function thumbnail(page) {
  const note = element("span", { class: "quiet small" });
  const image = element("img", { alt: "", loading: "lazy", width: 88, height: 64, on: { error: failed, load: loaded } });
  const root = element("div", { class: "visit-row-photo" }, image, note);
  let visit = null;
  let place = null;

  function loaded() {
    setText(note, "");
  }

  async function failed() {
    if (secondsUntil(visit.photo_links_expire_at) > 0) return say(navigator.onLine ? t("activity.photo_gone") : "");
    const fresh = await renewed(page, visit);
    if (!fresh) say("");
    else if (place === placeOf(fresh)) load(fresh);
  }

  function say(text) {
    image.hidden = true;
    setText(note, text);
    if (!text) place = null; // the next answer tries again
  }

  function load(latest) {
    visit = latest;
    image.hidden = false;
    image.src = latest.photo_url;
    lookCloser(root, latest.faces);
  }

  function update(latest) {
    const next = placeOf(latest);
    if (next === null) say(t("activity.photo_none"));
    else if (next !== place) load(latest);
    place = next;
  }

  return { root, update };
}

/** The visit with fresh links; null where the home does not give it. */
async function renewed(page, visit) {
  try {
    return await page.api.visit(visit.door_id, visit.visit_id);
  } catch (error) {
    if (!(error instanceof RefusedError)) page.failed(error);
    return null;
  }
}

function placeOf({ photo_url: url }) {
  return url ? new URL(url, location.href).pathname : null;
}
