// The lanes of a result's timeline, in groups that can be shown and hidden: what the model read, and what people added.
import { answers, areas, curves, spans } from "../../lib/lanes.js";
import { modalityName } from "../../lib/readings.js";

const MOST_PEOPLE = 6;

/** Groups [name, () => lanes], in the order of the timeline; what is heavy is made once. */
export function laneGroups(session) {
  const { parts, runs, prediction } = session;
  const values = (key) => parts.map(({ reading }) => reading[key]);
  const middles = parts.map(({ begin, end }) => (begin + end) / 2);
  const alone = (name) => answers(modalityName(name), session.alone(name), { height: 22 });
  const kept = new Map(session.modalities.filter((name) => name !== "text").map((name) => [name, alone(name)]));
  const pauses = prediction.pauses.map(([begin, end]) => ({ begin, end, text: "nobody speaks", hatched: true }));
  const people = peopleLanes(session);
  const groups = [
    ["answer", () => [answers("answer", runs)]],
    ["probability", () => [areas("probability", parts)]],
    ...session.modalities.map((name) => [modalityName(name), () => [kept.get(name) ?? alone(name)]]), // words may be corrected
    session.hasMood && ["mood", () => [curves("mood", middles, [
      { name: "valence", colour: "--valence", values: values("valence") },
      { name: "arousal", colour: "--arousal", dash: [5, 3], values: values("arousal") },
    ])]],
    prediction.faces.length > 0 && ["people", people],
    pauses.length > 0 && ["pauses", () => [spans("pauses", pauses, { height: 10 })]],
    ["marks", () => added(session)],
  ];
  return groups.filter(Boolean);
}

/** A lane for each person who is seen most; persons of the same name share one. */
function peopleLanes(session) {
  const counts = new Map();
  for (const { person } of session.prediction.faces) counts.set(person, (counts.get(person) ?? 0) + 1);
  const most = [...counts].sort((one, two) => two[1] - one[1]).slice(0, MOST_PEOPLE).map(([person]) => person).sort((one, two) => one - two);
  const made = new Map();
  return () => {
    const named = Map.groupBy(most, (person) => session.nameOf(person));
    return [...named].map(([name, persons]) => {
      const key = persons.join();
      if (!made.has(key)) made.set(key, session.faceRuns(persons));
      return answers(name, made.get(key), { height: 18 });
    });
  };
}

/** Marks, and a lane for each rater. */
function added(session) {
  const spanOf = (mark) => ({
    begin: mark.begin_seconds, end: mark.end_seconds, text: mark.label || (mark.excluded ? "excluded" : "mark"),
    colour: mark.excluded ? "--unsure" : "--ink", hatched: mark.excluded,
  });
  const rated = ([name, marks]) => answers(name, marks.map(({ begin_seconds: begin, end_seconds: end, label }) => {
    const emotion = session.prediction.labels.includes(label) ? label : null;
    return { begin, end, title: label, reading: { emotion, likeliest: label, confidence: 1, probabilities: {} } };
  }), { height: 22 });
  return [
    ...(session.marks.length ? [spans("marks", session.marks.map(spanOf))] : []),
    ...Object.entries(session.annotations.raters ?? {}).map(rated),
  ];
}
