export * from './accounts/account-file.ts';
export * from './accounts/imported-account.ts';
export * from './accounts/phone-address.ts';
export * from './phone-desk.ts';
export { readAccountFile } from './phone-sources.ts';
export * from './sealing.ts';
export * from './service.ts';
export { openPhoneTable } from './table/phone-table.ts';
