// Fully connected layers over Float32Arrays, forwards and backwards.

/**
 * out [rows, columns] = a b, where a and b are read with the given strides, and so may be transposed. Tiles of 4 x 2
 * sums stay in registers, which is twice as fast as sums in memory. At an edge a tile repeats its last row or column.
 */
function multiply(out, a, aRow, aStep, b, bStep, bColumn, rows, inner, columns) {
  for (let i = 0; i < rows; i += 4)
    for (let j = 0; j < columns; j += 2) {
      const i1 = Math.min(i + 1, rows - 1), i2 = Math.min(i + 2, rows - 1), i3 = Math.min(i + 3, rows - 1);
      const j1 = Math.min(j + 1, columns - 1);
      let a0 = i * aRow, a1 = i1 * aRow, a2 = i2 * aRow, a3 = i3 * aRow, b0 = j * bColumn, b1 = j1 * bColumn;
      let s00 = 0, s01 = 0, s10 = 0, s11 = 0, s20 = 0, s21 = 0, s30 = 0, s31 = 0;
      for (let k = 0; k < inner; k++) {
        const left = b[b0], right = b[b1];
        let value = a[a0]; s00 += value * left; s01 += value * right;
        value = a[a1]; s10 += value * left; s11 += value * right;
        value = a[a2]; s20 += value * left; s21 += value * right;
        value = a[a3]; s30 += value * left; s31 += value * right;
        a0 += aStep; a1 += aStep; a2 += aStep; a3 += aStep; b0 += bStep; b1 += bStep;
      }
      out[i * columns + j] = s00; out[i * columns + j1] = s01;
      out[i1 * columns + j] = s10; out[i1 * columns + j1] = s11;
      out[i2 * columns + j] = s20; out[i2 * columns + j1] = s21;
      out[i3 * columns + j] = s30; out[i3 * columns + j1] = s31;
    }
}

/** A layer whose weights [inputs, outputs], bias and their gradients are views into two long arrays. */
function makeLayer(inputs, outputs, weights, gradients, offset) {
  const end = offset + inputs * outputs;
  const view = (array) => [array.subarray(offset, end), array.subarray(end, end + outputs)];
  const [w, b] = view(weights), [dw, db] = view(gradients);
  return { inputs, outputs, w, b, dw, db };
}

/** y [n, outputs] = x [n, inputs] w + b, with negative numbers set to 0 where `relu`. */
function forward({ inputs, outputs, w, b }, x, y, n, relu) {
  multiply(y, x, inputs, 1, w, outputs, 1, n, inputs, outputs);
  for (let at = 0; at < n * outputs; at += outputs)
    for (let o = 0; o < outputs; o++) {
      const sum = y[at + o] + b[o];
      y[at + o] = relu && sum < 0 ? 0 : sum;
    }
}

/** The gradients of a layer by dy [n, outputs], and dx [n, inputs] where it is wanted; `relu` made x. */
function backward({ inputs, outputs, w, dw, db }, x, dy, dx, n, relu) {
  multiply(dw, x, 1, inputs, dy, outputs, 1, inputs, n, outputs);
  db.fill(0);
  for (let at = 0; at < n * outputs; at += outputs) for (let o = 0; o < outputs; o++) db[o] += dy[at + o];
  if (!dx) return;
  multiply(dx, dy, outputs, 1, w, 1, outputs, n, outputs, inputs);
  if (relu) for (let k = 0; k < n * inputs; k++) if (x[k] <= 0) dx[k] = 0;
}
