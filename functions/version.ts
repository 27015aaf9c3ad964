/** The version of package.json, without the rest of that file in every bundle. */
export const VERSION = '0.1.0';
