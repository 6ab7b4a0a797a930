/** Which part of a list: `limit` rows that follow the first `offset` ones, or the row with the key `after`. */
export interface Page<Key = string> {
  limit: number;
  offset: number;
  after?: Key | undefined;
}
