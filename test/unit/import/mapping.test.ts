import { describe, expect, test } from '@jest/globals';
import { ACTION_TYPES } from '../../../core/actions/action.ts';
import { checkColumns, MappingError, mappedFields, parseMapping, usualMapping } from '../../../core/import/mapping.ts';
import { parseTypeNames } from '../../../core/import/types.ts';

describe('a mapping', () => {
  test('names a column for each field, spaces around names ignored', () => {
    expect(parseMapping('user=customer id, time = when,type=what,category=brand,value=amount=eur')).toEqual({
      user: 'customer id',
      time: 'when',
      type: 'what',
      category: 'brand',
      value: 'amount=eur',
    });
  });

  test('may leave out the category, quantity, value and id', () => {
    expect(mappedFields(parseMapping('type=c,time=b,user=a'))).toEqual(['user', 'time', 'type']);
  });

  test.each([
    ['', 'FIELD=COLUMN'],
    ['user', 'FIELD=COLUMN'],
    ['user=,time=b,type=c', 'FIELD=COLUMN'],
    ['user=a,time=b,type=c,', 'FIELD=COLUMN'],
    ['customer=a,time=b,type=c', '"customer"'],
    ['__proto__=a,user=a,time=b,type=c', '"__proto__"'],
    ['user=a,user=b,time=b,type=c', 'twice'],
    ['user=a,category=b', 'lacks time, type'],
  ])('"%s" is refused: it says %s', (text, said) => {
    expect(() => parseMapping(text)).toThrow(MappingError);
    expect(() => parseMapping(text)).toThrow(said);
  });

  test('to a column that is not there says which columns there are', () => {
    const mapping = parseMapping('user=uid,time=t,type=k');
    expect(() => checkColumns(mapping, ['user_id', 't', 'k'])).toThrow(
      'there is no column "uid" for user. Columns of the file: user_id, t, k',
    );
    expect(() => checkColumns(mapping, ['uid', 't', 'k'])).not.toThrow();
  });

  test('to a column that is there twice is refused', () => {
    expect(() => checkColumns(parseMapping('user=a,time=b,type=c'), ['a', 'b', 'a', 'c'])).toThrow('2 times');
  });

  test('is by usual names when none is given, value before amount', () => {
    expect(usualMapping(['amount', 'value', 'type', 'timestamp', 'user_id', 'other'])).toEqual({
      user: 'user_id',
      time: 'timestamp',
      type: 'type',
      value: 'value',
    });
    expect(usualMapping(['user_id', 'timestamp', 'type', 'category', 'quantity', 'amount', 'id'])).toEqual({
      user: 'user_id',
      time: 'timestamp',
      type: 'type',
      category: 'category',
      quantity: 'quantity',
      value: 'amount',
      id: 'id',
    });
  });

  test('by usual names says what is missing, which columns there are and how to name them', () => {
    expect(() => usualMapping(['user_id', 'when'])).toThrow(/time, type.*--map.*user_id, when/);
  });

  test('shows little of a first row that is no header', () => {
    const columns = Array.from({ length: 500 }, () => 'x'.repeat(1_000));
    expect(() => usualMapping(columns)).toThrow(MappingError);
    try {
      usualMapping(columns);
    } catch (error) {
      expect((error as Error).message.length).toBeLessThan(2_500);
    }
  });
});

describe('names of action types', () => {
  test('that are listed are renamed, others stand as they are', () => {
    const type = parseTypeNames('buy=purchase,add to cart=cart');
    expect(type('buy')).toBe('purchase');
    expect(type(' Add To Cart ')).toBe('cart');
    for (const name of ACTION_TYPES) expect(type(name)).toBe(name);
    expect(type('click')).toBeUndefined();
    expect(type('constructor')).toBeUndefined();
  });

  test('may take the place of an action type', () => {
    expect(parseTypeNames('view=visit')('view')).toBe('visit');
  });

  test.each([
    ['buy', 'FROM=TO'],
    ['=purchase', 'FROM=TO'],
    ['buy=bought', '"bought" is not an action type; action types are view'],
    ['buy=purchase,buy=cart', 'both purchase and cart'],
  ])('"%s" is refused: it says %s', (text, said) => {
    expect(() => parseTypeNames(text)).toThrow(said);
  });
});
