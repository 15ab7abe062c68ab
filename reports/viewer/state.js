// What is shown, kept in the URL's hash: a link shows what its sender saw.

const facets = ['status', 'device', 'direction', 'dtype', 'layout', 'alpha', 'variant', 'network'];

const state = {};

function readState() {
  const hash = new URLSearchParams(location.hash.slice(1));
  for (const key of Object.keys(state)) delete state[key];
  for (const [key, value] of hash) state[key] = value;
}

/// The hash of the present state with `changes`; null takes a key out.
function hashWith(changes) {
  const hash = new URLSearchParams();
  for (const [key, value] of Object.entries({...state, ...changes})) {
    if (value !== null && value !== undefined && value !== '') hash.set(key, value);
  }
  return `#${hash}`;
}

/// A new place: the browser's "back" leads here again.
function go(changes) {
  location.hash = hashWith(changes);
}

/// The same place, seen otherwise: no entry in the history.
function adjust(changes) {
  history.replaceState(null, '', hashWith(changes));
  readState();
  window.dispatchEvent(new Event('statechange'));
}

/// A hash that someone has typed may be no encoding of anything: then it stands for itself.
function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/// A list in the hash. A name with a comma is still one name: each is encoded by itself.
function listIn(key) {
  return new Set((state[key] ?? '').split(',').filter(Boolean).map(decoded));
}

function listText(names) {
  return [...names].map(encodeURIComponent).join(',') || null;
}
