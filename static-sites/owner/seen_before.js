// How often the person who is there, or whom they resemble, was here before.

import { element, setText } from "/shared/dom.js";
import { OfflineError, RefusedError } from "/shared/http.js";
import { t } from "/shared/i18n.js";
import { clock } from "/shared/times.js";
import { strangersOf } from "./words.js";

/** A sentence for a visit: {root, update(visit)}; the home is asked once for each person. */
export function seenBefore(page) {
  const root = element("p", { hidden: true });
  let asked = null;

  function say(text) {
    setText(root, text);
    root.hidden = text === "";
  }

  async function look(visit, face) {
    try {
      const { visits, next_before } = await page.api.visitsOf(face.visitor_id);
      if (asked === face.visitor_id) say(sentence(face.visitor_name, earlier(visits, visit), Boolean(next_before)));
    } catch (error) {
      if (error instanceof OfflineError) asked = null;
      else if (!(error instanceof RefusedError)) page.failed(error);
    }
  }

  function update(visit) {
    const face = visit.faces.find(({ visitor_id, visitor_name }) => visitor_id && visitor_name);
    if (!face) {
      asked = null;
      const count = strangersOf(visit).length;
      return say(count > 0 && !visit.visitor_id ? t("seen.nobody_like_this", { count }) : "");
    }
    if (asked === face.visitor_id) return null;
    asked = face.visitor_id;
    say("");
    return look(visit, face);
  }

  return { root, update };
}

function earlier(visits, { visit_id }) {
  return visits.filter((visit) => visit.visit_id < visit_id);
}

function sentence(name, visits, areMore) {
  if (visits.length === 0) return areMore ? "" : t("seen.never", { name });
  const values = { name, count: visits.length, when: clock(visits[0].opened_at) };
  return areMore ? t("seen.at_least", values) : t("seen.before", values);
}
