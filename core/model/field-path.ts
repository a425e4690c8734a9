const plainKey = /^[A-Za-z_][\w-]*$/

/** A path and one more key: `metadata.labels` and `app.kubernetes.io/name` give `metadata.labels["app.kubernetes.io/name"]`. */
export function below(path: string, key: string): string {
  if (!plainKey.test(key)) return `${path}[${JSON.stringify(key)}]`
  return path === '' ? key : `${path}.${key}`
}
