import pg from 'pg';
import { DATABASE_TIMEOUT_MS, type PhoneRow, type PhoneTable } from './phone-table.ts';

/** The table in PostgreSQL. The lock is of the session: it goes with the connection. */
export async function openPostgresTable(url: string, table: string): Promise<PhoneTable> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: DATABASE_TIMEOUT_MS,
    query_timeout: DATABASE_TIMEOUT_MS,
    application_name: 'stoxgate',
  });
  // What ends the connection fails the next query too; without a listener it would end the process.
  client.on('error', () => undefined);
  await client.connect();
  const name = table
    .split('.')
    .map((part) => `"${part}"`)
    .join('.');
  return {
    lock: async () => {
      const { rows } = await client.query<{ isOurs: boolean }>(
        'SELECT pg_try_advisory_lock(hashtextextended($1, 0)) AS "isOurs"',
        [`stoxgate ${table}`],
      );
      return rows[0]?.isOurs === true;
    },
    rows: async (limit) => {
      const { rows } = await client.query<PhoneRow>(
        `SELECT id::text AS id, uri::text AS uri, state::text AS state FROM ${name} ORDER BY ${name}.id LIMIT $1`,
        [limit],
      );
      return rows;
    },
    delete: async (ids) => {
      await client.query(`DELETE FROM ${name} WHERE id = ANY($1::bigint[])`, [ids]);
    },
    close: () => client.end().catch(() => undefined),
  };
}
