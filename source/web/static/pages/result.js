// A place holder.
import { h } from "../lib/dom.js";

/** Show the page in `root`. */
export async function mount(root) {
  root.append(h("h1", {}, "Result"));
}
