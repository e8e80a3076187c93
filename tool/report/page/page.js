// What the report's page does beyond showing itself: choosing and regrouping
// findings, following links into what is folded, shortcuts, the theme, and the
// picture that pans and zooms. Without it all content is there still.
'use strict';
(() => {
  const root = document.documentElement;
  root.classList.remove('still');
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];
  const byId = id => document.getElementById(id);

  // A page opened from disk may have no storage.
  const memory = {
    get(key) { try { return localStorage.getItem('runnel-' + key); } catch { return null; } },
    set(key, value) { try { localStorage.setItem('runnel-' + key, value); } catch { /* forgotten then */ } },
  };

  // --- theme: the system's, until the button says otherwise
  const theme = byId('theme');
  if (theme) {
    const names = { auto: 'Theme: system', light: 'Theme: light', dark: 'Theme: dark' };
    const show = name => {
      if (name === 'auto') root.removeAttribute('data-theme');
      else root.dataset.theme = name;
      theme.textContent = names[name];
    };
    let now = memory.get('theme');
    if (!(now in names)) now = 'auto';
    show(now);
    theme.hidden = false;
    theme.addEventListener('click', () => {
      const order = Object.keys(names);
      now = order[(order.indexOf(now) + 1) % order.length];
      memory.set('theme', now);
      show(now);
    });
  }

  // --- links lead into folded things
  const follow = () => {
    let target = null;
    try { target = byId(decodeURIComponent(location.hash.slice(1))); } catch { /* no id of ours */ }
    if (!target) return;
    for (let e = target; e; e = e.parentElement) {
      if (e.tagName === 'DETAILS') e.open = true;
      e.hidden = false;
    }
    all('.chosen').forEach(e => e.classList.remove('chosen'));
    const drawn = byId('drawn-' + target.id);
    if (drawn) drawn.classList.add('chosen');
    target.scrollIntoView({ block: 'nearest' });
    const focus = target.tagName === 'DETAILS' ? target.querySelector('summary') : target;
    if (focus) focus.focus({ preventScroll: true });
  };
  window.addEventListener('hashchange', follow);
  document.addEventListener('click', event => {
    const link = event.target.closest && event.target.closest('a');
    // The same link again changes no hash.
    if (link && link.getAttribute('href') === location.hash) setTimeout(follow);
  });

  // --- choosing and grouping findings
  const list = byId('list');
  const findings = list ? all('.finding', list) : [];
  const search = byId('search');
  const text = new Map(findings.map(f => [f, f.textContent.toLowerCase()]));
  const shown = () => findings.filter(f => !f.hidden);
  const choose = () => {
    const wanted = new Set(all('input[name=check]:checked').map(box => box.value));
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const f of findings)
      f.hidden = !wanted.has(f.dataset.check) || !words.every(w => text.get(f).includes(w));
    for (const group of all('.group', list)) {
      const left = all('.finding', group).filter(f => !f.hidden).length;
      group.hidden = left === 0;
      group.querySelector('h3 .count').textContent = left;
    }
    byId('shown').textContent = shown().length + ' of ' + findings.length + ' findings shown';
  };
  const regroup = by => {
    const groups = new Map();
    for (const f of findings) {
      const name = f.dataset[by];
      if (!groups.has(name)) groups.set(name, []);
      groups.get(name).push(f);
    }
    list.textContent = '';
    for (const name of [...groups.keys()].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))) {
      const group = document.createElement('section');
      group.className = 'group';
      if (by === 'file') group.id = 'file-' + name;
      const head = document.createElement('h3');
      const count = document.createElement('span');
      count.className = 'count';
      head.append(name + ' ', count);
      group.append(head, ...groups.get(name));
      list.append(group);
    }
    const files = document.querySelector('.files');
    if (files) files.hidden = by !== 'file';
    choose();
  };
  if (findings.length) {
    const form = document.querySelector('.filters');
    form.addEventListener('submit', event => event.preventDefault());
    form.addEventListener('input', event => {
      if (event.target.name === 'group') regroup(event.target.value);
      else choose();
    });
    const tick = on => { all('input[name=check]').forEach(box => { box.checked = on; }); choose(); };
    byId('all').addEventListener('click', () => tick(true));
    byId('none').addEventListener('click', () => tick(false));
    byId('unfold').addEventListener('click', () => shown().forEach(f => { f.open = true; }));
    byId('fold').addEventListener('click', () => shown().forEach(f => { f.open = false; }));
    choose();
  }

  // --- shortcuts; single letters can be turned off, as some speak to their computer
  const help = byId('help'), letters = byId('letters');
  if (help) {
    byId('keys').hidden = false;
    byId('keys').addEventListener('click', () => help.showModal());
    letters.checked = memory.get('letters') !== 'off';
    letters.addEventListener('change', () => memory.set('letters', letters.checked ? 'on' : 'off'));
  }
  const step = by => {
    const open = shown();
    if (!open.length) return;
    const here = document.activeElement && document.activeElement.closest('.finding');
    let next = open.indexOf(here) + by;
    if (here === null && by < 0) next = open.length - 1;
    next = Math.max(0, Math.min(open.length - 1, next));
    const summary = open[next].querySelector('summary');
    summary.focus({ preventScroll: true });
    open[next].scrollIntoView({ block: 'nearest' });
  };
  document.addEventListener('keydown', event => {
    if (event.ctrlKey || event.altKey || event.metaKey || (letters && !letters.checked)) return;
    if (event.target.closest('input[type=search], dialog')) return;
    const other = () => {
      const box = document.querySelector('input[name=group]:not(:checked)');
      if (box) { box.checked = true; regroup(box.value); }
    };
    const actions = {
      j: () => step(1), k: () => step(-1), g: other,
      '/': () => search && search.focus(), '?': () => help && help.showModal(),
    };
    if (!actions[event.key]) return;
    event.preventDefault();
    actions[event.key]();
  });

  // --- the picture
  const picture = byId('picture');
  const svg = picture && picture.querySelector('svg');
  if (svg) {
    const whole = svg.viewBox.baseVal;
    const full = { x: whole.x, y: whole.y, w: whole.width, h: whole.height };
    let view = { ...full };
    const draw = () => svg.setAttribute('viewBox', [view.x, view.y, view.w, view.h].join(' '));
    const size = () => svg.getBoundingClientRect();
    // All of it, but never larger than text is read.
    const fit = () => {
      const box = size();
      if (!box.width || !box.height) return;
      const scale = Math.min(box.width / full.w, box.height / full.h, 1.6) * 0.96;
      view = { w: box.width / scale, h: box.height / scale };
      view.x = full.x - (view.w - full.w) / 2;
      view.y = full.y - (view.h - full.h) / 2;
      draw();
    };
    const zoom = (factor, px, py) => {
      const box = size();
      const fx = px === undefined ? 0.5 : (px - box.left) / box.width;
      const fy = py === undefined ? 0.5 : (py - box.top) / box.height;
      const w = Math.min(Math.max(view.w / factor, 40), Math.max(full.w, full.h) * 20);
      const h = view.h * w / view.w;
      view = { x: view.x + (view.w - w) * fx, y: view.y + (view.h - h) * fy, w, h };
      draw();
    };
    const pan = (dx, dy) => { view.x += dx * view.w; view.y += dy * view.h; draw(); };
    svg.removeAttribute('width');
    svg.removeAttribute('height');
    svg.setAttribute('role', 'group');
    // A drawn line has no text of its own: the link's title names it.
    for (const link of all('a', svg)) {
      const title = link.getAttributeNS('http://www.w3.org/1999/xlink', 'title');
      const name = link.closest('g.node, g.edge');
      const what = name && name.querySelector('title');
      const to = link.getAttributeNS('http://www.w3.org/1999/xlink', 'href');
      const entry = to && byId(to.slice(1));
      const label = entry && (entry.querySelector('summary, th') || entry).textContent.trim();
      link.setAttribute('role', 'link');
      link.setAttribute('aria-label', (label || (what && what.textContent) || '') + (title ? ', ' + title : ''));
      // An arrow's label is the same link once more.
      if (link.parentNode.id && /-label$/.test(link.parentNode.id)) link.setAttribute('tabindex', '-1');
    }
    all('g.node > title, g.edge > title, g.graph > title', svg).forEach(t => t.remove());
    fit();
    new ResizeObserver(fit).observe(picture);
    picture.addEventListener('wheel', event => {
      event.preventDefault();
      zoom(Math.exp(-event.deltaY * (event.deltaMode ? 0.05 : 0.0015)), event.clientX, event.clientY);
    }, { passive: false });
    let held = null, moved = 0;
    svg.addEventListener('pointerdown', event => {
      if (event.button) return;
      held = { x: event.clientX, y: event.clientY };
      moved = 0;
    });
    window.addEventListener('pointermove', event => {
      if (!held) return;
      const box = size();
      moved += Math.abs(event.clientX - held.x) + Math.abs(event.clientY - held.y);
      picture.classList.toggle('held', moved > 4);
      pan((held.x - event.clientX) / box.width, (held.y - event.clientY) / box.height);
      held = { x: event.clientX, y: event.clientY };
    });
    window.addEventListener('pointerup', () => { held = null; picture.classList.remove('held'); });
    svg.addEventListener('dragstart', event => event.preventDefault());
    // What ends a drag is no click.
    svg.addEventListener('click', event => { if (moved > 4) { event.preventDefault(); event.stopPropagation(); } }, true);
    all('[data-zoom]', picture).forEach(button => button.addEventListener('click', () => {
      if (button.dataset.zoom === 'fit') fit();
      else zoom(button.dataset.zoom === 'in' ? 1.4 : 1 / 1.4);
    }));
    picture.addEventListener('keydown', event => {
      if (event.ctrlKey || event.altKey || event.metaKey || event.target.tagName === 'BUTTON') return;
      const actions = {
        ArrowLeft: () => pan(-0.1, 0), ArrowRight: () => pan(0.1, 0),
        ArrowUp: () => pan(0, -0.1), ArrowDown: () => pan(0, 0.1),
        '+': () => zoom(1.4), '=': () => zoom(1.4), '-': () => zoom(1 / 1.4), 0: fit,
      };
      if (!actions[event.key]) return;
      event.preventDefault();
      event.stopPropagation();
      actions[event.key]();
    });
    // What has the focus is in sight.
    svg.addEventListener('focusin', event => {
      if (!event.target.getBoundingClientRect || moved > 4) return;
      const box = size(), at = event.target.getBoundingClientRect();
      if (at.left >= box.left && at.right <= box.right && at.top >= box.top && at.bottom <= box.bottom) return;
      pan((at.left + at.width / 2 - box.left) / box.width - 0.5, (at.top + at.height / 2 - box.top) / box.height - 0.5);
    });
  }
  // After the browser's own jump, which would take the focus away.
  if (location.hash) window.addEventListener('load', () => setTimeout(follow));
})();
