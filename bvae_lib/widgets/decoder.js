// The decoder of BurgessVAE in plain JavaScript: three full layers, four transposed convolutions, a sigmoid.
//
// A transposed convolution (kernel 4, stride 2, padding 1) is read from its outputs: each output pixel sees 2 x 2 input
// pixels, through one of four kernels by the parity of its row and column. Maps are channels last and have a border of
// zeros, so the inputs of a window are two runs of 2 x 32 numbers, and no edge is special. weights.py packs them so.

const HIDDEN = 256, MAPS = 32, SIDE = 64;
const RUN = 2 * MAPS; // numbers in one row of a window

/** Float32Array from a DataView of little-endian float16. */
function unpackFloat16(data) {
  const numbers = new Float32Array(data.byteLength / 2);
  for (let i = 0; i < numbers.length; i++) {
    const half = data.getUint16(2 * i, true);
    const exponent = (half >> 10) & 31, fraction = half & 1023;
    const size = exponent ? 2 ** (exponent - 25) * (1024 + fraction) : 2 ** -24 * fraction;
    numbers[i] = half >> 15 ? -size : size;
  }
  return numbers;
}

/** decode(z) -> probabilities of the pixels, Float32Array [64 * 64 * channels]; the same array at every call. */
function makeDecoder(data, latents, channels) {
  const numbers = unpackFloat16(data);
  let read = 0;
  const take = (count) => numbers.subarray(read, (read += count));
  const layer = (outputs, weights) => ({ bias: take(outputs), weights: take(weights) });

  const full = [[latents, HIDDEN], [HIDDEN, HIDDEN], [HIDDEN, 16 * MAPS]].map(([inputs, outputs]) => ({
    ...layer(outputs, inputs * outputs), output: new Float32Array(outputs),
  }));
  const maps = [4, 8, 16, 32].map((side) => ({
    side, input: new Float32Array((side + 2) ** 2 * MAPS),
    ...layer(side < 32 ? MAPS : channels, 16 * MAPS * (side < 32 ? MAPS : channels)),
  }));
  const pixels = new Float32Array(SIDE * SIDE * channels);

  return (z) => {
    let values = z;
    for (const { bias, weights, output } of full) {
      multiply(values, weights, bias, output);
      values = output;
    }
    for (let y = 0; y < 4; y++) // into the middle of the first map
      maps[0].input.set(values.subarray(y * 4 * MAPS, (y + 1) * 4 * MAPS), ((y + 1) * 6 + 1) * MAPS);
    for (let i = 0; i < 3; i++) upsample(maps[i], maps[i + 1].input, MAPS, 1);
    upsample(maps[3], pixels, channels, 0);
    for (let i = 0; i < pixels.length; i++) pixels[i] = 1 / (1 + Math.exp(-pixels[i]));
    return pixels;
  };
}

/** output = max(0, weights input + bias) */
function multiply(input, weights, bias, output) {
  const n = input.length;
  for (let o = 0, w = 0; o < output.length; o++) {
    let sum = bias[o];
    for (let i = 0; i < n; i++, w++) sum += weights[w] * input[i];
    output[o] = sum > 0 ? sum : 0;
  }
}

/** A transposed convolution to twice the side, with ReLU where the output is a map, which has a border of 1. */
function upsample({ side, input, bias, weights }, output, channels, border) {
  const inputRow = (side + 2) * MAPS, outputRow = (2 * side + 2 * border) * channels;
  for (let y = 0; y < 2 * side; y++) {
    for (let x = 0; x < 2 * side; x++) {
      const upper = ((y + 1) >> 1) * inputRow + ((x + 1) >> 1) * MAPS, lower = upper + inputRow;
      let w = ((y & 1) * 2 + (x & 1)) * channels * 2 * RUN;
      const o = (y + border) * outputRow + (x + border) * channels;
      for (let c = 0; c < channels; c++, w += 2 * RUN) {
        let sum = bias[c];
        for (let i = 0; i < RUN; i++) sum += weights[w + i] * input[upper + i] + weights[w + RUN + i] * input[lower + i];
        output[o + c] = border && sum < 0 ? 0 : sum;
      }
    }
  }
}
