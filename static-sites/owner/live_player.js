// A door, live. Video where the browser plays HLS; otherwise, and where it fails, the newest picture every two
// seconds. Where the camera sends nothing, the last photo and the reason. Nothing is asked while nobody looks.

import { element, setAttribute, setText } from "/shared/dom.js";
import { OfflineError, RefusedError } from "/shared/http.js";
import { t } from "/shared/i18n.js";
import { clock, exactly, secondsUntil } from "/shared/times.js";
import { film, letGo, playFrom } from "./film.js";
import { problemText } from "./problems.js";
import { lastVisit, live, still } from "./video_api.js";

const PLAYLIST = "application/vnd.apple.mpegurl";
const PICTURE_MILLISECONDS = 2_000;
const NOTHING_MILLISECONDS = 8_000;
const LOOK_MILLISECONDS = 1_000;
const LONGEST_WAIT_MILLISECONDS = 15_000;
// What plays has moved on in that time; a new address is taken so long before the old one ends.
const STUCK_MILLISECONDS = 12_000;
const RENEW_SECONDS = 15;
const MOST_FAILURES = 2;

/** The screen of a door: {root, start(), stop()}. */
export function livePlayer(page, { doorId, doorName }) {
  const canvas = element("canvas", { class: "screen-picture", role: "img", hidden: true });
  const photo = element("img", { class: "screen-picture", alt: "", hidden: true });
  const video = film({
    label: t("live.label", { door: doorName }),
    on: { playing, error: () => video.hasAttribute("src") && gaveUp(), ended: () => gaveUp() },
  });
  const badge = element("span", { class: "screen-badge", hidden: true }, t("live.on"));
  const spinner = element("span", { class: "screen-spinner" });
  const words = element("p", { class: "screen-words small", role: "status" });
  const taken = element("p", { class: "small quiet", hidden: true });
  const screen = element("div", { class: "screen", "aria-busy": "true" }, photo, canvas, video, spinner, badge);
  const root = element("div", { class: "screen-box" }, screen, words, taken);

  let turn = 0; // what was asked before it changed is of no interest any more
  let timer = null;
  let failures = 0;
  let waits = 0;
  let expiresAt = null;
  let moved = { to: 0, at: 0 };
  let showsPictures = false;

  function begin() {
    turn += 1;
    clearTimeout(timer);
    if (document.hidden) return rest();
    return showsPictures ? showPicture() : ask();
  }

  /** Nobody looks: nothing plays, nothing is asked. */
  function rest() {
    turn += 1;
    clearTimeout(timer);
    keepFrame();
    empty();
  }

  function later(task, milliseconds) {
    const mine = turn;
    clearTimeout(timer);
    timer = setTimeout(() => mine === turn && task(), milliseconds);
  }

  async function ask() {
    const mine = turn;
    if (!video.canPlayType(PLAYLIST)) return pictures();
    if (canvas.hidden && photo.hidden) setText(words, t("live.starting"));
    try {
      const { url, expires_at } = await live(page.api, doorId);
      page.reached();
      if (mine !== turn) return undefined;
      waits = 0;
      expiresAt = expires_at;
      keepFrame();
      playFrom(video, url, () => show(video));
      moved = { to: 0, at: Date.now() };
      return later(look, LOOK_MILLISECONDS);
    } catch (error) {
      return mine === turn && refused(error);
    }
  }

  function playing() {
    failures = 0;
    show(video);
    setText(words, t("live.playing", { door: doorName }));
    badge.hidden = false;
    taken.hidden = true;
  }

  /** Whether it still moves, and whether its address holds. */
  function look() {
    if (video.currentTime !== moved.to || video.paused) moved = { to: video.currentTime, at: Date.now() };
    if (Date.now() - moved.at > STUCK_MILLISECONDS) return gaveUp();
    if (!video.paused && secondsUntil(expiresAt) < RENEW_SECONDS) return begin();
    return later(look, LOOK_MILLISECONDS);
  }

  /** It does not play (any more): another address, which also tells whether anything comes at all; then pictures. */
  function gaveUp() {
    failures += 1;
    keepFrame();
    empty();
    if (failures < MOST_FAILURES) return begin();
    return pictures();
  }

  function pictures() {
    showsPictures = true;
    empty();
    return begin();
  }

  async function showPicture() {
    const mine = turn;
    try {
      const { taken_at: takenAt, jpeg } = await still(page.api, doorId);
      page.reached();
      const bytes = Uint8Array.from(atob(jpeg), (character) => character.charCodeAt(0));
      const picture = await createImageBitmap(new Blob([bytes], { type: "image/jpeg" }));
      if (mine !== turn) return;
      waits = 0;
      draw(picture, picture.width, picture.height);
      show(canvas);
      setAttribute(canvas, "aria-label", t("live.picture", { door: doorName }));
      setText(words, t("live.pictures"));
      setText(taken, t("live.taken", { time: exactly(takenAt) }));
      taken.hidden = false;
      later(showPicture, PICTURE_MILLISECONDS);
    } catch (error) {
      if (mine === turn) await refused(error);
    }
  }

  /** Why there is no video; it is asked for again, since a camera may begin at any moment. */
  async function refused(error) {
    badge.hidden = true;
    if (error instanceof RefusedError && error.code === "no_video") return nothing(error.details.camera_sends);
    const isPassing = error instanceof OfflineError || error instanceof DOMException; // also a picture that is none
    if (isPassing || (error instanceof RefusedError && error.status >= 500)) {
      setText(words, t("live.trying"));
      waits += 1;
      return later(begin, Math.min(PICTURE_MILLISECONDS * 2 ** waits, LONGEST_WAIT_MILLISECONDS));
    }
    if (!(error instanceof RefusedError)) return page.failed(error);
    setText(words, problemText(error));
    return show(null);
  }

  async function nothing(cameraSends) {
    const mine = turn;
    setText(words, cameraSends === "motion" ? t("live.nothing_moves") : t("live.nothing_comes"));
    later(begin, NOTHING_MILLISECONDS);
    if (!canvas.hidden) return show(canvas); // the last that was seen stays, with its time
    if (!photo.hidden) return undefined;
    show(null);
    try {
      const visit = await lastVisit(page.api, doorId);
      if (mine !== turn || !visit?.photo_url) return undefined;
      photo.src = visit.photo_url;
      await photo.decode();
      if (mine !== turn) return undefined;
      photo.alt = t("live.last_photo", { time: clock(visit.opened_at) });
      setText(taken, photo.alt);
      taken.hidden = false;
      return show(photo);
    } catch {
      return undefined; // a photo that is gone is no news here
    }
  }

  /** What was seen last stays on the screen while the next comes. */
  function keepFrame() {
    if (video.hidden || video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA) return;
    draw(video, video.videoWidth, video.videoHeight);
    show(canvas);
    setAttribute(canvas, "aria-label", t("live.picture", { door: doorName }));
    setText(taken, t("live.taken", { time: exactly(new Date()) }));
    taken.hidden = false;
  }

  function draw(picture, width, height) {
    canvas.width = width;
    canvas.height = height;
    canvas.getContext("2d").drawImage(picture, 0, 0);
  }

  function show(one) {
    for (const part of [photo, canvas, video]) part.hidden = part !== one;
    screen.hidden = one === null;
    spinner.hidden = true;
    setAttribute(screen, "aria-busy", null);
  }

  function empty() {
    badge.hidden = true;
    letGo(video);
  }

  function start() {
    document.addEventListener("visibilitychange", begin);
    window.addEventListener("online", begin);
    begin();
  }

  function stop() {
    document.removeEventListener("visibilitychange", begin);
    window.removeEventListener("online", begin);
    rest();
  }

  return { root, start, stop };
}
