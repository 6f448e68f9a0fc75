import mysql from 'mysql2/promise';
import { type PhoneRow, type PhoneTable, DATABASE_TIMEOUT_MS as timeout } from './phone-table.ts';

/** The table in MySQL or MariaDB. The lock is of the session: it goes with the connection. */
export async function openMysqlTable(url: string, table: string): Promise<PhoneTable> {
  const connection = await mysql.createConnection({ uri: url, connectTimeout: timeout });
  // What ends the connection fails the next query too; without a listener it would end the process.
  connection.on('error', () => undefined);
  const name = table
    .split('.')
    .map((part) => `\`${part}\``)
    .join('.');
  const query = async (sql: string, values: mysql.QueryValues): Promise<unknown> =>
    (await connection.query({ sql, values, timeout }))[0];
  return {
    lock: async () => {
      const rows = (await query('SELECT GET_LOCK(?, 0) AS isOurs', [`stoxgate ${table}`])) as {
        isOurs: number;
      }[];
      return rows[0]?.isOurs === 1;
    },
    rows: async (limit) =>
      (await query(`SELECT CAST(id AS CHAR) AS id, uri, state FROM ${name} ORDER BY ${name}.id LIMIT ?`, [
        limit,
      ])) as PhoneRow[],
    delete: async (ids) => {
      await query(`DELETE FROM ${name} WHERE id IN (?)`, [[...ids]]);
    },
    close: async () => connection.destroy(),
  };
}
