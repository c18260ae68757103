// Plays an HLS address with Media Source Extensions, as a page without a library does, and says what was shown.
// `segments` is how many to wait for: a live playlist grows.
async ([address, segments]) => {
  const load = async (url) => {
    const answer = await fetch(url);
    if (!answer.ok) throw new Error(`${answer.status} for ${url}`);
    return answer;
  };
  const master = await (await load(address)).text();
  const codec = /CODECS="([^"]+)"/.exec(master)[1];
  const mediaAddress = new URL(master.trim().split("\n").at(-1), address);

  const video = document.createElement("video");
  video.muted = true;
  document.body.append(video);
  const source = new MediaSource();
  video.src = URL.createObjectURL(source);
  await new Promise((opened) => source.addEventListener("sourceopen", opened, { once: true }));
  const buffer = source.addSourceBuffer(`video/mp4; codecs="${codec}"`);
  const append = async (name) => {
    const data = await (await load(new URL(name, mediaAddress))).arrayBuffer();
    await new Promise((done, failed) => {
      buffer.addEventListener("updateend", done, { once: true });
      buffer.addEventListener("error", () => failed(new Error(`not decoded: ${name}`)), { once: true });
      buffer.appendBuffer(data);
    });
  };

  const loaded = new Set();
  while (loaded.size < segments) {
    const playlist = await (await load(mediaAddress)).text();
    if (loaded.size === 0) await append(/#EXT-X-MAP:URI="([^"]+)"/.exec(playlist)[1]);
    for (const name of playlist.split("\n").filter((line) => line && !line.startsWith("#"))) {
      if (!loaded.has(name)) await append(name);
      loaded.add(name);
    }
    if (loaded.size < segments) await new Promise((later) => setTimeout(later, 100));
  }
  source.endOfStream();

  const ranges = buffer.buffered.length;
  const [begin, end] = [buffer.buffered.start(0), buffer.buffered.end(ranges - 1)];
  video.currentTime = begin;
  const ended = new Promise((over) => video.addEventListener("ended", over, { once: true }));
  await video.play();
  await ended;
  const frames = video.getVideoPlaybackQuality().totalVideoFrames;
  return { ranges, begin, seconds: end - begin, width: video.videoWidth, height: video.videoHeight, frames };
};
