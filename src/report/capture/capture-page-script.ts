/**
 * The one script of a capture's page: sorts and filters the table of connections, and opens a connection's ladder in place. Without it
 * the table stands in its order and the ladders below it. It touches nothing but those, and loads nothing.
 */
const text = `(() => {
  const table = document.getElementById('connection-table');
  if (!table) return;
  const body = table.tBodies[0];
  const rows = [...body.rows];
  const opened = new Map();
  const heads = [...table.tHead.rows[0].cells];
  document.documentElement.classList.add('scripted');

  const valueOf = (row, column) => {
    const { v } = row.cells[column].dataset;
    return v === undefined ? row.cells[column].textContent : v === '' ? null : Number(v);
  };
  const compare = (a, b) => typeof a === 'number' ? a - b : a.localeCompare(b, 'en', { numeric: true });
  const sortBy = (column, direction) => {
    const sorted = rows.map((row) => [valueOf(row, column), row]).sort(([a], [b]) => {
      if (a === null || b === null) return (a === null) - (b === null);
      return direction * compare(a, b);
    });
    for (const [, row] of sorted) {
      body.append(row);
      if (opened.has(row)) body.append(opened.get(row));
    }
    heads.forEach((head, i) => {
      head.setAttribute('aria-sort', i !== column ? 'none' : direction > 0 ? 'ascending' : 'descending');
    });
  };
  heads.forEach((head, column) => {
    const button = head.querySelector('button');
    button.disabled = false;
    button.addEventListener('click', () => {
      const now = head.getAttribute('aria-sort');
      const first = head.classList.contains('number') && column > 0 ? -1 : 1;
      sortBy(column, now === 'none' ? first : now === 'ascending' ? -1 : 1);
    });
  });

  const controls = document.getElementById('connection-controls');
  const select = controls.querySelector('select');
  const shown = controls.querySelector('output');
  const filter = () => {
    let count = 0;
    for (const row of rows) {
      row.hidden = select.value !== '' && row.dataset.judgement !== select.value;
      if (opened.has(row)) opened.get(row).hidden = row.hidden;
      if (!row.hidden) count++;
    }
    shown.textContent = count.toLocaleString('en-US') + ' shown';
  };
  controls.hidden = false;
  select.addEventListener('change', filter);
  filter();

  const toggle = (row, link) => {
    const details = document.getElementById(link.hash.slice(1));
    const place = opened.get(row);
    if (place) {
      details.append(place.cells[0].firstElementChild);
      place.remove();
      opened.delete(row);
    } else {
      const added = document.createElement('tr');
      const cell = added.insertCell();
      added.className = 'opened';
      cell.colSpan = heads.length;
      cell.append(details.querySelector('.story'));
      row.after(added);
      opened.set(row, added);
    }
    link.setAttribute('aria-expanded', String(!place));
  };
  for (const row of rows) {
    const link = row.querySelector('a');
    if (!link) continue;
    link.setAttribute('role', 'button');
    link.setAttribute('aria-expanded', 'false');
    row.classList.add('opens');
    row.addEventListener('click', (event) => {
      if (String(getSelection()) !== '') return;
      event.preventDefault();
      toggle(row, link);
    });
    link.addEventListener('keydown', (event) => {
      if (event.key !== ' ') return;
      event.preventDefault();
      toggle(row, link);
    });
    if (link.hash === location.hash) {
      toggle(row, link);
      row.scrollIntoView();
    }
  }
})();`;

/** `sha256` is of `text`, in base64: a page that carries anything else does not run it. */
export const capturePageScript = { text, sha256: '8D21naU5Rloid3UZ0j8WieL0PuHIh8OIXxb4cagleZY=' } as const;
