import { describe, expect, it } from '@jest/globals';
import { DriverError } from '../driver.js';
import { awsConfigFrom } from './config.js';

const env = {
  AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'the-secret',
  AWS_REGION: 'eu-central-1',
};

describe('the configuration of the aws driver', () => {
  it('needs only a key and a region', () => {
    expect(awsConfigFrom({ ...env, AWS_ENDPOINT_URL: '', AWS_SESSION_TOKEN: '' })).toEqual({
      credentials: { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'the-secret' },
      regions: ['eu-central-1'],
      endpoints: { ec2: null, ssm: null, quotas: null },
      subnetId: null,
      securityGroupIds: [],
      defaultImage: null,
      loginUser: null,
      serversAtOnce: 10,
    });
  });

  it('accepts lists and removes repeated regions', () => {
    const config = awsConfigFrom({
      ...env,
      AWS_REGIONS: 'us-gov-west-1, eu-central-1,us-gov-west-1',
      AWS_SECURITY_GROUP_IDS: 'sg-1, sg-2',
    });
    expect(config).toMatchObject({
      regions: ['eu-central-1', 'us-gov-west-1'],
      securityGroupIds: ['sg-1', 'sg-2'],
    });
  });

  it('accepts one endpoint for all services and one for each', () => {
    const AWS_ENDPOINT_URL = 'https://vpce.example.net';
    expect(awsConfigFrom({ ...env, AWS_ENDPOINT_URL }).endpoints).toEqual({
      ec2: AWS_ENDPOINT_URL,
      ssm: AWS_ENDPOINT_URL,
      quotas: AWS_ENDPOINT_URL,
    });
    const AWS_ENDPOINT_URL_SSM = 'http://127.0.0.1:4566';
    expect(awsConfigFrom({ ...env, AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_SSM }).endpoints.ssm).toBe(
      AWS_ENDPOINT_URL_SSM,
    );
  });

  it.each([
    ['a region that is none', { AWS_REGION: 'Frankfurt' }, /got "Frankfurt"/],
    ['a zone instead of a region', { AWS_REGIONS: 'eu-central-1a' }, /got "eu-central-1a"/],
    [
      'a secret with a line end',
      { AWS_SECRET_ACCESS_KEY: 'the-secret\n' },
      /AWS_SECRET_ACCESS_KEY must be printable ASCII/,
    ],
    [
      'a token with a line end',
      { AWS_SESSION_TOKEN: 'the-secret\n' },
      /AWS_SESSION_TOKEN must be printable ASCII/,
    ],
    ['an endpoint that is none', { AWS_ENDPOINT_URL: 'ec2' }, /must be a URL/],
    ['an endpoint in the clear', { AWS_ENDPOINT_URL: 'http://the-secret.net' }, /https/],
    [
      'credentials in an endpoint',
      { AWS_ENDPOINT_URL: 'https://me:the-secret@x.net' },
      /must contain only a host and a path/,
    ],
    ['a user that is none', { AWS_LOGIN_USER: 'me; reboot' }, /AWS_LOGIN_USER/],
  ])('refuses %s, and shows no secret', (_, more, message) => {
    const configure = () => awsConfigFrom({ ...env, ...more });
    expect(configure).toThrow(DriverError);
    expect(configure).toThrow(message);
    expect(configure).not.toThrow(/the-secret/);
  });
});
