// A video element as both screens use it: silent, in place, and let go of when it is done.

import { element } from "/shared/dom.js";

/** A video that nothing plays in yet. */
export function film({ label, on }) {
  const video = element("video", { class: "screen-picture", "aria-label": label, controls: true, playsinline: true, hidden: true, on });
  video.muted = true;
  return video;
}

/** Plays from an address. Where the browser wants a finger for it, `onRefused` is called, and the controls are there. */
export async function playFrom(video, address, onRefused) {
  video.src = address;
  try {
    await video.play();
  } catch (error) {
    if (error.name === "NotAllowedError") onRefused();
    // Otherwise it was stopped before it began, or its own error event says what is wrong.
  }
}

/** Stops it, and what it loads. */
export function letGo(video) {
  video.pause();
  video.removeAttribute("src");
  video.load();
}
