import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { describeWithPromtool, promtool } from '@provisioning/test-kit';
import { startTestApi, type TestApi } from '../support/test-api.js';

describeWithPromtool('Prometheus', () => {
  let service: TestApi;
  beforeAll(async () => {
    service = await startTestApi();
  });
  afterAll(() => service.close());

  it('finds no fault in the metrics', async () => {
    await service.http.get('/health').expect(200);
    await service.http.get('/no/such/thing').expect(404);
    const { text } = await service.http.get('/metrics').expect(200);
    expect(promtool(['check', 'metrics'], text)).toEqual({ status: 0, said: '' });
    expect(text).toMatch(/^http_requests_total\{method="GET",route="unmatched",status="404"\} 1$/m);
    expect(text).toMatch(/^postgres_pool_connections\{pool="main",state="idle"\} \d+$/m);
  });
});
