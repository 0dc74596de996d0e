/** Columns of a span by which features are watched apart. `all` is always watched. */
export const slice_columns = [
  'service',
  'request_model',
  'prompt_version',
  'chain_name',
  'adapter_name',
] as const;
