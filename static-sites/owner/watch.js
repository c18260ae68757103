// Buttons that open a door's screen: live, or the seconds before somebody came. One screen at a time.

import { element, icon, setAttribute } from "/shared/dom.js";
import { OfflineError } from "/shared/http.js";
import { t } from "/shared/i18n.js";
import { uniqueId } from "./fields.js";

const CAMERA = "M3 7h11v10H3zM14 11l7-4v10l-7-4";
const BACK = "M4 5v5h5M4.5 10a8 8 0 1 1-.5 5M12 8v4l3 2";
const CLOSE = "M6 6l12 12M18 6L6 18";

let closeOpenOne = null;

/**
 * The buttons and the place of the screen: {root, stage, isOpen, update({live, clip}), close()}. `label` is what the
 * live button says; `instead` is hidden while a screen is open. Without a visit there is no clip.
 */
export function watchBar({ page, doorId, doorName, visitId = null, label = t("live.watch"), instead = null }) {
  const stage = element("div", { class: "stage", id: uniqueId("stage"), hidden: true });
  const live = toggle(CAMERA, label, openLive);
  const clip = visitId && toggle(BACK, t("clip.short"), openClip, t("clip.watch"));
  const root = element("div", { class: "watch" }, live, clip);
  let player = null;
  let opener = null;
  let presses = 0;

  async function openLive() {
    const { livePlayer } = await import("./live_player.js");
    return livePlayer(page, { doorId, doorName });
  }

  async function openClip() {
    const { clipPlayer } = await import("./clip_player.js");
    return clipPlayer(page, { doorId, visitId });
  }

  function toggle(picture, text, make, name = null) {
    const button = element(
      "button",
      { type: "button", class: "button", "aria-label": name, "aria-expanded": "false", "aria-controls": stage.id, on: { click } },
      icon(picture),
      element("span", {}, text),
    );
    async function click() {
      const wasOpen = opener === button;
      close();
      if (wasOpen) return;
      const press = presses;
      try {
        const made = await make();
        if (press === presses) open(button, made);
      } catch (error) {
        page.failed(error instanceof TypeError ? new OfflineError(error) : error); // a script that did not come
      }
    }
    return button;
  }

  function open(button, made) {
    closeOpenOne?.();
    closeOpenOne = close;
    opener = button;
    player = made;
    const leave = element(
      "button",
      { type: "button", class: "button screen-close", "aria-label": t("live.close"), on: { click: giveBack } },
      icon(CLOSE),
    );
    stage.replaceChildren(player.root, leave);
    stage.hidden = false;
    if (instead) instead.hidden = true;
    setAttribute(button, "aria-expanded", "true");
    player.start();
  }

  function giveBack() {
    const button = opener;
    close();
    button?.focus();
  }

  function close() {
    presses += 1; // a screen that is still being loaded does not come any more
    if (!player) return;
    player.stop();
    player = null;
    stage.replaceChildren();
    stage.hidden = true;
    if (instead) instead.hidden = false;
    setAttribute(opener, "aria-expanded", "false");
    opener = null;
    closeOpenOne = null;
  }

  stage.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !document.fullscreenElement) giveBack();
  });

  return {
    root,
    stage,
    close,
    get isOpen() {
      return player !== null;
    },
    /** Which buttons there are; an open screen keeps its button. */
    update(offered) {
      live.hidden = !offered.live && opener !== live;
      if (clip) clip.hidden = !offered.clip && opener !== clip;
      root.hidden = live.hidden && (!clip || clip.hidden);
    },
  };
}

/** The doors of the home, each to be watched while nobody waits there: {root, update(waiting), close()}. */
export function doorsToWatch(page) {
  const doors = page.doors.map(({ door_id: doorId, name }) => {
    const bar = watchBar({ page, doorId, doorName: name, label: t("live.watch_door", { door: name }) });
    return { doorId, bar, root: element("div", { class: "door-watch" }, bar.root, bar.stage) };
  });
  const root = element("section", { class: "doors-watch", "aria-label": t("live.doors") }, ...doors.map((door) => door.root));
  return {
    root,
    update(waiting) {
      for (const { doorId, bar, root: place } of doors) {
        place.hidden = !bar.isOpen && waiting.some((visit) => visit.door_id === doorId);
      }
      root.hidden = doors.every((door) => door.root.hidden);
    },
    close() {
      for (const { bar } of doors) bar.close();
    },
  };
}
