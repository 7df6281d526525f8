// What people must know before a camera or a microphone is asked for.
import { h } from "./dom.js";

const AGREED = "demeanor.agreed";  // in the tab's session only: a new tab asks again

/** Whether the notice was agreed to in this tab. */
export const hasAgreed = () => sessionStorage.getItem(AGREED) === "yes";

/** The notice with a box to tick; onAgree() when it is ticked and gone on from. `kept` says what becomes of what is recorded. */
export function notice(kept, onAgree) {
  const go = h("button", { class: "main", type: "submit", disabled: true }, "Go on");
  const box = h("input", { type: "checkbox", onchange: () => (go.disabled = !box.checked) });
  const agreed = (event) => {
    event.preventDefault();
    sessionStorage.setItem(AGREED, "yes");
    onAgree();
  };
  return h("form", { class: "card notice", onsubmit: agreed },
    h("h2", {}, "Before the camera starts"),
    h("ul", {},
      h("li", {}, "Face, voice and words are read for the emotion that they ", h("strong", {}, "display"),
        ". What anybody feels cannot be seen or heard; and of people whom it never met, more than one answer in three is wrong. ",
        h("a", { href: "/api/v1/models/combined/card", target: "_blank", rel: "noopener" }, "How well it reads")),
      h("li", {}, h("strong", {}, "Nothing leaves this machine. "), kept),
      h("li", {}, "Everybody in view or within earshot must have agreed; for children, their parents too. ",
        h("a", { href: "#/sheet" }, "A sheet to hand out")),
      h("li", {}, "Not for work or school: the European Union prohibits it there, except for medical or safety reasons. Whoever uses it elsewhere must tell the people concerned.")),
    h("label", { class: "check" }, box, "I have read this, and everybody concerned agrees."),
    h("p", { class: "row" }, go));
}
