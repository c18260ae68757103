// The seconds before and after somebody was first seen, as a film, and the link to save it.

import { element, setAttribute, setText } from "/shared/dom.js";
import { OfflineError, RefusedError } from "/shared/http.js";
import { t } from "/shared/i18n.js";
import { exactly, secondsUntil } from "/shared/times.js";
import { film, letGo, playFrom } from "./film.js";
import { problemText } from "./problems.js";
import { SessionOverError } from "./session.js";
import { clip } from "./video_api.js";

const RENEW_SECONDS = 20;
const RETRY_MILLISECONDS = 5_000;

/** The screen of a visit's clip: {root, start(), stop()}. */
export function clipPlayer(page, { doorId, visitId }) {
  const video = film({
    label: t("clip.label"),
    on: { loadedmetadata: shown, error: () => video.hasAttribute("src") && failed() },
  });
  const spinner = element("span", { class: "screen-spinner" });
  const screen = element("div", { class: "screen", "aria-busy": "true" }, video, spinner);
  const words = element("p", { class: "screen-words small", role: "status" }, t("clip.starting"));
  const save = element("a", { class: "button", download: true, hidden: true }, t("clip.save"));
  const root = element("div", { class: "screen-box" }, screen, words, save);
  let timer = null;
  let stopped = false;
  let hasTriedAgain = false;
  let times = "";

  async function ask() {
    try {
      const found = await clip(page.api, doorId, visitId);
      page.reached();
      if (stopped) return null;
      times = t("clip.times", { from: exactly(found.begins_at), to: exactly(found.ends_at) });
      if (!found.is_whole) times += ` ${t("clip.goes_on")}`;
      offer(found);
      return found.url;
    } catch (error) {
      if (!stopped) refused(error);
      return null;
    }
  }

  /** The link to save it works as long as it is there; what plays already is left in peace. */
  function offer(found) {
    clearTimeout(timer);
    save.href = found.url;
    save.hidden = false;
    timer = setTimeout(renew, Math.max(secondsUntil(found.expires_at) - RENEW_SECONDS, 5) * 1000);
  }

  async function renew() {
    save.hidden = true;
    try {
      const found = await clip(page.api, doorId, visitId);
      if (!stopped) offer(found);
    } catch (error) {
      // The film is still there to be watched, and a phone that wakes up has a network a little later.
      if (error instanceof SessionOverError) page.failed(error);
      else if (error instanceof OfflineError && !stopped) timer = setTimeout(renew, RETRY_MILLISECONDS);
    }
  }

  async function play(from = 0) {
    const url = await ask();
    if (!url) return;
    playFrom(video, url, shown);
    if (from > 0) video.currentTime = from;
  }

  function shown() {
    spinner.hidden = true;
    video.hidden = false;
    setAttribute(screen, "aria-busy", null);
    setText(words, times);
  }

  /** The link may have ended while the film was paused; a second failure is the browser's. */
  function failed() {
    const at = video.currentTime;
    if (hasTriedAgain) return give(t("clip.not_played"));
    hasTriedAgain = true;
    return play(at);
  }

  function refused(error) {
    const isNothing = error instanceof RefusedError && error.code === "no_video";
    if (isNothing) give(error.details.camera_sends === "motion" ? t("clip.nothing_moved") : t("clip.nothing_came"));
    else if (error instanceof RefusedError || error instanceof OfflineError) give(problemText(error));
    else page.failed(error);
  }

  function give(reason) {
    screen.hidden = true;
    setAttribute(screen, "aria-busy", null);
    setText(words, reason);
  }

  return {
    root,
    start: () => play(),
    stop() {
      stopped = true;
      clearTimeout(timer);
      letGo(video);
    },
  };
}
