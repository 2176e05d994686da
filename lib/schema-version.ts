/** The version of the tables in schema.sql; a test holds the two together. */
export const SCHEMA_VERSION = 6
