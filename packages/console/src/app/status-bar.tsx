import { useEffect, useState } from 'react';
import type { ConnectionState } from '../live/connection.js';
import { useClock } from '../ui/time.js';
import styles from './status-bar.module.css';

const WORDS: Record<ConnectionState, string> = {
  connecting: 'Connecting',
  live: 'Live',
  reconnecting: 'Reconnecting',
  polling: 'Polling',
  off: 'Not live',
};
const MEANINGS: Record<ConnectionState, string> = {
  connecting: 'The connection for events is being opened.',
  live: 'What is shown changes as it happens.',
  reconnecting: 'The connection was lost. What is shown may be out of date.',
  polling: 'Events cannot be followed here: what is shown is fetched every few seconds.',
  off: 'Events are not followed: what is shown is fetched now and then.',
};

/** Whether what is shown is current, and since when it is not. */
export function StatusBar({ state }: { state: ConnectionState }) {
  const [lostAt, setLostAt] = useState<string>();
  const clock = useClock();
  const isLost = state === 'reconnecting';
  useEffect(() => setLostAt(isLost ? new Date().toISOString() : undefined), [isLost]);
  return (
    <p role="status" className={styles['bar']} data-state={state} title={MEANINGS[state]}>
      <span aria-hidden className={styles['dot']} />
      {WORDS[state]}
      {lostAt && <span className={styles['since']}>as of {clock(lostAt)}</span>}
    </p>
  );
}
