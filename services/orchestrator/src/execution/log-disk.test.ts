import { describe, expect, it } from '@jest/globals';
import { LogDisk } from './log-disk.js';

const ROOM = { bavail: 1_000, bsize: 4096, files: 100, ffree: 50 };
const FULL = { ...ROOM, bavail: 0 };

/** A disk whose state the test sets. */
function diskWith(state: typeof ROOM) {
  const current = { state };
  return { current, disk: new LogDisk('/logs', () => current.state) };
}

describe('the disk for the output of a command', () => {
  it('reports nothing while it has room', () => {
    const { disk } = diskWith(ROOM);
    expect(disk.readNotes()).toEqual([]);
    expect(disk.noteInOutput).toBe('');
  });

  it('reports where lines may be missing, and where no longer, once each', () => {
    const { disk, current } = diskWith(ROOM);
    current.state = FULL;
    expect(disk.readNotes()).toEqual([expect.stringContaining('lines may be missing from here on')]);
    expect(disk.readNotes()).toEqual([]);
    current.state = ROOM;
    expect(disk.readNotes()).toEqual([expect.stringContaining('the disk of the log has free space again')]);
    expect(disk.noteInOutput).toContain('lines may be missing');
  });

  it('reports that it was full at the start or the end of the command', () => {
    const { disk, current } = diskWith(FULL);
    current.state = ROOM;
    disk.look();
    expect(disk.readNotes()).toHaveLength(2);
  });

  it('is full without free inodes, if its file system counts them', () => {
    expect(diskWith({ ...ROOM, ffree: 0 }).disk.readNotes()).toHaveLength(1);
    expect(diskWith({ ...ROOM, files: 0, ffree: 0 }).disk.readNotes()).toEqual([]);
  });
});
