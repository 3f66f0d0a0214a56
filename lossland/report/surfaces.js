// Each surface is drawn when it comes near; plotly.js is unpacked then, once.
let unpacked;

function plotly() {
  unpacked ??= (async () => {
    const bytes = Uint8Array.from(atob(window.library), (c) => c.charCodeAt(0));
    const text = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    const script = document.createElement("script");
    script.textContent = await new Response(text).text();
    document.head.append(script);
  })();
  return unpacked;
}

async function draw(element) {
  await plotly();
  const { data, layout } = JSON.parse(element.querySelector("script").textContent);
  element.replaceChildren();
  await Plotly.newPlot(element, data, layout, { displaylogo: false, responsive: true });
}

const near = new IntersectionObserver(
  (entries) => {
    for (const { target } of entries.filter((entry) => entry.isIntersecting)) {
      near.unobserve(target);
      draw(target);
    }
  },
  { rootMargin: "300px" },
);
document.querySelectorAll(".surface").forEach((element) => near.observe(element));
