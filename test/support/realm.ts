import { types } from 'node:util';

const inherited = Function.prototype[Symbol.hasInstance];

/**
 * Jest runs tests in a realm of their own, where errors of Node's core are no `Error`: the AWS SDK would wrap a cut
 * connection into an error without its code, as it never does outside of tests.
 */
Object.defineProperty(Error, Symbol.hasInstance, {
  value(this: unknown, value: unknown): boolean {
    if (this === Error && types.isNativeError(value)) return true;
    return inherited.call(this as () => void, value);
  },
});
