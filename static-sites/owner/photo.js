// A visit's photo with its faces marked. Links are short-lived and change with every answer: a photo that is
// already shown is not loaded again, and one whose link had expired is loaded from the next fresh link.

import { element, setText } from "/shared/dom.js";
import { t } from "/shared/i18n.js";

const RETRY_MILLISECONDS = 5_000;
const NEAR = 0.4; // of a photo's width

/**
 * A photo: {root, update({url, alt, faces})}. `faces` are VisitFaces with their mark's text in `label`;
 * those without a bounding box get no mark. `onLinkFailed` is called where a link did not load:
 * it should bring an update with a fresh one.
 */
export function markedPhoto({ onLinkFailed, emptyText = t("photo.none_yet") }) {
  const empty = element("p", { class: "photo-empty quiet" }, emptyText);
  const marks = element("div", { class: "photo-marks", "aria-hidden": "true" });
  const root = element("div", { class: "photo" }, empty, marks);
  let image = null;
  let wanted = null;
  let failures = 0;
  let retryAt = 0;

  async function load(photo, identity) {
    const next = element("img", { src: photo.url, alt: photo.alt });
    try {
      await next.decode();
    } catch {
      if (wanted !== identity) return;
      wanted = null;
      failures += 1;
      retryAt = failures === 1 ? 0 : Date.now() + RETRY_MILLISECONDS;
      if (!image) setText(empty, failures > 1 && navigator.onLine ? t("photo.gone") : t("photo.not_loaded"));
      if (failures === 1) onLinkFailed();
      return;
    }
    if (wanted !== identity) return;
    failures = 0;
    next.width = next.naturalWidth;
    next.height = next.naturalHeight;
    image?.remove();
    image = next;
    lookCloser(root, photo.faces);
    empty.hidden = true;
    root.prepend(image);
    drawMarks(marks, photo.faces);
  }

  function update(photo) {
    if (image) image.alt = photo.alt;
    if (!photo.url || Date.now() < retryAt) return;
    const identity = identityOf(photo);
    if (identity === wanted) {
      drawMarks(marks, image ? photo.faces : []);
      return;
    }
    wanted = identity;
    if (!image) lookCloser(root, photo.faces); // its place is kept before it comes
    load(photo, identity);
  }

  return { root, update };
}

/**
 * Says where on a photo the faces are, so that styles may show less of what is around them: `--face-x` and `--face-y`,
 * and the class `photo-near` where they are close enough together for that.
 */
export function lookCloser(root, faces) {
  const boxes = faces.map((face) => face.bounding_box).filter(Boolean);
  const [left, top] = ["left", "top"].map((side) => Math.min(...boxes.map((box) => box[side])));
  const right = Math.max(...boxes.map((box) => box.left + box.width));
  const bottom = Math.max(...boxes.map((box) => box.top + box.height));
  root.classList.toggle("photo-near", boxes.length > 0 && right - left < NEAR);
  if (boxes.length === 0) return;
  root.style.setProperty("--face-x", percent((left + right) / 2));
  root.style.setProperty("--face-y", percent((top + bottom) / 2));
}

/** What tells one photo from another: its place, and where the faces are on it. Never the link's signature. */
function identityOf(photo) {
  const { origin, pathname } = new URL(photo.url, location.href);
  return JSON.stringify([origin, pathname, photo.faces.map((face) => face.bounding_box ?? null)]);
}

function drawMarks(marks, faces) {
  const drawn = JSON.stringify(faces.map((face) => [face.bounding_box, face.label, face.known]));
  if (marks.dataset.drawn === drawn) return;
  marks.dataset.drawn = drawn;
  marks.replaceChildren(...faces.filter((face) => face.bounding_box).map(mark));
}

function mark(face) {
  const { left, top, width, height } = face.bounding_box;
  const side = left + width / 2 > 0.5 ? "photo-mark-label photo-mark-label-end" : "photo-mark-label";
  const label = face.label ? element("span", { class: side }, face.label) : null;
  const box = element("div", { class: face.known ? "photo-mark photo-mark-known" : "photo-mark" }, label);
  box.style.left = percent(left);
  box.style.top = percent(top);
  box.style.width = percent(width);
  box.style.height = percent(height);
  return box;
}

function percent(ratio) {
  return `${(ratio * 100).toFixed(2)}%`;
}
