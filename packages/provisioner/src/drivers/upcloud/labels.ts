import { createHash } from 'node:crypto';
import type { DesiredServer } from '../../settings/settings.js';
import { DriverError } from '../driver.js';
import type { Unrecorded } from '../resource.js';
import type { Label } from './api.js';

/** The prefix of all labels of this driver. */
const PREFIX = 'provisioning-';
const MAX_VALUE = 255;
// UpCloud allows printable ASCII only.
const KEY = /^(?!_)[\x20-\x7e]{2,32}$/;
const RESTORES = `${PREFIX}restores-`;

const LABEL = {
  infra: `${PREFIX}infra`,
  name: `${PREFIX}name`,
  key: `${PREFIX}key`,
  plan: `${PREFIX}plan`,
  image: `${PREFIX}image`,
  storage: `${PREFIX}storage-gb`,
  /** Labels that not every server has: a missing one was removed by a user. */
  kept: `${PREFIX}kept`,
  changedAt: `${PREFIX}changed-at`,
  changing: `${PREFIX}changing`,
} as const;

/** The driver's record of a server, which is stored in its labels at UpCloud. */
export interface Remembered {
  infra: string;
  name: string;
  /** The idempotency key of its creation, in the form of {@link keyValue}. */
  key: string;
  /** Plan, image and size as they were requested. */
  plan: string;
  image: string | null;
  storage_gb: number | null;
  labels: Record<string, string>;
  restores: readonly string[];
  changedAt: string | null;
  /** During a change of the hardware: the state in which the server was found. */
  changing: string | null;
}

/** The labels of a record. */
export function labelsOf(remembered: Remembered): Label[] {
  const { infra, name, key, plan, image, storage_gb, labels, restores, changedAt, changing } = remembered;
  const ours: [string, string | null][] = [
    [LABEL.infra, infra],
    [LABEL.name, name],
    [LABEL.key, key],
    [LABEL.plan, plan],
    [LABEL.image, image],
    [LABEL.kept, image === null ? null : LABEL.image],
    [LABEL.storage, storage_gb === null ? null : String(storage_gb)],
    [LABEL.changedAt, changedAt],
    [LABEL.changing, changing],
    ...pieces(restores.join(',')).map((piece, at): [string, string] => [`${RESTORES}${at}`, piece]),
  ];
  return [...ours, ...Object.entries(labels)].flatMap(([key, value]) =>
    value === null ? [] : [{ key, value }],
  );
}

/** Null for a server that this driver did not make. */
export function rememberedIn(labels: readonly Label[]): Remembered | null {
  const all = new Map(labels.map(({ key, value }) => [key, value]));
  const infra = all.get(LABEL.infra);
  const name = all.get(LABEL.name);
  if (infra === undefined || name === undefined) return null;
  const storage = all.get(LABEL.storage);
  const restores: string[] = [];
  for (let at = 0; all.has(`${RESTORES}${at}`); at++) restores.push(all.get(`${RESTORES}${at}`) ?? '');
  return {
    infra,
    name,
    key: all.get(LABEL.key) ?? '',
    plan: all.get(LABEL.plan) ?? '',
    image: all.get(LABEL.image) ?? null,
    storage_gb: storage === undefined ? null : Number(storage),
    labels: Object.fromEntries([...all].filter(([key]) => !key.startsWith(PREFIX))),
    restores: restores.join('').split(',').filter(Boolean),
    changedAt: all.get(LABEL.changedAt) ?? null,
    changing: all.get(LABEL.changing) ?? null,
  };
}

/** Fields that cannot be changed about a server and that its labels no longer have. */
export function lostIn(labels: readonly Label[]): Unrecorded[] {
  const all = new Map(labels.map(({ key, value }) => [key, value]));
  return all.get(LABEL.kept) === LABEL.image && !all.has(LABEL.image) ? ['image'] : [];
}

/** The labels that find the servers of an infra, of one name in it, or made under a key. */
export function filterFor(infra: string, name?: string): Label[] {
  return [
    { key: LABEL.infra, value: infra },
    ...(name === undefined ? [] : [{ key: LABEL.name, value: name }]),
  ];
}

/** An idempotency key as the value of a label: unchanged if it fits. */
export function keyValue(idempotencyKey: string): string {
  if (idempotencyKey.length <= MAX_VALUE && /^[\x21-\x7e]+$/.test(idempotencyKey)) return idempotencyKey;
  return `sha256-${createHash('sha256').update(idempotencyKey).digest('hex')}`;
}

/** @throws DriverError if UpCloud cannot store the labels exactly as they are */
export function checkLabels({ name, labels }: DesiredServer): void {
  for (const [key, value] of Object.entries(labels)) {
    const trouble = troubleWith(key, value);
    if (!trouble) continue;
    throw new DriverError(`Label ${key} of server ${name} cannot be stored at UpCloud: ${trouble}.`, {
      permanent: true,
    });
  }
}

function troubleWith(key: string, value: string): string | null {
  if (key.startsWith(PREFIX)) return `names that start with ${PREFIX} are reserved for this program`;
  if (!KEY.test(key)) {
    return 'a name must have 2 to 32 ASCII characters and must not start with an underscore';
  }
  return value.length > MAX_VALUE ? `a value must have at most ${MAX_VALUE} characters` : null;
}

function pieces(text: string): string[] {
  return Array.from({ length: Math.ceil(text.length / MAX_VALUE) }, (_, at) =>
    text.slice(at * MAX_VALUE, (at + 1) * MAX_VALUE),
  );
}
