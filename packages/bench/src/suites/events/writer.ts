import pg from 'pg';
import { v7 as uuidv7 } from 'uuid';
import type { Answer, Order } from './messages.js';
import { onClock } from './on-clock.js';

// Records events as the engine does: a few in each transaction, about existing tasks.

const LIFE = [
  { type: 'submitted', status: 'Ready', attempt: 0 },
  { type: 'started', status: 'Running', attempt: 1 },
  { type: 'finished', status: 'Completed', attempt: 1 },
];

const tell = (answer: Answer) => process.send!(answer);
let client: pg.Client | undefined;
let tasks: string[] = [];

process.on('message', (order: Order) => {
  if (order.type === 'prepare') {
    void prepare(order.databaseUrl, order.events).then(() => tell({ type: 'prepared' }));
  }
  if (order.type === 'begin') {
    void onClock(order.events, order.perSecond, record).then((firstAt) => tell({ type: 'written', firstAt }));
  }
});

async function prepare(connectionString: string, events: number): Promise<void> {
  client = new pg.Client({ connectionString, options: '-c search_path=orchestrator' });
  await client.connect();
  tasks = Array.from({ length: Math.ceil(events / LIFE.length) }, () => uuidv7());
  await client.query(
    `insert into tasks (id, kind, name, status, infra, check_mode, program, verb, args, max_attempts, created_by,
                        created_by_name, request_id, idempotency_key)
       select id, 'workflow', 'create_servers', 'Completed', 'production', false, 'provisioning', '{servers,create}', '{}', 3,
              gen_random_uuid(), 'ada', 'bench', id
         from unnest($1::uuid[]) id`,
    [tasks],
  );
}

/** One transaction. */
async function record(first: number, count: number): Promise<void> {
  const numbers = Array.from({ length: count }, (_, index) => first + index);
  const steps = numbers.map((number) => LIFE[number % LIFE.length]!);
  await client!.query({
    name: 'record',
    text: `insert into events (task_id, attempt, type, status, details)
             select * , '{}'::jsonb from unnest($1::uuid[], $2::int[], $3::text[], $4::text[])`,
    values: [
      numbers.map((number) => tasks[Math.floor(number / LIFE.length)]),
      steps.map(({ attempt }) => attempt),
      steps.map(({ type }) => type),
      steps.map(({ status }) => status),
    ],
  });
}
