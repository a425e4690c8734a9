/*
 * A root and what it signed, for the examples of rules about issuers. Nobody has their keys.
 */

/** A root that has the name of `goodAnchor`, and another key. */
export const signingRoot = [
  '-----BEGIN CERTIFICATE-----',
  'MIIBWDCB/6ADAgECAhBTxnl0fY+NG4bPHDinhzfrMAoGCCqGSM49BAMCMBwxGjAY',
  'BgNVBAMMEXJvb3QubWVzaC5leGFtcGxlMB4XDTI2MDUyMjAwMDAwMFoXDTM0MDgx',
  'ODAwMDAwMFowHDEaMBgGA1UEAwwRcm9vdC5tZXNoLmV4YW1wbGUwWTATBgcqhkjO',
  'PQIBBggqhkjOPQMBBwNCAAQXhH4520N+kAtsd1b6zm90aaz4HdL4cA8uGN4tTmCI',
  'ZlNFxYOOZHSwZlv4WFK1UODUuXn3mAgfoNGHlqmDLYxBoyMwITAPBgNVHRMBAf8E',
  'BTADAQH/MA4GA1UdDwEB/wQEAwICBDAKBggqhkjOPQQDAgNIADBFAiAsq7uQxd4i',
  'ckG79IWkEk/kqwVRsznawGa15nKSltBZgwIhAKxDxCGu6nSSqRIhQqjpwPU6nyL6',
  's5HILXFo7ccUbGbp',
  '-----END CERTIFICATE-----',
  '',
].join('\n')

/** An authority that this root signed, for leaves alone. */
export const signedIssuer = [
  '-----BEGIN CERTIFICATE-----',
  'MIIBXTCCAQSgAwIBAgIQSD6pSX/XAoscF5CgrA7X3TAKBggqhkjOPQQDAjAcMRow',
  'GAYDVQQDDBFyb290Lm1lc2guZXhhbXBsZTAeFw0yNjA1MjIwMDAwMDBaFw0zNDA1',
  'MTAwMDAwMDBaMB4xHDAaBgNVBAMME2lzc3Vlci5tZXNoLmV4YW1wbGUwWTATBgcq',
  'hkjOPQIBBggqhkjOPQMBBwNCAAR8Ux26mDukPxHUQbL8jUb0gTPR3KUheRLcKc8v',
  'D46FW2a1XAWUpcdiy0lr0xrlWVd3u2CIenICVcTJn2v9tjC6oyYwJDASBgNVHRMB',
  'Af8ECDAGAQH/AgEAMA4GA1UdDwEB/wQEAwICBDAKBggqhkjOPQQDAgNHADBEAiAR',
  'WYfHLgDUODxYGtTHJIl7Oevd+zxhsYyEhxwu10ZzUAIgGxz4AcJOP738QVB+6W8v',
  'KV0G3BTq8RNU2wugKSwTMzM=',
  '-----END CERTIFICATE-----',
  '',
].join('\n')
