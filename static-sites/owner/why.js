// Why a face was taken for somebody, and the way to say that it is not them.

import { element, setText } from "/shared/dom.js";
import { t } from "/shared/i18n.js";
import { exactly } from "/shared/times.js";
import { confirmed } from "./confirm.js";
import { faceSentence, similarityOf } from "./words.js";

/** One face of a visit: {root, update(face)}. `reject(face, name)` takes the match back; null where one may not. */
export function faceRow(reject) {
  let face = null;
  const sentence = element("p", { class: "face-sentence" });
  const facts = element("dl", { class: "facts small" });
  const button = element("button", { type: "button", class: "button", hidden: true, on: { click: ask } });
  const root = element("li", { class: "face-row" }, sentence, facts, button);

  function update(latest) {
    face = latest;
    setText(sentence, faceSentence(face, face.face_index + 1));
    drawFacts(facts, evidenceOf(face));
    button.hidden = !reject || !face.takenFor;
    setText(button, t("wrong.not", { name: face.takenFor ?? "" }));
  }

  async function ask() {
    const name = face.takenFor;
    const sure = await confirmed({
      question: t("wrong.question", { name }),
      explanation: t("wrong.explanation", { name }),
      yes: t("wrong.yes"),
    });
    if (sure) await reject(face, name);
  }

  return { root, update };
}

/** Puts [term, text] pairs into a list of facts, where they differ from what is there. */
export function drawFacts(facts, wanted) {
  const drawn = JSON.stringify(wanted);
  if (facts.dataset.drawn === drawn) return;
  facts.dataset.drawn = drawn;
  facts.hidden = wanted.length === 0;
  facts.replaceChildren(
    ...wanted.map(([term, text]) => element("div", {}, element("dt", {}, term), element("dd", {}, text))),
  );
}

/** The faces of a visit, each with the name that it was `named`, and that it is `takenFor`, which can be taken back. */
export function facesOf(visit) {
  return visit.faces.map((face) => {
    const named = !face.known && face.face_index === visit.named_face_index ? visit.visitor_name : null;
    return { ...face, named, takenFor: named ?? face.visitor_name };
  });
}

function evidenceOf({ evidence, ...face }) {
  if (!evidence) return [];
  const { seen_at, frame_offset: offset, fragment_number: fragment, threshold } = evidence;
  const similarity = similarityOf(face);
  const second = evidence.runner_up_name;
  return [
    similarity !== null && [t("why.similarity"), t("why.needed", { similarity, threshold })],
    second && [t("why.runner_up"), t("why.runner_up_at", { name: second, similarity: evidence.runner_up_similarity })],
    [t("why.frame"), t("why.frame_of", { time: exactly(seen_at), offset, fragment })],
  ].filter(Boolean);
}
