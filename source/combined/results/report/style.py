"""How the page looks, and the little that it does when it is clicked or played; it reads well without the latter."""

STYLE = """
:root { color-scheme: light dark; --ink: #1d1d20; --soft: #5b5b63; --paper: #f5f5f7; --card: #fff; --line: #dfdfe4;
  --none: #e4e4e9; --unsure: #6c6c75; --link: #0b5cad; --arousal: #1d1d20; --valence: #7c3aed; --name: 5.2rem; }
@media (prefers-color-scheme: dark) { :root { --ink: #ececf0; --soft: #a5a5b0; --paper: #131316; --card: #1d1d22;
  --line: #34343c; --none: #2c2c33; --unsure: #6c6c75; --link: #7cb8f5; --arousal: #ececf0; --valence: #b794ff; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.55 system-ui, -apple-system, "Segoe UI",
  Roboto, sans-serif; }
main { max-width: 72rem; margin: 0 auto; padding: 1.4rem 1rem 3rem; }
h1 { font-size: 1.15rem; font-weight: 600; margin: 0 0 1rem; overflow-wrap: anywhere; }
h1 small { display: block; font-size: .82rem; font-weight: 400; color: var(--soft); }
h2 { font-size: 1.1rem; margin: 0 0 .3rem; }
p { margin: .4rem 0; }
a { color: var(--link); }
section, .card { background: var(--card); border: 1px solid var(--line); border-radius: .9rem; padding: 1.1rem 1.2rem;
  margin: 0 0 1rem; min-width: 0; }
.top { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(21rem, 100%), 1fr)); gap: 1rem; }
.top > * { margin: 0; }
.top + * { margin-top: 1rem; }
.player { padding: 0; overflow: hidden; background: #000; display: flex; align-items: center; }
video { display: block; width: 100%; max-height: 30rem; }
.answer { border-top: .45rem solid var(--tone, var(--unsure)); }
.big { display: flex; align-items: center; gap: .9rem; margin: .2rem 0 .6rem; }
.big .emoji { font: 3.6rem/1 "Apple Color Emoji", "Segoe UI Emoji", "Noto Color Emoji", sans-serif; }
.big b { display: block; font-size: 1.9rem; line-height: 1.15; font-weight: 700; }
.soft, .lead, .note, figcaption { color: var(--soft); font-size: .88rem; }
.lead { margin: 0 0 .8rem; max-width: 48rem; }
.note::before { content: "Note: "; font-weight: 600; }
.bars { display: grid; grid-template-columns: max-content 1fr 3.2rem; gap: .18rem .6rem; align-items: center;
  font-size: .88rem; margin: .7rem 0; }
.bars span:nth-child(3n) { text-align: right; font-variant-numeric: tabular-nums; }
.bar { height: .62rem; border-radius: .31rem; background: var(--none); overflow: hidden; }
.bar i { display: block; height: 100%; border-radius: inherit; }
.lanes { position: relative; touch-action: pan-y; }
.lanes.seeks { cursor: pointer; }
.lane { display: grid; grid-template-columns: var(--name) minmax(0, 1fr); align-items: center; margin-bottom: .3rem; }
.lane > span { font-size: .82rem; color: var(--soft); padding-right: .5rem; overflow: hidden; text-overflow: ellipsis; }
.track { position: relative; min-width: 0; }
.track svg { display: block; width: 100%; background: var(--none); border-radius: .3rem; }
.on { position: absolute; top: 0; bottom: 0; display: flex; align-items: center; justify-content: center; gap: .3em;
  overflow: hidden; white-space: nowrap; font-size: .88rem; font-weight: 600; pointer-events: none; }
.lane.thin .on { font-size: .74rem; font-weight: 400; }
rect { shape-rendering: crispEdges; }
.u { fill: var(--unsure); } .n { fill: var(--none); }
.line { fill: none; stroke-width: 2; vector-effect: non-scaling-stroke; }
.zero { stroke: var(--unsure); stroke-width: 1; opacity: .5; vector-effect: non-scaling-stroke; }
.axis { position: relative; height: 1.3rem; margin-left: var(--name); font-size: .75rem; color: var(--soft); }
.axis span { position: absolute; transform: translateX(-50%); white-space: nowrap; }
.axis span:first-child { transform: none; }
.axis span.last { transform: translateX(-100%); }
.over { position: absolute; left: var(--name); right: 0; top: 0; bottom: 1.3rem; pointer-events: none; }
.over i { position: absolute; top: 0; bottom: 0; width: 2px; margin-left: -1px; background: var(--ink); }
.over i.ghost { opacity: .35; }
.over b { position: absolute; top: -1.35rem; transform: translateX(-50%); font-size: .75rem; background: var(--ink);
  color: var(--card); border-radius: .3rem; padding: 0 .35rem; white-space: nowrap; }
.legend { display: flex; flex-wrap: wrap; gap: .25rem 1rem; font-size: .82rem; color: var(--soft); margin: .5rem 0 0;
  padding: 0; list-style: none; }
.dot { display: inline-block; width: .78em; height: .78em; border-radius: 50%; margin-right: .35em;
  vertical-align: -.06em; }
.chip { display: inline-block; padding: .04rem .6rem; border-radius: 1rem; font-size: .85rem; font-weight: 500;
  white-space: nowrap; }
.unsure { border: 1px solid var(--unsure); }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .88rem; }
th { text-align: left; font-weight: 600; color: var(--soft); font-size: .8rem; }
th, td { padding: .42rem .8rem .42rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
.wide { min-width: 62rem; }
.figures td, .figures th { white-space: nowrap; font-variant-numeric: tabular-nums; padding-right: .9rem; }
.said { overflow-wrap: anywhere; min-width: 10rem; }
.why { min-width: 10rem; }
.own { white-space: nowrap; }
.when { font-variant-numeric: tabular-nums; white-space: nowrap; text-decoration: none; }
.now { background: color-mix(in srgb, var(--link) 13%, transparent); }
.cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(17rem, 100%), 1fr)); gap: 1rem; }
.cards > div { border: 1px solid var(--line); border-radius: .7rem; padding: .8rem .9rem; }
.cards h3 { margin: 0 0 .2rem; font-size: 1rem; }
.talk { list-style: none; margin: 0; padding: 0; }
.talk li { display: grid; grid-template-columns: 3.6rem 1fr auto; gap: .2rem .9rem; padding: .5rem .3rem;
  border-top: 1px solid var(--line); align-items: start; border-radius: .3rem; }
.talk .said { min-width: 0; }
.talk .tags { text-align: right; }
figure { margin: .8rem 0 0; }
figure img { max-width: 100%; height: auto; border-radius: .5rem; background: #fff; display: block; margin: 0 auto; }
summary { cursor: pointer; font-weight: 600; }
details > :nth-child(2) { margin-top: .8rem; }
dl { margin: 0; } dt { font-weight: 600; margin-top: .6rem; } dd { margin: 0; max-width: 52rem; }
footer { color: var(--soft); font-size: .82rem; text-align: center; }
@media (max-width: 40rem) { :root { --name: 4.6rem; } .lane > span, .axis { font-size: .72rem; }
  .axis span:nth-child(even), .narrow { display: none; } section, .card { padding: .9rem; } .player { padding: 0; }
  .talk li { grid-template-columns: 3.2rem 1fr; } .talk .tags { grid-column: 2; text-align: left; } }
@page { margin: 14mm; }
@media print { body { background: #fff; } main { max-width: none; padding: 0; } .player, .over { display: none; }
  .scroll { overflow: visible; } .wide { min-width: 0; font-size: .7rem; } .own { white-space: normal; }
  .wide .chip, .wide .note { font-size: inherit; } .why, .said { min-width: 7rem; }
  section, .card, tr, li, figure, .cards > div { break-inside: avoid; } section.long { break-inside: auto; }
  h2, .lead { break-after: avoid; } * { print-color-adjust: exact; -webkit-print-color-adjust: exact; } }
"""

SCRIPT = """
(function () {
  var video = document.querySelector("video"), lanes = document.querySelector(".lanes");
  var rows = Array.prototype.slice.call(document.querySelectorAll("[data-from]")).map(function (row) {
    return [row, parseFloat(row.dataset.from), parseFloat(row.dataset.to)];
  });
  function clock(s) {
    var whole = Math.floor(s), h = Math.floor(whole / 3600), m = Math.floor(whole / 60) % 60, two = function (n) {
      return (n < 10 ? "0" : "") + n;
    };
    return h ? h + ":" + two(m) + ":" + two(whole % 60) : m + ":" + two(whole % 60);
  }
  function seek(s) {
    video.currentTime = s;
    var played = video.play();
    if (played) played.catch(function () {});
  }
  document.addEventListener("click", function (event) {
    var link = event.target.closest ? event.target.closest("a[data-t]") : null;
    if (!link || !video) return;
    event.preventDefault();
    video.scrollIntoView({ block: "nearest" });
    seek(parseFloat(link.dataset.t));
  });
  function show(s) {
    rows.forEach(function (row) { row[0].classList.toggle("now", s >= row[1] && s < row[2]); });
  }
  if (lanes) {
    var seconds = parseFloat(lanes.dataset.seconds), over = lanes.querySelector(".over");
    var make = function (tag, name) {
      var made = document.createElement(tag);
      made.className = name; made.hidden = true;
      return over.appendChild(made);
    };
    var ghost = make("i", "ghost"), label = make("b", ""), cursor = make("i", "");
    var at = function (event) {
      var place = over.getBoundingClientRect();
      return Math.min(1, Math.max(0, (event.clientX - place.left) / place.width));
    };
    lanes.addEventListener("pointermove", function (event) {
      ghost.hidden = label.hidden = false;
      ghost.style.left = label.style.left = 100 * at(event) + "%";
      label.textContent = clock(at(event) * seconds);
    });
    lanes.addEventListener("pointerleave", function () { ghost.hidden = label.hidden = true; });
    if (video) {
      lanes.classList.add("seeks");
      lanes.addEventListener("click", function (event) { seek(at(event) * seconds); });
      video.addEventListener("timeupdate", function () {
        cursor.hidden = false;
        cursor.style.left = Math.min(100, 100 * video.currentTime / seconds) + "%";
        show(video.currentTime);
      });
    }
  }
})();
"""
