import { expect, it } from '@jest/globals';
import express from 'express';
import supertest from 'supertest';
import { clientAddress } from '../src/client-address.js';

const app = express()
  .use(clientAddress((value) => (value === 'signed 192.0.2.7' ? '192.0.2.7' : undefined)))
  .get('/', (request, response) => void response.json({ ip: request.ip }));

it('is the one that another service signed', async () => {
  const { body } = await supertest(app).get('/').set('X-Provisioning-Client', 'signed 192.0.2.7');
  expect(body).toEqual({ ip: '192.0.2.7' });
});

it.each(['192.0.2.7', 'signed 192.0.2.8', ''])(
  'is that of the connection where %j was sent',
  async (value) => {
    const { body } = await supertest(app).get('/').set('X-Provisioning-Client', value);
    expect(body).toEqual({ ip: expect.stringContaining('127.0.0.1') });
  },
);
