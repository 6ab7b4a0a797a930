interface Days {
  from: string | undefined;
  to: string | undefined;
}

/** The period from the start of one day to the end of another, in the zone of this browser. */
export function periodOf({ from, to }: Days): { from?: string; to?: string } {
  return {
    ...(from === undefined ? {} : { from: new Date(`${from}T00:00:00`).toISOString() }),
    ...(to === undefined ? {} : { to: new Date(`${to}T23:59:59.999`).toISOString() }),
  };
}
