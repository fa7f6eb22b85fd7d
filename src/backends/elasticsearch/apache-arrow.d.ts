/** The client's declarations name types of a package that it loads for one kind of query only, and does not bring along. */
declare module "apache-arrow/Arrow.node.js" {
  export type AsyncRecordBatchStreamReader = never;
  export type Table<_T> = never;
  export type TypeMap = never;
}
