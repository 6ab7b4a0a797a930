import { Check, Copy } from 'lucide-react';
import { useState } from 'react';

interface CopyButtonProps {
  /** A function for what takes time to write. */
  text: string | (() => string);
  label: string;
}

/** Puts a text onto the clipboard and says so. */
export function CopyButton({ text, label }: CopyButtonProps) {
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(typeof text === 'string' ? text : text());
    setCopied(true);
    setTimeout(() => setCopied(false), 1_500);
  };
  return (
    <button
      type="button"
      className="icon-button"
      aria-label={label}
      title={label}
      onClick={() => void copy()}
    >
      {copied ? <Check aria-hidden /> : <Copy aria-hidden />}
      <span role="status" className="visually-hidden">
        {copied ? 'Copied' : ''}
      </span>
    </button>
  );
}

/** An id as its first part, with the whole of it to copy. */
export function IdChip({ id, what }: { id: string; what: string }) {
  return (
    <span className="row" style={{ gap: 0, flexWrap: 'nowrap', whiteSpace: 'nowrap' }}>
      <code title={id}>{shortId(id)}</code>
      <CopyButton text={id} label={`Copy the id of this ${what}`} />
    </span>
  );
}

/** Ids begin with their time, so the end of the first parts is what differs. */
export const shortId = (id: string): string => id.slice(-12);
