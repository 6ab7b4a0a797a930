import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { ProvisioningError } from '@provisioning/client';
import { useRef, useState } from 'react';
import {
  startUndo,
  undoPreview,
  undoToPlan,
  type Undo,
  type UndoPreview,
} from '../../api/queries/rollback.js';
import { CreatePlan } from '../../features/plan/create-plan.js';
import { infrasWithDestruction } from '../../features/plan/plan-changes.js';
import { TypedNames } from '../../features/plan/typed-names.js';
import { counted } from '../../format/counts.js';
import { Check } from '../../ui/field.js';
import { ErrorNotice } from '../../ui/notices.js';
import { blocking } from './obstacles.js';
import styles from './rollback-page.module.css';

interface UndoFormProps {
  undo: Undo;
  preview: UndoPreview;
}

/** Confirms a preview. What was ticked and typed counts for that preview alone. */
export function UndoForm({ undo, preview }: UndoFormProps) {
  const fingerprint = fingerprintOf(preview);
  // Kept here: a new preview replaces the form, which then has to say why.
  const [movedTo, setMovedTo] = useState<string>();
  return (
    <Confirm
      key={fingerprint}
      undo={undo}
      preview={preview}
      fingerprint={fingerprint}
      hasMoved={movedTo === fingerprint}
      onMoved={setMovedTo}
    />
  );
}

interface ConfirmProps extends UndoFormProps {
  fingerprint: string;
  /** Whether this preview replaced another one that the user was about to confirm. */
  hasMoved: boolean;
  /** Called with the fingerprint of a preview that is not the one on the screen. */
  onMoved(fingerprint: string): void;
}

function Confirm({ undo, preview, fingerprint, hasMoved, onMoved }: ConfirmProps) {
  const { changes = [] } = preview.result.plan ?? {};
  const { obstacles = [] } = preview.result;
  const all = undo.kind === 'operations' || undo.kind === 'batch';
  const isBlocked = blocking(obstacles, all).length > 0;
  const left = all ? 0 : obstacles.filter(({ obstacle }) => obstacle === 'cannot_undo').length;
  const foreign = obstacles.filter(({ obstacle }) => obstacle === 'not_made_here').length;
  const names = infrasWithDestruction(changes).join(', ');
  const destroyed = changes.filter(({ change }) => change === 'destroy').length;
  const [seen, setSeen] = useState({ left: false, foreign: false });
  const [typed, setTyped] = useState('');
  const { busy, error, run } = useUndo({ undo, preview, fingerprint, onMoved });
  const isReady =
    !isBlocked &&
    (left === 0 || seen.left) &&
    (foreign === 0 || seen.foreign) &&
    (names === '' || typed.trim() === names);
  return (
    <form
      aria-label="Confirm"
      className={styles['confirm']}
      onSubmit={(event) => {
        event.preventDefault();
        if (isReady) void run();
      }}
    >
      {hasMoved && (
        <p role="alert" className={styles['moved']}>
          Something has changed since the preview. This is the new preview; check and confirm it again.
        </p>
      )}
      {isBlocked && <p>This cannot be done while something is in the way.</p>}
      {!isBlocked && left > 0 && (
        <Check
          label={`I have seen that ${counted(left, 'operation')} cannot be undone.`}
          checked={seen.left}
          onChange={(checked) => setSeen({ ...seen, left: checked })}
        />
      )}
      {!isBlocked && foreign > 0 && (
        <Check
          label={`Destroy ${counted(foreign, 'resource')} that this platform did not make.`}
          checked={seen.foreign}
          onChange={(checked) => setSeen({ ...seen, foreign: checked })}
        />
      )}
      {!isBlocked && names !== '' && (
        <TypedNames names={names} destroyed={destroyed} typed={typed} onType={setTyped} />
      )}
      {error !== undefined && <ErrorNotice error={error} />}
      <div className="row">
        <button type="submit" className="primary danger" disabled={!isReady || busy}>
          {undo.kind === 'restore' ? 'Make' : 'Undo'} {counted(changes.length, 'change')}
        </button>
        {preview.request !== null && !isBlocked && (foreign === 0 || seen.foreign) && (
          <CreatePlan request={undoToPlan(preview.request, preview.result)} busy={busy} />
        )}
      </div>
    </form>
  );
}

/** Makes the preview again, and acts only if it is still what was shown. */
function useUndo({ undo, preview, fingerprint, onMoved }: Omit<ConfirmProps, 'hasMoved'>) {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const [key] = useState(() => crypto.randomUUID());
  /** Whether the answer to the last try was lost: the same key then asks for its result. */
  const isUnsure = useRef(false);
  const attempt = async () => {
    if (!isUnsure.current) {
      const now = await queries.fetchQuery({ ...undoPreview(undo), staleTime: 0 });
      const current = fingerprintOf(now);
      if (current !== fingerprint) return onMoved(current);
    }
    const id = await startUndo(preview, key);
    await queries.invalidateQueries({ queryKey: ['journal'] });
    await navigate({ to: '/rollbacks/$id', params: { id } });
  };
  const run = async () => {
    setBusy(true);
    setError(undefined);
    try {
      await attempt();
    } catch (failure) {
      isUnsure.current =
        failure instanceof ProvisioningError && (failure.status === 0 || failure.status >= 500);
      setError(failure);
    } finally {
      setBusy(false);
    }
  };
  return { busy, error, run };
}

/** Equal for two previews that would do the same. */
function fingerprintOf({ request, result: { plan, obstacles, confirmation } }: UndoPreview): string {
  return JSON.stringify([request, plan?.changes, obstacles, confirmation]);
}
