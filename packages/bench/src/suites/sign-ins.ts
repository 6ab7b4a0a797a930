import bcrypt from 'bcrypt';
import pLimit from 'p-limit';
import { percentile, throughputOf, type Work } from '../compare.js';
import { ADMIN_PASSWORD, type ControlCenter } from '../setting/control-center.js';
import { request } from '../setting/request.js';

const COST = 12;
const SIGN_INS = 16;
const AT_ONCE = 8;
const FLOOD = 200;
const PROBES = 100;

/** Signing in, which is a bcrypt hash and little else. */
export async function signIns({ url }: ControlCenter): Promise<Work> {
  // Sign-ins of one user take turns, so that concurrent guesses cannot exceed the limit.
  const people = await makePeople(url, AT_ONCE);
  const hash = await bcrypt.hash('x'.repeat(44), COST);
  const twoAtOnce = pLimit(2);
  return {
    id: 'sign-ins',
    title: `Sign in (bcrypt, cost ${COST})`,
    unit: 'sign-ins/s',
    better: 'more',
    contenders: [
      {
        name: 'bcrypt alone, two at once',
        measure: () => throughputOf(SIGN_INS, AT_ONCE, () => twoAtOnce(() => bcrypt.compare('y', hash))),
      },
      {
        name: 'ours, over HTTP',
        measure: () =>
          throughputOf(SIGN_INS, AT_ONCE, (index) => signIn(url, people[index % people.length]!)),
      },
    ],
  };
}

/** The effect of a flood of sign-ins on others: the duration of /health. */
export function healthUnderFlood({ url }: ControlCenter): Work {
  const health = async () => {
    const start = performance.now();
    await request(url, 'GET', '/health');
    return performance.now() - start;
  };
  const p99 = async () => {
    const times: number[] = [];
    for (let probe = 0; probe < PROBES; probe++) times.push(await health());
    return percentile(times, 0.99);
  };
  return {
    id: 'health-under-flood',
    title: `/health while ${FLOOD} sign-ins come at once (99th percentile)`,
    unit: 'ms',
    better: 'less',
    contenders: [
      { name: 'nobody signs in', measure: p99 },
      {
        name: `${FLOOD} sign-ins at once`,
        measure: async () => {
          const flood = Array.from({ length: FLOOD }, () => signIn(url, 'admin', 'not the password'));
          const result = await p99();
          await Promise.all(flood);
          return result;
        },
      },
    ],
  };
}

/** Most sign-ins of a flood are refused with 503, which counts as an answer. */
async function signIn(url: string, username = 'admin', password = ADMIN_PASSWORD): Promise<void> {
  const { status } = await request(url, 'POST', '/auth/login', { username, password });
  if (password === ADMIN_PASSWORD && status !== 200)
    throw new Error(`signing in was answered with ${status}`);
}

async function makePeople(url: string, count: number): Promise<string[]> {
  const login = await request(url, 'POST', '/auth/login', { username: 'admin', password: ADMIN_PASSWORD });
  // Safe cast: the contract of the operation defines this answer.
  const { token } = (JSON.parse(login.text) as { data: { token: string } }).data;
  const people = Array.from({ length: count }, (_, index) => `person-${index}`);
  for (const username of people) {
    const user = { username, email: `${username}@example.com`, password: ADMIN_PASSWORD, roles: ['viewer'] };
    const { status } = await request(url, 'POST', '/users', user, token);
    if (status !== 201) throw new Error(`making a user was answered with ${status}`);
  }
  return people;
}
