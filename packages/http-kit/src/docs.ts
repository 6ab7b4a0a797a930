import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import express, { Router } from 'express';

const ASSETS = dirname(fileURLToPath(import.meta.resolve('swagger-ui-dist/package.json')));

const PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <title>Provisioning API</title>
    <link rel="stylesheet" href="assets/swagger-ui.css" />
    <link rel="icon" href="assets/favicon-32x32.png" />
  </head>
  <body>
    <main id="docs"></main>
    <script src="assets/swagger-ui-bundle.js"></script>
    <script src="start.js"></script>
  </body>
</html>
`;
// A file, not an inline script: the page runs under `script-src 'self'`.
// The page shows relative servers as the addresses that they stand for.
const START = `const source = new URL('../openapi.json', location.href).href;
SwaggerUIBundle({
  url: source,
  dom_id: '#docs',
  deepLinking: true,
  validatorUrl: null,
  responseInterceptor(response) {
    if (response.url !== source || !response.ok) return response;
    const contract = JSON.parse(response.text);
    for (const server of contract.servers) server.url = new URL(server.url, source).href.replace(/\\/$/, '');
    return { ...response, text: JSON.stringify(contract) };
  },
});
`;

/**
 * The address that serves the document, relative to it: right on every port, behind a proxy and under a path prefix. It
 * is the first, so that requests of the page go to it.
 */
const HERE = { url: './', description: 'The address of this document' };

/**
 * Serves `/openapi.json` and `/docs` without requests to other hosts.
 * @param contract the OpenAPI document; its servers follow the address that serves it
 */
export function docsRouter(contract: { servers?: readonly object[] }): Router {
  const router = Router();
  const text = JSON.stringify({ ...contract, servers: [HERE, ...(contract.servers ?? [])] });
  router.get('/openapi.json', (_request, response) => {
    response.type('json').send(text);
  });
  // A browser that opens the address gets the pages on which every operation can be tried.
  router.get('/', (_request, response) => {
    response.redirect(302, 'docs/');
  });
  router.get('/docs', (request, response, next) => {
    if (request.path.endsWith('/')) next();
    else response.redirect(308, 'docs/');
  });
  router.get('/docs/', (_request, response) => {
    response.type('html').send(PAGE);
  });
  router.get('/docs/start.js', (_request, response) => {
    response.type('js').send(START);
  });
  router.use('/docs/assets', express.static(ASSETS, { index: false, maxAge: '1h', acceptRanges: false }));
  return router;
}
