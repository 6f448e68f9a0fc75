/**
 * The table of phones in MariaDB.
 */
import { startMariadb } from '@stoxgate/testkit';
import mysql from 'mysql2/promise';
import { testPhoneTable } from './phone-table-suite.ts';

testPhoneTable({
  name: 'MariaDB',
  start: startMariadb,
  create:
    'CREATE TABLE phone_state (id bigint unsigned AUTO_INCREMENT PRIMARY KEY, uri varchar(255) NOT NULL, state varchar(32) NOT NULL)',
  run: async (url, statements) => {
    const connection = await mysql.createConnection(url);
    try {
      let rows: unknown = [];
      for (const statement of statements) rows = (await connection.query(statement))[0];
      return Array.isArray(rows) ? rows : [];
    } finally {
      await connection.end();
    }
  },
});
