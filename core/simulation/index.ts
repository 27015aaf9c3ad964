/** Simulated shops with an exact truth: who will buy when, given what the shop could see. */
export type { Cause } from './causes.ts';
export { drawShop, type ShopOptions } from './draw.ts';
export { SHOP_KINDS, type Shop, type ShopKind } from './shop.ts';
export { SURVIVAL_EDGES } from './survival.ts';
export { type Truth, truthOf } from './truth.ts';
export { type SimulatedAction, type SimulatedUser, simulateUsers } from './users.ts';
