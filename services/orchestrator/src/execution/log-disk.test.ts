import { describe, expect, it } from '@jest/globals';
import { LogDisk } from './log-disk.js';

const ROOM = { bavail: 1_000, bsize: 4096, files: 100, ffree: 50 };
const FULL = { ...ROOM, bavail: 0 };

/** A disk that is in this state until the test says otherwise. */
function diskWith(state: typeof ROOM) {
  const current = { state };
  return { current, disk: new LogDisk('/logs', () => current.state) };
}

describe('the disk that a command prints to', () => {
  it('says nothing while it has room', () => {
    const { disk } = diskWith(ROOM);
    expect(disk.readNotes()).toEqual([]);
    expect(disk.noteInOutput).toBe('');
  });

  it('says where lines may be missing, and where they are not any more, once each', () => {
    const { disk, current } = diskWith(ROOM);
    current.state = FULL;
    expect(disk.readNotes()).toEqual([expect.stringContaining('lines may be missing from here on')]);
    expect(disk.readNotes()).toEqual([]);
    current.state = ROOM;
    expect(disk.readNotes()).toEqual([expect.stringContaining('the disk of the log has room again')]);
    expect(disk.noteInOutput).toContain('lines may be missing');
  });

  it('remembers that it was full when the command started or ended, though not when it is asked', () => {
    const { disk, current } = diskWith(FULL);
    current.state = ROOM;
    disk.look();
    expect(disk.readNotes()).toHaveLength(2);
  });

  it('is full without inodes, where its file system counts them', () => {
    expect(diskWith({ ...ROOM, ffree: 0 }).disk.readNotes()).toHaveLength(1);
    expect(diskWith({ ...ROOM, files: 0, ffree: 0 }).disk.readNotes()).toEqual([]);
  });
});
