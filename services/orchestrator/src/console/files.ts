import { readdirSync, readFileSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';
import { gzip } from 'node:zlib';
import { promisify } from 'node:util';
import { Failure, codeOf } from '@provisioning/errors';
import type { Request, Response } from 'express';
import { prefixOf } from './cookie.js';

const TYPES: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** Nothing from elsewhere, and no code but our own files. Radix sets styles of elements by script. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "font-src 'self'",
  "worker-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const compress = promisify(gzip);

interface File {
  body: Buffer;
  type: string;
  /** Made when it is first asked for. */
  zipped?: Promise<Buffer>;
}

/** The files of the built console, in memory: they are few, and small. */
export class ConsoleFiles {
  readonly #files: ReadonlyMap<string, File>;

  private constructor(files: ReadonlyMap<string, File>) {
    this.#files = files;
  }

  /** @returns undefined where the console has not been built */
  static read(folder: string): ConsoleFiles | undefined {
    const files = new Map<string, File>();
    try {
      for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
        const type = TYPES[extname(entry.name)];
        if (!entry.isFile() || type === undefined) continue;
        const path = join(entry.parentPath, entry.name);
        files.set(relative(folder, path).split(sep).join('/'), { body: readFileSync(path), type });
      }
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') throw error;
    }
    return files.has('index.html') ? new ConsoleFiles(files) : undefined;
  }

  /** @throws Failure `not_found` */
  async send(request: Request, response: Response): Promise<void> {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.set('Allow', 'GET, HEAD');
      throw new Failure('method_not_allowed', `${request.method} is not allowed here; allowed: GET, HEAD.`);
    }
    const name = request.path.slice('/console/'.length);
    const file = this.#files.get(name);
    response.setHeader('Content-Security-Policy', POLICY);
    if (file && name !== 'index.html') {
      // The name of an asset changes with its content.
      const cache = name.startsWith('assets/') ? 'public, max-age=31536000, immutable' : 'no-cache';
      return send(request, response, file, cache);
    }
    if (name.startsWith('assets/') || !request.accepts('html')) {
      throw new Failure('not_found', `There is no ${request.path.slice(0, 200)}.`, { code: 'no_such_route' });
    }
    return send(request, response, this.#index(prefixOf(request)), 'no-cache');
  }

  /** The one page, whose addresses are relative to `/console/`, made to work at any path below it. */
  #index(prefix: string): File {
    const { body, type } = this.#files.get('index.html')!;
    return { body: Buffer.from(body.toString().replaceAll('="./', `="${prefix}/console/`)), type };
  }
}

async function send(request: Request, response: Response, file: File, cache: string): Promise<void> {
  response.set({ 'Content-Type': file.type, 'Cache-Control': cache, Vary: 'Accept-Encoding' });
  if (request.acceptsEncodings('gzip', 'identity') !== 'gzip') return void response.end(file.body);
  file.zipped ??= compress(file.body, { level: 9 });
  response.set('Content-Encoding', 'gzip');
  response.end(await file.zipped);
}
