// How visits are put into words.

const COUNTS = ["Nobody", "Someone", "Two people", "Three people", "Four people", "Five people"];

const OUTCOMES = {
  open: { label: "Just arrived", tone: "waiting" },
  awaiting_owner: { label: "Waiting for you", tone: "waiting" },
  code_sent: { label: "Code sent", tone: "neutral" },
  admitted: { label: "Came in", tone: "good" },
  denied: { label: "Turned away", tone: "danger" },
};

/** Who a visit shows: "Someone you don’t know", "Ada with two people you don’t know", "Ada". */
export function who(visit) {
  if (visit.visitor_name) return visit.visitor_name;
  const names = visit.faces.filter((face) => face.known && face.visitor_name).map((face) => face.visitor_name);
  const strangers = strangersOf(visit).length;
  const known = new Intl.ListFormat("en").format(names);
  if (strangers === 0) return known || "Someone";
  const count = COUNTS[strangers] ?? `${strangers} people`;
  const unknown = `${count} you don’t know`;
  return known ? `${known} with ${unknown[0].toLowerCase()}${unknown.slice(1)}` : unknown;
}

/** What became of a visit: {label, tone}, tone being waiting, neutral, good or danger. */
export function outcome(visit) {
  if (visit.state === "expired") {
    return { label: visit.decided_at ? "Code not used" : "Nobody decided", tone: "neutral" };
  }
  return OUTCOMES[visit.state];
}

/** The outcome as a sentence, for the visit's own page. */
export function outcomeSentence(visit) {
  const name = visit.visitor_name ?? "The visitor";
  switch (visit.state) {
    case "code_sent":
      return `${name} has a code by text message. It opens the door once.`;
    case "admitted":
      return `${name} came in.`;
    case "denied":
      return "This visit was turned away.";
    case "expired":
      return visit.decided_at
        ? `${name} had a code and did not use it in time.`
        : "Nobody decided in time. Whoever comes back is a new visit.";
    default:
      return "This visit waits for your decision.";
  }
}

/** Whether the owner still has something to decide. */
export function isWaiting(visit) {
  return visit.state === "open" || visit.state === "awaiting_owner";
}

/** The faces of a visit that nobody has given a name yet. */
export function strangersOf(visit) {
  return visit.faces.filter((face) => !face.known);
}

/** One face in words; `number` is how the photo marks it. */
export function faceSentence(face, number) {
  const similarity = face.similarity ? ` (similarity ${face.similarity.toFixed(1)})` : "";
  if (face.known) return `${face.visitor_name ?? "Someone on file"}, recognised${similarity}`;
  const looks = face.visitor_name ? `, but looks a little like ${face.visitor_name}${similarity}` : "";
  return `Face ${number} was not recognised${looks}`;
}
