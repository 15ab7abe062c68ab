// From the state in the hash to what is on the screen.

/// In the order of the navigation. `filters`: the view shows a choice of cases. `when`: it has
/// something to show.
const views = {
  compare: {label: 'What changed', open: compareView, filters: true, when: ({comparison}) => comparison},
  cases: {label: 'Cases', open: casesView, filters: true},
  throughput: {label: 'Throughput', open: throughputView, filters: true},
  ceiling: {label: 'Share of the ceiling', open: heatmapView, filters: true},
  trend: {label: 'Trend', open: trendView, filters: true, when: hasTrend},
  devices: {label: 'Machines', open: devicesView, filters: true, when: (page) => machines(page).size > 1},
  case: {open: caseView, key: () => state.case},
  function: {label: 'The function', open: functionView},
};

const page = loadPage();
let shown = {};  // report, view, key: what the screen shows at present
let syncFilters = () => {};

function available() {
  return Object.entries(views).filter(([, view]) => !view.when || view.when(page));
}

function currentReport() {
  return page.reports.find((_, i) => String(i) === state.report) ?? page.reports.at(-1);
}

function currentView() {
  const names = new Map(available());
  return names.has(state.view) ? state.view : [...names.keys()][0];
}

function showViews(current) {
  const links = available().filter(([, {label}]) => label).map(([name, {label}]) => el(
      'a', {href: hashWith({view: name, case: null, sort: null}),
            'aria-current': name === current ? 'page' : null}, label));
  document.getElementById('views').replaceChildren(...links);
}

/// What needs the view to be built anew; all else is an update of it.
function viewKey(view) {
  return [view, page.reports.indexOf(currentReport()), views[view].key?.() ?? ''].join('\n');
}

function showState() {
  readState();
  const report = currentReport();
  const view = currentView();
  const filters = document.getElementById('filters');
  if (shown.report !== report) syncFilters = buildFilters(filters, report.cases);
  showBanner(page, report);
  showViews(view);
  syncFilters();
  filters.hidden = !views[view].filters;
  const key = viewKey(view);
  if (shown.key === key) {
    shown.opened.update?.();
    return;
  }
  shown.opened?.close?.();
  const main = document.getElementById('main');
  const moved = shown.key !== undefined;
  shown = {report, view, key, opened: views[view].open(main, page, report) ?? {}};
  if (moved) main.focus({preventScroll: true});
}

document.getElementById('skip').addEventListener('click', () => document.getElementById('main').focus());
document.addEventListener('click', closeMenus);
document.getElementById('about').textContent =
    `Made by prelu-report ${page.version}. One file: it loads nothing, and sends nothing.`;
addEventListener('hashchange', showState);
addEventListener('statechange', showState);
showState();
performance.mark('shown');
