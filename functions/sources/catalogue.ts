/** `GET` and `PUT /v1/catalog`: the category of each product, as CSV or JSON. */
import { parse } from 'csv-parse/sync';
import { slugCategory } from '../../core/actions/category.ts';
import { isObject } from '../../core/ingest/event.ts';
import type { RuleStore } from '../../core/ports/sources.ts';
import { type ApiReply, type ApiRequest, Problem } from '../http/api.ts';
import { readJson, readText } from '../http/json.ts';

const MAX_PRODUCTS = 500_000;
const LONGEST_ID = 256;
const MAX_FAULTS = 20;
/** Names of the columns, the first that is there. */
const ID_COLUMNS = ['product_id', 'id', 'sku', 'item_id', 'variant_id'];
const CATEGORY_COLUMNS = ['category', 'product_category', 'item_category', 'google_product_category', 'product_type'];

/** `{products, updatedAt}`; the whole of it with `Accept: text/csv`, or `?product=` for one. */
export async function getCatalogue(rules: RuleStore, { headers, query }: ApiRequest): Promise<ApiReply> {
  if (query.product !== undefined) {
    const category = (await rules.categories()).get(query.product) ?? null;
    return { status: 200, body: { product: query.product, category } };
  }
  if (!(headers.accept ?? '').includes('text/csv')) return { status: 200, body: await rules.catalogue() };
  const rows = [...(await rules.categories())].map((row) => row.map(csvField).join(','));
  const body = `${['product_id,category', ...rows].join('\n')}\n`;
  return { status: 200, headers: { 'content-type': 'text/csv; charset=utf-8' }, body };
}

/** Replaces the catalogue. @throws Problem 400, and nothing is changed then */
export async function putCatalogue(rules: RuleStore, request: ApiRequest): Promise<ApiReply> {
  const categories = new Map<string, string>();
  const faults: { pointer: string; detail: string }[] = [];
  for (const { id, category, pointer } of rowsOf(request)) {
    if (id === '' || id.length > LONGEST_ID) faults.push({ pointer, detail: 'the product id has 1 to 256 characters' });
    const slug = typeof category === 'string' ? slugCategory(category) : undefined;
    if (slug === undefined) faults.push({ pointer, detail: 'the category is missing' });
    else categories.set(id, slug);
    if (faults.length === MAX_FAULTS) break;
  }
  if (categories.size > MAX_PRODUCTS) {
    faults.push({ pointer: '#', detail: `a catalogue has at most ${MAX_PRODUCTS} products` });
  }
  if (faults.length > 0) throw refuse(faults);
  return { status: 200, body: await rules.putCategories(categories) };
}

interface Row {
  id: string;
  category: unknown;
  pointer: string;
}

/** JSON: `{"p1": "shoes"}` or `[{"product_id": "p1", "category": "shoes"}]`; anything else is read as CSV. */
function rowsOf(request: ApiRequest): Row[] {
  const csv =
    (request.headers['content-type'] ?? '').includes('csv') || !/^\s*[[{]/.test(readText(request).slice(0, 64));
  if (csv) return csvRows(readText(request));
  const body = readJson(request);
  if (Array.isArray(body)) return body.map((row, index) => rowOf(isObject(row) ? row : {}, `#/${index}`));
  return Object.entries(body as object).map(([id, category]) => ({ id, category, pointer: `#/${id}` }));
}

function csvRows(text: string): Row[] {
  let rows: Record<string, string>[];
  try {
    rows = parse(text, {
      bom: true,
      columns: (header: string[]) => header.map((name) => name.trim().toLowerCase()),
      delimiter: [',', ';', '\t'],
      skip_empty_lines: true,
      trim: true,
    });
  } catch {
    // The parser's message quotes the file.
    throw refuse([{ pointer: '#', detail: 'the body is not CSV with a heading and as many fields in each row' }]);
  }
  const first = rows[0] ?? {};
  if (
    rows.length > 0 &&
    (!ID_COLUMNS.some((name) => name in first) || !CATEGORY_COLUMNS.some((name) => name in first))
  ) {
    throw refuse([{ pointer: '#', detail: 'the first line names the columns product_id and category' }]);
  }
  return rows.map((row, index) => rowOf(row, `#/${index + 2}`));
}

function rowOf(row: Record<string, unknown>, pointer: string): Row {
  const id = ID_COLUMNS.map((name) => row[name]).find((value) => value !== undefined && value !== '');
  const category = CATEGORY_COLUMNS.map((name) => row[name]).find((value) => value !== undefined && value !== '');
  return { id: typeof id === 'string' || typeof id === 'number' ? String(id) : '', category, pointer };
}

function csvField(text: string): string {
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function refuse(errors: { pointer: string; detail: string }[]): Problem {
  return new Problem(400, 'bad-catalog', errors.map(({ pointer, detail }) => `${pointer} ${detail}`).join('; '), {
    errors,
  });
}
