// The door page without a network: it opens, says that there is none, and waits for it. See page_worker.js.

importScripts("/shared/page_worker.js");

keepFiles("/door/", [
  "/door/awake.js",
  "/door/door.css",
  "/door/door.webmanifest",
  "/door/doors.js",
  "/door/i18n/de.json",
  "/door/i18n/en.json",
  "/door/i18n/es.json",
  "/door/keypad.css",
  "/door/keypad.js",
  "/door/main.js",
  "/door/result.css",
  "/door/result.js",
  "/shared/base.css",
  "/shared/dom.js",
  "/shared/http.js",
  "/shared/i18n.js",
  "/shared/icon.svg",
  "/shared/install.js",
  "/shared/poll.js",
  "/shared/times.js",
  "/shared/tokens.css",
]);
