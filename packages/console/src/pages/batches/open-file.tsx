import { FolderOpen } from 'lucide-react';
import { useRef, useState } from 'react';

/** The most that the API accepts. */
const MOST_BYTES = 8 * 1024 * 1024;

/** Reads a file of this computer into the editor. */
export function OpenFile({ onOpen }: { onOpen(text: string): void }) {
  const input = useRef<HTMLInputElement>(null);
  const [fault, setFault] = useState('');
  const read = async (file: File | undefined) => {
    if (!file) return;
    if (file.size > MOST_BYTES) return setFault(`${file.name} is larger than 8 MiB.`);
    setFault('');
    onOpen(await file.text());
  };
  return (
    <>
      {fault !== '' && <span role="alert">{fault}</span>}
      <input
        ref={input}
        type="file"
        hidden
        accept=".yaml,.yml,.json"
        onChange={({ target }) => {
          void read(target.files?.[0]);
          // The same file can be chosen again.
          target.value = '';
        }}
      />
      <button type="button" onClick={() => input.current?.click()}>
        <FolderOpen aria-hidden />
        Open file
      </button>
    </>
  );
}
