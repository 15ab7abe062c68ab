// Numbers as people read them: the rules of the Markdown (format.cpp), so that both say the same.

/// As printf has it: what lies exactly in the middle goes to the even digit. toFixed alone rounds it up.
function fixed(value, decimals) {
  const more = Math.min(60, 100 - decimals);
  const exact = value.toFixed(decimals + more);
  const middle = /^50*$/.test(exact.slice(-more));
  const cut = exact.slice(0, -more).replace(/\.$/, '');
  return middle && Number(cut.at(-1)) % 2 === 0 ? cut : value.toFixed(decimals);
}

/// As many decimals as `uncertainty` leaves meaningful, but two or three significant digits.
function withPrecision(value, uncertainty) {
  if (!Number.isFinite(value)) return '-';
  if (value === 0) return '0';
  const magnitude = Math.floor(Math.log10(Math.abs(value)));
  let decimals = 2 - magnitude;
  if (uncertainty > 0) {
    const meaningful = -Math.floor(Math.log10(uncertainty));
    decimals = Math.min(Math.max(meaningful, 1 - magnitude), decimals);
  }
  return fixed(value, Math.min(Math.max(decimals, 0), 90));
}

function timeUnit(us) {
  if (us < 1) return {us: 1e-3, name: 'ns'};
  if (us < 1e3) return {us: 1, name: 'µs'};
  if (us < 1e6) return {us: 1e3, name: 'ms'};
  return {us: 1e6, name: 's'};
}

function formatUs(us, uncertainty = 0) {
  const unit = timeUnit(us);
  return `${withPrecision(us / unit.us, uncertainty / unit.us)} ${unit.name}`;
}

/// The median, with no more digits than its interval allows.
function formatTime({median, low, high}) {
  return formatUs(median, high - low);
}

function formatInterval({median, low, high, confidence}) {
  const unit = timeUnit(median);
  const wanting = confidence > 0 && confidence < 0.95;
  return `${withPrecision(low / unit.us, 0)} to ${withPrecision(high / unit.us, 0)} ${unit.name}` +
      (wanting ? ` (${withPrecision(confidence * 100, 1)} % only)` : '');
}

/// GB/s, as many digits as the interval of the time allows.
function formatBandwidth(bytes, {median, low, high}) {
  const rate = bytes / median * 1e-3;
  return withPrecision(rate, rate * (high - low) / median);
}

const suspectShare = 1.05;

function formatShare(share) {
  return share === null ? '-' : `${fixed(share * 100, 0)} %`;
}

function formatBytes(bytes) {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let unit = 0;
  while (bytes >= 1024 && unit < units.length - 1) {
    bytes /= 1024;
    ++unit;
  }
  return `${Number.isInteger(bytes) ? bytes : withPrecision(bytes, 0)} ${units[unit]}`;
}

/// "4.2 % slower": a decimal only where the interval is narrower than a percent.
function formatChange(ratio, low, high) {
  const percent = (ratio - 1) * 100;
  const text = Math.abs(percent).toFixed(high - low < 0.01 ? 1 : 0);
  return Number(text) === 0 ? '0 %' : `${text} % ${percent > 0 ? 'slower' : 'faster'}`;
}

function plural(count, one, many = one + 's') {
  return `${count.toLocaleString('en')} ${count === 1 ? one : many}`;
}
