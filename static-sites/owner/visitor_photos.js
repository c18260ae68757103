// The photos of somebody on file: what is kept, one more from the reader's device, one less.

import { element, reconcile, setAttribute, setText } from "/shared/dom.js";
import { t } from "/shared/i18n.js";
import { confirmed } from "./confirm.js";
import { base64Jpeg, pictureOf } from "./face_file.js";
import { uniqueId } from "./fields.js";
import { markedPhoto } from "./photo.js";
import { problemBox } from "./problems.js";
import { addPhoto, MOST_PHOTOS, removePhoto } from "./visitors_api.js";

/**
 * The photos with their buttons: {root, update(visitor)}. `attempt(task, showProblem)` does something at the home and
 * gives null where that went wrong; `onChanged(visitor)` gets what the home answered.
 */
export function visitorPhotos({ page, mayManage, attempt, onChanged, onLinkFailed }) {
  let visitor = null;
  const heading = element("h2", { tabindex: "-1" }, t("visitors.photos"));
  const note = element("p", { class: "quiet" });
  const list = element("ul", { role: "list", class: "face-photos", "aria-label": t("visitors.photos") });
  const photos = new Map();
  const adding = mayManage ? addForm({ send }) : null;
  const root = element("section", { class: "card panel" }, heading, note, list, adding?.root);

  function update(latest) {
    visitor = latest;
    const numbered = visitor.photos.map((photo, index) => ({ ...photo, number: index + 1 }));
    reconcile(list, photos, numbered, (photo) => photo.face_id, photoRow);
    list.hidden = numbered.length === 0;
    setText(note, noteOn(visitor, mayManage));
    if (adding) adding.root.hidden = isFull(visitor);
  }

  function photoRow(first) {
    let number = first.number;
    const picture = markedPhoto({ onLinkFailed });
    const remove = element(
      "button",
      { type: "button", class: "button", on: { click: () => takeAway(first.face_id, number) } },
      t("visitors.remove"),
    );
    return {
      root: element("li", { class: "face-photo" }, picture.root, mayManage && remove),
      update(photo) {
        number = photo.number;
        picture.update({ url: photo.photo_url, alt: t("visitors.photo_of", { name: visitor.name, number }), faces: [] });
        setAttribute(remove, "aria-label", t("visitors.remove_photo", { number }));
      },
    };
  }

  async function takeAway(faceId, number) {
    const isLast = visitor.faces === 1;
    const sure = await confirmed({
      question: t("visitors.remove_question", { number }),
      explanation: isLast ? t("visitors.remove_last", { name: visitor.name }) : t("visitors.remove_explanation"),
      yes: t("visitors.remove"),
    });
    const changed = sure && (await attempt(() => removePhoto(page.api, visitor.visitor_id, faceId)));
    if (!changed) return;
    onChanged(changed);
    page.say(t("visitors.photo_removed"), "good");
    heading.focus();
  }

  /** Whether the photo was taken. */
  async function send(photo, showProblem) {
    const before = visitor.faces;
    const changed = await attempt(() => addPhoto(page.api, visitor.visitor_id, photo), showProblem);
    if (!changed) return false;
    onChanged(changed);
    page.say(changed.faces > before ? t("visitors.photo_added") : t("visitors.photo_same"), "good");
    heading.focus();
    return true;
  }

  return { root, update };
}

function isFull(visitor) {
  return visitor.faces >= MOST_PHOTOS;
}

function noteOn(visitor, mayManage) {
  if (visitor.faces === 0) return t("visitors.no_photos", { name: visitor.name });
  return mayManage && isFull(visitor) ? t("visitors.photos_full") : t("visitors.photos_help");
}

/** Choose a file, look at it, send it. */
function addForm({ send }) {
  const id = uniqueId("photo");
  let canvas = null;
  const input = element("input", {
    id,
    type: "file",
    accept: "image/jpeg,image/png",
    class: "visually-hidden",
    "aria-describedby": `${id}-help ${id}-problem`,
    on: { change: choose },
  });
  const problem = problemBox({ id: `${id}-problem` });
  const picture = element("div", { class: "photo-preview" });
  const add = element("button", { type: "submit", class: "button button-primary" }, t("visitors.photo_send"));
  const cancel = element("button", { type: "button", class: "button", on: { click: giveUp } }, t("confirm.cancel"));
  const preview = element(
    "div",
    { class: "stack", hidden: true },
    picture,
    element("div", { class: "person-buttons" }, add, cancel),
  );
  const root = element(
    "form",
    { class: "stack", on: { submit } },
    element(
      "div",
      { class: "photo-input" },
      input,
      element("label", { for: id, class: "button" }, t("visitors.photo_choose")),
      element("p", { id: `${id}-help`, class: "quiet small" }, t("visitors.photo_help")),
    ),
    preview,
    problem.root,
  );

  async function choose() {
    const [file] = input.files;
    input.value = "";
    if (!file) return;
    problem.show(null);
    try {
      canvas = await pictureOf(file);
    } catch (error) {
      if (!(error instanceof DOMException)) throw error;
      clear();
      return problem.show(t("error.photo_invalid"));
    }
    setAttribute(canvas, "role", "img");
    setAttribute(canvas, "aria-label", t("visitors.photo_preview"));
    picture.replaceChildren(canvas);
    preview.hidden = false;
    add.focus();
  }

  async function submit(event) {
    event.preventDefault();
    if (!canvas || add.getAttribute("aria-disabled")) return;
    problem.show(null);
    setAttribute(add, "aria-disabled", "true");
    setText(add, t("page.one_moment"));
    if (await send(base64Jpeg(canvas), problem.show)) clear();
    setAttribute(add, "aria-disabled", null);
    setText(add, t("visitors.photo_send"));
  }

  function clear() {
    canvas = null;
    picture.replaceChildren();
    preview.hidden = true;
  }

  function giveUp() {
    clear();
    problem.show(null);
    input.focus();
  }

  return { root };
}
