// Elements from code. Text goes in as text nodes only: nothing that a report holds can become markup.

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? '' : String(value));
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined));
  return node;
}

function el(tag, attributes, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

function svg(tag, attributes, ...children) {
  return fill(document.createElementNS('http://www.w3.org/2000/svg', tag), attributes, children);
}

/// What `place` holds from now on.
function replace(place, ...children) {
  place.replaceChildren();
  fill(place, null, children);
}

/// For screen readers alone.
function unseen(text) {
  return el('span', {class: 'unseen'}, text);
}

/// Says `text` to who cannot see what has changed.
function announce(text) {
  const place = document.getElementById('announcer') ??
      document.body.appendChild(el('div', {id: 'announcer', class: 'unseen', role: 'status'}));
  place.textContent = text;
}

/// Offers `text` as a file: made here, so nothing is fetched.
function download(file, type, text) {
  const url = URL.createObjectURL(new Blob([text], {type}));
  el('a', {href: url, download: file}).click();
  setTimeout(() => URL.revokeObjectURL(url), 10000);
}

/// `action` at most once a frame, and always after the last call.
function onceAFrame(action) {
  let waiting = false;
  return () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      action();
    });
  };
}
