import { Failure } from '@provisioning/errors';
import type { Response } from 'express';

const TYPES = ['text/plain', 'text/csv', 'application/x-ndjson'] as const;
type DownloadType = (typeof TYPES)[number];

/** What a link of the console downloads. */
export interface Download {
  /** Path and query of the operation, without the parameters that are for the download itself. */
  url: string;
  accept: DownloadType;
  /** Shown in the browser in place of being saved. */
  inline: boolean;
}

/** Reads `as` (the media type) and `show=1` out of the query. @throws Failure `malformed` */
export function readDownload(url: string): Download {
  const [path = '', query = ''] = url.split('?', 2);
  const parameters = new URLSearchParams(query);
  const accept = TYPES.find((type) => type === parameters.get('as'));
  if (accept === undefined) {
    throw new Failure('malformed', `as must be one of ${TYPES.join(', ')}.`, {
      details: [{ path: 'as', message: `must be one of ${TYPES.join(', ')}` }],
    });
  }
  const inline = parameters.get('show') === '1';
  parameters.delete('as');
  parameters.delete('show');
  const rest = parameters.toString();
  return { url: rest === '' ? path : `${path}?${rest}`, accept, inline };
}

/** What was printed by a command may look like a page: nothing in it is ever run. Only a success is a file. */
export function markAsDownload(response: Response, { url, accept, inline }: Download): void {
  response.setHeader('Content-Security-Policy', 'sandbox');
  response.setHeader('X-Content-Type-Options', 'nosniff');
  // Safe cast: all overloads pass on their arguments.
  const writeHead = response.writeHead.bind(response) as (...args: unknown[]) => Response;
  // Safe cast: all overloads pass on their arguments.
  response.writeHead = ((...args: unknown[]) => {
    if (response.statusCode === 200) {
      response.setHeader(
        'Content-Disposition',
        inline ? 'inline' : `attachment; filename="${fileName(url, accept)}"`,
      );
      response.setHeader('Content-Security-Policy', 'sandbox');
    }
    return writeHead(...args);
  }) as Response['writeHead'];
}

const ENDINGS: Record<DownloadType, string> = {
  'text/plain': 'log',
  'text/csv': 'csv',
  'application/x-ndjson': 'ndjson',
};

/** `/tasks/<id>/logs` as text becomes `tasks-<id>-logs.log`. */
function fileName(url: string, accept: DownloadType): string {
  const [path = ''] = url.split('?', 1);
  const name = path.slice(1).replaceAll(/[^A-Za-z0-9_-]+/g, '-');
  return `${name}.${ENDINGS[accept]}`;
}
