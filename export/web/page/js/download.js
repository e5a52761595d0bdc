/** Fetching files of the page's own folder, with progress. */

/** Returns a file's content as JSON. */
export async function fetchJson(name) {
  return (await answered(name)).json();
}

/**
 * Returns the bytes of files, all fetched at once.
 *
 * `sizes` maps each name to its size in bytes; a server that compresses
 * would state another. `progress(received, total)` is called now and then.
 */
export async function fetchBytes(sizes, progress) {
  const total = Object.values(sizes).reduce((a, b) => a + b, 0);
  let received = 0;
  const count = (bytes) => {
    received += bytes;
    progress(Math.min(received, total), total);
  };
  const names = Object.keys(sizes);
  const contents = await Promise.all(names.map((name) => bytesOf(name, count)));
  return Object.fromEntries(names.map((name, i) => [name, contents[i]]));
}

async function bytesOf(name, count) {
  const response = await answered(name);
  const chunks = [];
  const reader = response.body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    chunks.push(value);
    count(value.length);
  }
  return new Uint8Array(await new Blob(chunks).arrayBuffer());
}

async function answered(name) {
  const response = await fetch(name);
  if (!response.ok) {
    throw new Error(
      `${name} could not be fetched: ${response.status} ${response.statusText}`,
    );
  }
  return response;
}
