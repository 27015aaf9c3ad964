/** Puts `process.env` back after what points this process to a data folder, so that later ones start clean. */
export async function keepingEnvironment<T>(use: () => Promise<T>): Promise<T> {
  const before = { ...process.env };
  try {
    return await use();
  } finally {
    for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name];
    Object.assign(process.env, before);
  }
}
