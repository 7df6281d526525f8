// Lets a click on a time or on the timeline seek in the video, and lights up what is played. The page reads well without.
(() => {
  const video = document.querySelector("video");
  const lanes = document.querySelector(".lanes");
  const rows = document.querySelectorAll("[data-from]");

  const clock = (seconds) => {
    const whole = Math.floor(seconds), hours = Math.floor(whole / 3600), minutes = Math.floor(whole / 60) % 60;
    const two = (number) => String(number).padStart(2, "0");
    return hours ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
  };

  const seek = (seconds) => {
    video.currentTime = seconds;
    video.play()?.catch(() => {});
  };

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-t]");
    if (!link || !video) return;
    event.preventDefault();
    video.scrollIntoView({ block: "nearest" });
    seek(parseFloat(link.dataset.t));
  });

  if (!lanes) return;
  const start = parseFloat(lanes.dataset.start), seconds = parseFloat(lanes.dataset.seconds);
  const over = lanes.querySelector(".over");
  const add = (tag, name) => {
    const element = document.createElement(tag);
    element.className = name;
    element.hidden = true;
    return over.appendChild(element);
  };
  const ghost = add("i", "ghost"), label = add("b", ""), cursor = add("i", "");
  const share = (event) => {
    const box = over.getBoundingClientRect();
    return Math.min(1, Math.max(0, (event.clientX - box.left) / box.width));
  };

  lanes.addEventListener("pointermove", (event) => {
    ghost.hidden = label.hidden = false;
    ghost.style.left = label.style.left = `${100 * share(event)}%`;
    label.textContent = clock(start + share(event) * seconds);
  });
  lanes.addEventListener("pointerleave", () => { ghost.hidden = label.hidden = true; });

  if (!video) return;
  lanes.classList.add("seeks");
  lanes.addEventListener("click", (event) => seek(share(event) * seconds));
  video.addEventListener("timeupdate", () => {
    const now = video.currentTime;
    cursor.hidden = false;
    cursor.style.left = `${Math.min(100, 100 * now / seconds)}%`;
    for (const row of rows) {
      row.classList.toggle("now", now >= parseFloat(row.dataset.from) && now < parseFloat(row.dataset.to));
    }
  });
})();
