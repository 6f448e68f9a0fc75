/** Entries that a map of this kind holds at most. */
const CAPACITY = 20_000;

/** Sets an entry; beyond 20,000 entries the oldest is forgotten, so that a long bench does not fill the memory. */
export function rememberUpTo<Value>(map: Map<string, Value>, key: string, value: Value): void {
  map.set(key, value);
  for (const oldest of map.keys()) {
    if (map.size <= CAPACITY) break;
    map.delete(oldest);
  }
}
