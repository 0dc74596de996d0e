/**
 * Dot products of a row with others of its length, which lie one after another. Eight others at a time, because loading
 * a number of the row once for eight is more than twice as fast; each is summed in the order of numbers.
 */
export function dotProducts(row: Float64Array, others: Float64Array, products: Float64Array): void {
  let other = 0;
  for (; other + 8 <= products.length; other += 8) eightProducts(row, others, { products, other });
  for (; other < products.length; other++) {
    let sum = 0;
    for (let i = 0; i < row.length; i++)
      sum += (row[i] as number) * (others[other * row.length + i] as number);
    products[other] = sum;
  }
}

interface Eight {
  readonly products: Float64Array;
  /** The first of them. */
  readonly other: number;
}

function eightProducts(row: Float64Array, others: Float64Array, { products, other }: Eight): void {
  const dimension = row.length;
  const first = other * dimension;
  const second = first + dimension;
  const third = second + dimension;
  const fourth = third + dimension;
  const fifth = fourth + dimension;
  const sixth = fifth + dimension;
  const seventh = sixth + dimension;
  const eighth = seventh + dimension;
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  let e = 0;
  let f = 0;
  let g = 0;
  let h = 0;
  for (let i = 0; i < dimension; i++) {
    const x = row[i] as number;
    a += x * (others[first + i] as number);
    b += x * (others[second + i] as number);
    c += x * (others[third + i] as number);
    d += x * (others[fourth + i] as number);
    e += x * (others[fifth + i] as number);
    f += x * (others[sixth + i] as number);
    g += x * (others[seventh + i] as number);
    h += x * (others[eighth + i] as number);
  }
  products[other] = a;
  products[other + 1] = b;
  products[other + 2] = c;
  products[other + 3] = d;
  products[other + 4] = e;
  products[other + 5] = f;
  products[other + 6] = g;
  products[other + 7] = h;
}
