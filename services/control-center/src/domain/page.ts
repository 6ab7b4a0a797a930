/** A part of a list: `limit` rows after the first `offset` ones, or after the row with the key `after`. */
export interface Page<Key = string> {
  limit: number;
  offset: number;
  after?: Key | undefined;
}
