// The document of /compare as the charts take it.

/** Return {recordings, cases, labels, notes}. */
export function comparison(document) {
  return document;
}
