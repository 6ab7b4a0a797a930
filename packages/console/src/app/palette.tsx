import { useNavigate } from '@tanstack/react-router';
import { Dialog } from 'radix-ui';
import { useId, useRef, useState, type KeyboardEvent } from 'react';
import dialog from '../ui/dialog.module.css';
import { useEntries } from './navigation.js';
import styles from './shortcuts.module.css';

interface Command {
  title: string;
  kind: 'Page' | 'Action' | 'Id';
  run(): void;
}

interface PaletteProps {
  open: boolean;
  onOpenChange(open: boolean): void;
}

/** Everything that can be gone to or done from here, found by typing: pages, the acts of this page, and ids. */
export function Palette({ open, onOpenChange }: PaletteProps) {
  return (
    <Dialog.Root open={open} onOpenChange={onOpenChange}>
      <Dialog.Portal>
        <Dialog.Overlay className={dialog['overlay']} />
        <Dialog.Content
          className={`${dialog['content']} ${styles['palette']}`}
          aria-describedby={undefined}
          onCloseAutoFocus={(event) => event.preventDefault()}
        >
          <Dialog.Title className="visually-hidden">Command palette</Dialog.Title>
          <Choices done={() => onOpenChange(false)} />
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

/** A combobox with a list box (ARIA Authoring Practices): the focus stays in the field. */
function Choices({ done }: { done(): void }) {
  const listId = useId();
  const [typed, setTyped] = useState('');
  const [active, setActive] = useState(0);
  const list = useRef<HTMLUListElement>(null);
  const commands = useCommands(typed);
  const at = Math.min(active, commands.length - 1);
  const run = (command: Command | undefined) => {
    if (!command) return;
    done();
    // After the dialog has given the focus back.
    setTimeout(() => command.run());
  };
  const move = (to: number) => {
    const next = (to + commands.length) % Math.max(1, commands.length);
    setActive(next);
    list.current?.children[next]?.scrollIntoView({ block: 'nearest' });
  };
  const press = (event: KeyboardEvent) => {
    if (event.key === 'ArrowDown') move(at + 1);
    else if (event.key === 'ArrowUp') move(at - 1);
    else if (event.key === 'Enter') run(commands[at]);
    else return;
    event.preventDefault();
  };
  return (
    <>
      <input
        role="combobox"
        aria-label="Go to a page, run an action, or open an id"
        aria-expanded
        aria-controls={listId}
        aria-activedescendant={commands.length > 0 ? `${listId}-${at}` : undefined}
        aria-autocomplete="list"
        placeholder="Page, action or id"
        spellCheck={false}
        autoFocus
        value={typed}
        onChange={({ target }) => {
          setTyped(target.value);
          setActive(0);
        }}
        onKeyDown={press}
      />
      <ul ref={list} id={listId} role="listbox" aria-label="Results" className={styles['options']}>
        {commands.map((command, index) => (
          <li
            key={`${command.kind} ${command.title}`}
            id={`${listId}-${index}`}
            role="option"
            aria-selected={index === at}
            className={styles['option']}
            onClick={() => run(command)}
          >
            {command.title}
            <span className="muted">{command.kind}</span>
          </li>
        ))}
      </ul>
      {commands.length === 0 && <p className="muted">Nothing matches.</p>}
    </>
  );
}

const ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

function useCommands(typed: string): Command[] {
  const navigate = useNavigate();
  const pages = useEntries().map(({ to, title }): Command => ({
    title,
    kind: 'Page',
    run: () => void navigate({ to, search: {} }),
  }));
  const text = typed.trim().toLowerCase();
  if (ID.test(text)) {
    return [
      {
        title: 'Open the task',
        kind: 'Id',
        run: () => void navigate({ to: '/tasks/$id', params: { id: text }, search: {} }),
      },
      {
        title: 'Open the batch',
        kind: 'Id',
        run: () => void navigate({ to: '/batches/$id', params: { id: text }, search: {} }),
      },
      {
        title: 'Open the user',
        kind: 'Id',
        run: () => void navigate({ to: '/users/$id', params: { id: text } }),
      },
    ];
  }
  return [...actsOfPage(), ...pages].filter(({ title }) => title.toLowerCase().includes(text));
}

/** The buttons and links beside the heading of the page, as far as they work. */
function actsOfPage(): Command[] {
  const found = document.querySelectorAll<HTMLElement>(
    'main header button:not(:disabled):not(.icon-button), main header a.button',
  );
  return [...found].map((element) => ({
    title: element.textContent.trim(),
    kind: 'Action',
    run: () => element.click(),
  }));
}
