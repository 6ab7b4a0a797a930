const CONTINUED = 126;
const CONTINUED_LONG = 127;
const TEXT = 1;
const PING = 9;

interface Header {
  opcode: number;
  /** The start and the end of the payload. */
  from: number;
  to: number;
}

/**
 * Splits what a server sends (RFC 6455, not masked, not compressed, one frame a message) into messages. It reads only the
 * headers: two hundred clients must not cost as much as the measured server.
 */
export class FrameReader {
  #rest: Buffer | undefined;

  constructor(
    /** A text: its payload is in a buffer that is reused. */
    private readonly message: (bytes: Buffer, from: number, to: number) => void,
    private readonly ping: () => void,
  ) {}

  read(chunk: Buffer): void {
    const bytes = this.#rest ? Buffer.concat([this.#rest, chunk]) : chunk;
    let position = 0;
    for (let header = headerAt(bytes, 0); header; header = headerAt(bytes, position)) {
      if (header.opcode === TEXT) this.message(bytes, header.from, header.to);
      else if (header.opcode === PING) this.ping();
      position = header.to;
    }
    this.#rest = position < bytes.length ? bytes.subarray(position) : undefined;
  }
}

/** Undefined if the frame is incomplete. */
function headerAt(bytes: Buffer, position: number): Header | undefined {
  const left = bytes.length - position;
  if (left < 2) return undefined;
  const short = bytes[position + 1]! & 0x7f;
  const size = short === CONTINUED ? 4 : short === CONTINUED_LONG ? 10 : 2;
  if (left < size) return undefined;
  const length =
    size === 2
      ? short
      : size === 4
        ? bytes.readUInt16BE(position + 2)
        : Number(bytes.readBigUInt64BE(position + 2));
  const from = position + size;
  return left < size + length ? undefined : { opcode: bytes[position]! & 0x0f, from, to: from + length };
}
