import leven from 'leven';
import { DriverError } from '../driver.js';
import type { Plan, Template, UpcloudApi } from './api.js';

const KEPT_MS = 10 * 60_000;
const NEAR = 5;
const DEBIAN = /^Debian GNU\/Linux (\d+)/;

/** What UpCloud offers. Lists are read again when they are old, or lack a name. */
export class Catalogue {
  readonly #plans: Kept<Plan>;
  readonly #zones: Kept<{ id: string }>;
  readonly #templates: Kept<Template>;

  constructor(
    api: Pick<UpcloudApi, 'plans' | 'zones' | 'templates'>,
    private readonly defaultTemplate: string | null,
  ) {
    this.#plans = new Kept(() => api.plans());
    this.#zones = new Kept(() => api.zones());
    this.#templates = new Kept(() => api.templates());
  }

  /** @param asked with or without spaces: `1xCPU-2 GB` is `1xCPU-2GB` */
  async plan(asked: string, server: string): Promise<Plan> {
    return this.#plans.find(
      (plans) => plans.find(({ name }) => isPlan(name, asked)),
      (plans) => unknown(`plan ${asked}`, `server ${server}`, nearTo(asked, plans.map(nameOf))),
    );
  }

  async zone(asked: string, server: string): Promise<string> {
    const zone = await this.#zones.find(
      (zones) => zones.find(({ id }) => id === asked),
      (zones) => unknown(`zone ${asked}`, `server ${server}`, nearTo(asked, zones.map(idOf))),
    );
    return zone.id;
  }

  /** @param asked its title, its id, or words of its title: `debian-13`, `Ubuntu 24.04` */
  async template(asked: string | null, server: string): Promise<Template> {
    const wanted = asked ?? this.defaultTemplate;
    const who = asked === null && wanted !== null ? 'UPCLOUD_DEFAULT_TEMPLATE' : `server ${server}`;
    return this.#templates.find(
      (templates) => (wanted === null ? newestDebian(templates) : templateFor(wanted, templates, who)),
      (templates) => {
        const name = wanted ?? 'Debian GNU/Linux';
        return unknown(`image ${name}`, who, nearTo(name, templates.map(titleOf)));
      },
    );
  }
}

const nameOf = ({ name }: Plan) => name;
const idOf = ({ id }: { id: string }) => id;
const titleOf = ({ title }: Template) => title;

/** Whether this is the plan's name, regardless of spaces. */
export function isPlan(name: string, asked: string): boolean {
  return squeezed(name) === squeezed(asked);
}

/** A list that is read again when it is old, or lacks a name. */
class Kept<T> {
  #list: Promise<T[]> | null = null;
  #since = 0;

  constructor(private readonly ask: () => Promise<T[]>) {}

  async find<R>(pick: (list: T[]) => R | undefined, missing: (list: T[]) => Error): Promise<R> {
    const fresh = this.#list === null || Date.now() - this.#since > KEPT_MS;
    const found = pick(await this.#get(fresh));
    if (found !== undefined) return found;
    const list = await this.#get(!fresh);
    const now = pick(list);
    if (now !== undefined) return now;
    throw missing(list);
  }

  #get(anew: boolean): Promise<T[]> {
    if (!anew && this.#list) return this.#list;
    const list = this.ask();
    this.#list = list;
    this.#since = Date.now();
    list.catch(() => {
      if (this.#list === list) this.#list = null;
    });
    return list;
  }
}

function templateFor(wanted: string, templates: Template[], who: string): Template | undefined {
  const lower = wanted.toLowerCase();
  const exact = templates.find(({ uuid, title }) => title.toLowerCase() === lower || uuid === lower);
  if (exact) return exact;
  const words = wordsOf(wanted);
  const fitting = templates.filter(({ title }) => {
    const there = wordsOf(title);
    return words.every((word) => there.includes(word));
  });
  if (fitting.length < 2) return fitting[0];
  throw new DriverError(
    `Image ${wanted}, which ${who} requests, matches ${fitting.map(titleOf).join(' and ')} at UpCloud. Use one of these titles. ` +
      'Nothing was changed.',
    { permanent: true },
  );
}

function newestDebian(templates: Template[]): Template | undefined {
  return templates
    .map((template) => ({ template, version: Number(DEBIAN.exec(template.title)?.[1] ?? 0) }))
    .filter(({ version }) => version > 0)
    .sort((one, other) => other.version - one.version)[0]?.template;
}

function unknown(what: string, who: string, near: readonly string[]): DriverError {
  const hint = near.length > 0 ? ` The nearest are ${near.join(', ')}.` : '';
  return new DriverError(`UpCloud has no ${what}, which ${who} requests.${hint} Nothing was changed.`, {
    permanent: true,
  });
}

/** Those with common words come first, then those with a similar spelling. */
function nearTo(asked: string, names: readonly string[]): string[] {
  const words = wordsOf(asked);
  return names
    .map((name) => ({
      name,
      shared: wordsOf(name).filter((word) => words.includes(word)).length,
      distance: leven(squeezed(name), squeezed(asked)),
    }))
    .sort((one, other) => other.shared - one.shared || one.distance - other.distance)
    .slice(0, NEAR)
    .map(({ name }) => name);
}

function squeezed(name: string): string {
  return name.replace(/\s+/g, '').toLowerCase();
}

function wordsOf(title: string): string[] {
  return title
    .toLowerCase()
    .split(/[^a-z0-9.]+/)
    .filter(Boolean);
}
