import { describe, expect, it } from '@jest/globals';
import express from 'express';
import request from 'supertest';
import { docsRouter } from '../src/docs.js';

interface Response {
  url: string;
  ok: boolean;
  text: string;
}
interface Options {
  url: string;
  responseInterceptor(response: Response): Response;
}

const contract = { openapi: '3.1.0', servers: [{ url: 'http://localhost:9090' }] };
const app = express().use('/tools/provisioning', docsRouter(contract));
const get = async (path: string) => (await request(app).get(`/tools/provisioning${path}`).expect(200)).text;

describe('the API documentation', () => {
  it('names the address that serves the document first, relative to it', async () => {
    expect(JSON.parse(await get('/openapi.json'))).toMatchObject({
      servers: [{ url: './' }, { url: 'http://localhost:9090' }],
    });
  });

  it.each([
    ['http://localhost:9999/docs/', 'http://localhost:9999'],
    ['https://ops.example.com/tools/provisioning/docs/', 'https://ops.example.com/tools/provisioning'],
  ])('opened at %s, sends requests to %s', async (page, server) => {
    let options: Options | undefined;
    const start = new Function('SwaggerUIBundle', 'location', await get('/docs/start.js')) as (
      bundle: (given: Options) => void,
      location: { href: string },
    ) => void;
    start((given) => (options = given), { href: page });
    expect(options?.url).toBe(`${server}/openapi.json`);
    const shown = options?.responseInterceptor({
      url: `${server}/openapi.json`,
      ok: true,
      text: await get('/openapi.json'),
    });
    expect(JSON.parse(shown?.text ?? '')).toMatchObject({
      servers: [{ url: server }, { url: 'http://localhost:9090' }],
    });
    const other = { url: `${server}/tasks`, ok: true, text: '{"data":[]}' };
    expect(options?.responseInterceptor(other)).toBe(other);
  });
});
