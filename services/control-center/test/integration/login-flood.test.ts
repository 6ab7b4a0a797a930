import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestApi, type TestApi } from '../support/test-api.js';

describe('a flood of sign-ins', () => {
  let service: TestApi;
  beforeAll(async () => {
    // Slow enough for the queue to fill.
    service = await startTestApi({}, { bcryptCost: 10 });
  });
  afterAll(() => service.close());

  it('is refused with Retry-After while other requests are answered', async () => {
    let signInsEnded = 0;
    const flood = Promise.all(
      Array.from({ length: 200 }, async (_, index) => {
        const body = { username: `user-${index}`, password: 'whatever it is' };
        const answer = await service.http.post('/auth/login').send(body);
        signInsEnded += 1;
        return answer;
      }),
    );
    const health = await service.http.get('/health').expect(200);
    expect(health.body).toEqual({ success: true, data: 'Control Center is healthy' });
    expect(signInsEnded).toBeLessThan(200);

    const answers = await flood;
    const refused = answers.filter(({ status }) => status === 503);
    expect(answers.filter(({ status }) => status === 401).length + refused.length).toBe(200);
    // A slow machine also refuses requests whose time is over.
    const busy = refused.filter(({ body }) => body.code === 'busy');
    expect(busy.length).toBeGreaterThan(0);
    expect(busy[0]?.headers).toMatchObject({ 'retry-after': '5' });
  });
});
