// A sheet for the people who are recorded: filled in on the page, printed or saved as PDF by the browser, never sent.
import { h } from "../lib/dom.js";

const blank = (label, long) => h(long ? "textarea" : "input", { "aria-label": label, placeholder: label, rows: long && 3, class: "blank" });
const point = (title, ...said) => [h("h2", {}, title), h("p", {}, said)];

/** Show the page in `root`. */
export async function mount(root) {
  root.append(
    h("p", { class: "row apart unprinted" },
      h("span", { class: "soft" }, "Fill in the lines, then print it or save it as a PDF. Nothing that you type here is kept. It is no legal advice."),
      h("button", { class: "main", onclick: () => print() }, "Print")),
    h("section", { class: "paper" },
      h("h1", {}, "Information for participants"),
      h("p", {}, blank("Title of the study or purpose of the recording")),
      h("p", {}, blank("Who is responsible, with address and telephone or e-mail")),
      point("What happens", "You are recorded with a camera, a microphone or both, or you are watched live. A program named Demeanor, which runs on a computer of those responsible, ",
        "estimates from your face, your voice and your words which emotion they display: anger, disgust, fear, happiness, sadness, surprise, or none of them. ",
        "This is an emotion recognition system in the sense of the European Union's Artificial Intelligence Act (Regulation (EU) 2024/1689)."),
      point("What the estimates are worth", "They say how observers might name an expression. They do not say what you feel, and they are often wrong: with people whom the program never met, ",
        "in more than one case of three. No decision about you may be based on them."),
      point("What is stored, where, and for how long", "The recording, the estimates and the words that were understood are stored on the computer of those responsible. ",
        "The program sends nothing elsewhere. It numbers the people in a recording, and recognises nobody from one recording to another. If you are only watched live, nothing is stored unless you are told so."),
      h("p", {}, blank("Where it is stored, who has access, when it is deleted", true)),
      point("Why", "It is used for"),
      h("p", {}, blank("What is to be found out, and who will see which results", true)),
      point("Your rights", "Taking part is voluntary. You may refuse, stop at any time, and have your recording and its results deleted, without giving a reason and without any disadvantage. ",
        "You may see what is stored about you, have it corrected, and complain to a data protection authority. ",
        "At work and in education such systems are prohibited in the European Union, except for medical or safety reasons."),
      h("p", { class: "agree" }, h("span", { class: "square" }), "I have read this, could ask questions, and agree to be recorded and to have the recording read as described."),
      h("p", { class: "agree" }, h("span", { class: "square" }), "For a child: I have custody, the child agrees as well, and I agree for the child."),
      h("div", { class: "signatures" }, ["Name", "Place and date", "Signature"].map((what) => h("p", {}, what)))),
  );
}
