/** The label by which everything of ours is known. */
export const managed = { 'app.kubernetes.io/managed-by': 'zero-trust-mesh' } as const
