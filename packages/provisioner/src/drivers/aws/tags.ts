import { createHash } from 'node:crypto';
import type { DesiredServer } from '../../settings/settings.js';
import { DriverError } from '../driver.js';
import type { Unrecorded } from '../resource.js';

/** The prefix of all tags of this driver. */
const PREFIX = 'provisioning:';
// Reserved by AWS, in upper and lower case.
const THEIRS = /^aws:/i;
const MAX_TAGS = 50;
const MAX_KEY = 128;
const MAX_VALUE = 256;

/** The tag that the EC2 console shows as the name. */
const TITLE = 'Name';
const INFRA = `${PREFIX}infra`;
const NAME = `${PREFIX}name`;
const KEY = `${PREFIX}key`;
const PLAN = `${PREFIX}plan`;
const TYPE = `${PREFIX}instance-type`;
const ZONE = `${PREFIX}zone`;
const IMAGE = `${PREFIX}image`;
const STORAGE = `${PREFIX}storage-gb`;
const LOGIN = `${PREFIX}login-user`;
/** Tags that not every server has: a missing one was removed by a user. */
const KEPT = `${PREFIX}kept`;
const CHANGED_AT = `${PREFIX}changed-at`;
const CHANGING = `${PREFIX}changing`;
// Longer than one tag can hold: numbered.
const LABELS = `${PREFIX}labels-`;
const RESTORES = `${PREFIX}restores-`;

/** A tag in the form of the SDK. */
export interface Tag {
  Key: string;
  Value: string;
}

/** The driver's record of a server, which is stored in the tags of its instance. */
export interface Remembered {
  infra: string;
  name: string;
  /** The idempotency key of its creation, in the form of {@link keyValue}. */
  key: string;
  /** Plan, zone, image and size as they were requested. */
  plan: string;
  zone: string;
  image: string | null;
  storage_gb: number | null;
  /** The instance type that was chosen for the plan. */
  instanceType: string;
  loginUser: string;
  /** The requested labels that still exist: users may have removed tags. */
  labels: Record<string, string>;
  restores: readonly string[];
  changedAt: string | null;
  /** During a change of the hardware: the state in which the server was found. */
  changing: string | null;
}

/** The tags of a record. */
export function tagsOf(remembered: Remembered): Tag[] {
  const { infra, name, key, plan, instanceType, zone, image, storage_gb, loginUser } = remembered;
  const { labels, restores, changedAt, changing } = remembered;
  const ours: Record<string, string | null> = {
    [TITLE]: `${name} (${infra})`,
    [INFRA]: infra,
    [NAME]: name,
    [KEY]: key,
    [PLAN]: plan,
    [TYPE]: instanceType,
    [ZONE]: zone,
    [IMAGE]: image,
    [KEPT]: image === null ? '' : IMAGE,
    [STORAGE]: storage_gb === null ? null : String(storage_gb),
    [LOGIN]: loginUser,
    [CHANGED_AT]: changedAt,
    // Empty instead of missing, so that it can be written in one request with all the others.
    [CHANGING]: changing ?? '',
    ...numbered(LABELS, Object.keys(labels).join(',')),
    ...numbered(RESTORES, restores.join(',')),
    ...labels,
  };
  return Object.entries(ours).flatMap(([Key, Value]) => (Value === null ? [] : [{ Key, Value }]));
}

/** Null for an instance that this driver did not make. */
export function rememberedIn(tags: readonly { Key?: string; Value?: string }[]): Remembered | null {
  const all = new Map(tags.map(({ Key = '', Value = '' }) => [Key, Value]));
  const infra = all.get(INFRA);
  const name = all.get(NAME);
  if (infra === undefined || name === undefined) return null;
  const storage = all.get(STORAGE);
  // Others add tags, too: only the requested labels are labels.
  const labels = namesIn(all, LABELS).flatMap((key): [string, string][] => {
    const value = all.get(key);
    return value === undefined ? [] : [[key, value]];
  });
  return {
    infra,
    name,
    key: all.get(KEY) ?? '',
    plan: all.get(PLAN) ?? '',
    instanceType: all.get(TYPE) ?? '',
    zone: all.get(ZONE) ?? '',
    image: all.get(IMAGE) ?? null,
    storage_gb: storage === undefined ? null : Number(storage),
    loginUser: all.get(LOGIN) ?? 'admin',
    labels: Object.fromEntries(labels),
    restores: namesIn(all, RESTORES),
    changedAt: all.get(CHANGED_AT) ?? null,
    changing: all.get(CHANGING) || null,
  };
}

/** Fields that cannot be changed about an instance and that its tags no longer have. */
export function lostIn(tags: readonly { Key?: string; Value?: string }[]): Unrecorded[] {
  const all = new Map(tags.map(({ Key = '', Value = '' }) => [Key, Value]));
  const marks: [Unrecorded, boolean][] = [
    ['zone', !all.has(ZONE)],
    ['image', all.get(KEPT) === IMAGE && !all.has(IMAGE)],
  ];
  return marks.flatMap(([field, lost]) => (lost ? [field] : []));
}

/** The keys of tags on an instance that no longer belong there. */
export function obsoleteTags(was: Remembered, is: Remembered): string[] {
  const wanted = new Set(tagsOf(is).map(({ Key }) => Key));
  return tagsOf(was).flatMap(({ Key }) => (wanted.has(Key) ? [] : [Key]));
}

/** For resources that are made with an instance: the server that they belong to. */
export function tagsOfParts({ infra, name }: Remembered): Tag[] {
  return [
    { Key: TITLE, Value: `${name} (${infra})` },
    { Key: INFRA, Value: infra },
    { Key: NAME, Value: name },
  ];
}

/** A filter of a request to EC2. */
export interface Filter {
  Name: string;
  Values: string[];
}

/** The filters that find the instances of an infra, or of one name in it. */
export function filtersFor(infra: string, names?: readonly string[]): Filter[] {
  return [
    { Name: `tag:${INFRA}`, Values: [literal(infra)] },
    ...(names === undefined ? [] : [{ Name: `tag:${NAME}`, Values: names.map(literal) }]),
  ];
}

/** An idempotency key as the value of a tag: unchanged if it fits. */
export function keyValue(idempotencyKey: string): string {
  if (idempotencyKey.length <= MAX_VALUE && /^[\x21-\x7e]+$/.test(idempotencyKey)) return idempotencyKey;
  return `sha256-${createHash('sha256').update(idempotencyKey).digest('hex')}`;
}

/** @throws DriverError if AWS cannot store the labels exactly as they are */
export function checkLabels({ name, labels }: DesiredServer): void {
  for (const [key, value] of Object.entries(labels)) {
    const trouble = troubleWith(key, value);
    if (trouble) throw refused(`Label ${key} of server ${name} cannot be stored at AWS: ${trouble}.`);
  }
}

/** @throws DriverError if there would be more tags than AWS allows, including those of changes still to come */
export function checkCount(remembered: Remembered): void {
  const { length } = tagsOf({ ...remembered, changedAt: 'later', changing: 'running', storage_gb: 1 });
  if (length <= MAX_TAGS) return;
  throw refused(
    `Server ${remembered.name} would need ${length} tags at AWS, and an instance can have ${MAX_TAGS}. Use ` +
      `${length - MAX_TAGS} fewer labels, or shorter names for them.`,
  );
}

function troubleWith(key: string, value: string): string | null {
  if (THEIRS.test(key)) return 'names that start with aws: are reserved for AWS';
  if (key.startsWith(PREFIX)) return `names that start with ${PREFIX} are reserved for this program`;
  if (!/^[^\s,]+$/.test(key)) return 'its name must not be empty or contain spaces or commas';
  if ([...key].length > MAX_KEY) return `a name must have at most ${MAX_KEY} characters`;
  return [...value].length > MAX_VALUE ? `a value must have at most ${MAX_VALUE} characters` : null;
}

/** Filters use * and ? as wildcards. */
function literal(text: string): string {
  return text.replace(/[\\*?]/g, '\\$&');
}

function namesIn(all: ReadonlyMap<string, string>, prefix: string): string[] {
  const pieces: string[] = [];
  for (let at = 0; all.has(`${prefix}${at}`); at++) pieces.push(all.get(`${prefix}${at}`) ?? '');
  return pieces.join('').split(',').filter(Boolean);
}

function numbered(prefix: string, text: string): Record<string, string> {
  const count = Math.ceil(text.length / MAX_VALUE);
  return Object.fromEntries(
    Array.from({ length: count }, (_, at) => [
      `${prefix}${at}`,
      text.slice(at * MAX_VALUE, (at + 1) * MAX_VALUE),
    ]),
  );
}

function refused(message: string): DriverError {
  return new DriverError(`${message} Nothing was changed.`, { permanent: true });
}
