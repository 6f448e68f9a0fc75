/**
 * The table of phones in PostgreSQL.
 */
import { startPostgres } from '@stoxgate/testkit';
import pg from 'pg';
import { testPhoneTable } from './phone-table-suite.ts';

testPhoneTable({
  name: 'PostgreSQL',
  start: startPostgres,
  create:
    'CREATE TABLE phone_state (id bigserial PRIMARY KEY, uri varchar(255) NOT NULL, state varchar(32) NOT NULL)',
  run: async (url, statements) => {
    const client = new pg.Client(url);
    await client.connect();
    try {
      let rows: readonly unknown[] = [];
      for (const statement of statements) rows = (await client.query<object>(statement)).rows;
      return rows;
    } finally {
      await client.end();
    }
  },
});
